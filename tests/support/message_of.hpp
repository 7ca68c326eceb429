#pragma once

#include <exception>
#include <functional>
#include <string>

namespace isthmus::test {

/// What the error E says that `call` throws; if it throws another or none, a text that says so.
/// A test looks at the text; GoogleMock's matcher of a throwing lambda costs the compiler 0.1 s
/// each.
template <typename E>
[[nodiscard]] std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& other) {
    return std::string("(another error: ") + other.what() + ")";
  }
  return "(nothing thrown)";
}

}  // namespace isthmus::test
