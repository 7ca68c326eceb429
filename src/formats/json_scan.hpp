#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "isthmus/formats/json.hpp"

namespace isthmus::formats {

/// What scan_json() meets, in the order of the text. `offset` is the byte where a number begins and
/// the last byte of anything else.
class JsonEvents {
 public:
  JsonEvents() = default;
  JsonEvents(const JsonEvents&) = delete;
  JsonEvents& operator=(const JsonEvents&) = delete;
  virtual ~JsonEvents() = default;

  virtual void key(std::string name, std::size_t offset) = 0;
  virtual void scalar(Json value, std::size_t offset) = 0;
  virtual void open(bool is_object, std::size_t offset) = 0;
  virtual void close(bool is_object, std::size_t offset) = 0;
};

/// Why a text is not the JSON wanted; whoever called scan_json() adds the name of the file.
struct JsonFault {
  std::size_t offset = 0;
  std::string text;
  bool is_utf8 = false;  ///< The fault is a byte that is not UTF-8.
};

/// Reads a text without building a tree, so that a reader with its own grammar is not at the mercy
/// of what a hostile file nests. Duplicate keys are left to the receiver. @throws JsonFault.
void scan_json(std::string_view text, std::size_t max_depth, JsonEvents& events);

}  // namespace isthmus::formats
