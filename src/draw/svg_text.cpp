#include "isthmus/draw/svg_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "isthmus/formats/utf8.hpp"

namespace isthmus::draw {

std::string xml_text(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = formats::utf8_length(text, at);
    const std::string_view letter = text.substr(at, length == 0 ? 1 : length);
    at += letter.size();
    const auto first = static_cast<unsigned char>(letter.front());
    if (length == 0 || letter == "\xEF\xBF\xBE" || letter == "\xEF\xBF\xBF") {
      out += kReplacement;
    } else if (letter == "&") {
      out += "&amp;";
    } else if (letter == "<") {
      out += "&lt;";
    } else if (letter == ">") {
      out += "&gt;";
    } else if (letter == "\"") {
      out += "&quot;";
    } else if (first < 0x20U && first != '\t' && first != '\n') {
      out += ' ';
    } else {
      out += letter;
    }
  }
  return out;
}

std::string fixed1(double number) {
  std::array<char, 400> digits{};  // the largest double has 309 before the point
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(),
                    std::abs(number) < 0.05 ? 0.0 : number, std::chars_format::fixed, 1)
          .ptr;
  return {digits.data(), end};
}

std::string short_number(double number) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                 std::chars_format::general, 3)
                       .ptr;
  return {digits.data(), end};
}

}  // namespace isthmus::draw
