#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include "isthmus/formats/json.hpp"

namespace isthmus::formats::test {

/// Random documents for round trips: every type, awkward strings, doubles from random bits.
class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : bits_(seed) {}

  std::uint64_t below(std::uint64_t n) { return bits_() % n; }

  Json value(int depth) {
    switch (below(depth > 0 ? 6 : 4)) {
      case 0:
        return Json(below(2) == 0);
      case 1:
        return integer();
      case 2:
        return Json(finite());
      case 3:
        return Json(string());
      case 4: {
        Json array = Json::array();
        for (std::uint64_t k = below(5); k > 0; --k) {
          array.push_back(value(depth - 1));
        }
        return array;
      }
      default:
        return object(depth - 1);
    }
  }

  Json object(int depth) {
    Json object = Json::object();
    for (std::uint64_t k = below(6); k > 0; --k) {
      object[string()] = value(depth);
    }
    return object;
  }

  Json integer() { return Json(static_cast<std::int64_t>(bits_() >> below(64))); }

  double finite() {
    for (;;) {
      const double x = below(2) == 0 ? std::bit_cast<double>(bits_())
                                     : static_cast<double>(below(2000)) / 8.0 - 100.0;
      if (std::isfinite(x)) {
        return x;
      }
    }
  }

  std::string string() {
    static const char* const kParts[] = {"a",      "key",        "_",   "-",  "7",  " ",
                                         ".",      "\"",         "\\",  "\n", "\t", "\x01",
                                         "\x7f",   "[",          "= 1", "#",  "'",  "\u00e9",
                                         "\u20ac", "\U0001f600", "\r",  "}",  ",",  "\u2028"};
    std::string text;
    for (std::uint64_t k = below(5); k > 0; --k) {
      text += kParts[below(std::size(kParts))];
    }
    return text;
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace isthmus::formats::test
