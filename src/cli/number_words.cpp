#include "number_words.hpp"

#include <charconv>
#include <string>

#include "isthmus/core/error.hpp"

namespace isthmus::cli {

double real_of(const Arguments& arguments, std::string_view option, double fallback) {
  if (!arguments.has(option)) {
    return fallback;
  }
  const std::string text = arguments.text(option);
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number != number) {
    throw InvalidArgument(std::string(option) + " must be a number, got '" + text + "'");
  }
  return number;
}

}  // namespace isthmus::cli
