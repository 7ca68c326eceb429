#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::datasets {

/// The parts of a set's name "gen:minesweeper,seed=3,rows=20": base name and options in order.
/// A reader takes the options it knows, then calls expect_none_left().
///
/// All errors are InvalidArgument with the name, the option and the rule.
class NameOptions {
 public:
  /// @throws InvalidArgument  if an option lacks "=" or is given twice.
  explicit NameOptions(std::string_view name);

  [[nodiscard]] const std::string& base() const noexcept { return base_; }

  /// The option as an integer of at least 0, or `fallback` if it was not given.
  [[nodiscard]] std::uint64_t unsigned_integer(std::string_view key, std::uint64_t fallback);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback);
  [[nodiscard]] double real(std::string_view key, double fallback);
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback);
  /// One of `choices`; the fallback is the first.
  [[nodiscard]] std::string choice(std::string_view key, const std::vector<std::string>& choices);

  /// @throws InvalidArgument  for an option that nobody took; the hint offers the nearest.
  void expect_none_left() const;

 private:
  struct Option {
    std::string key, value;
    bool taken = false;
  };
  Option* take(std::string_view key);
  [[noreturn]] void fail(std::string_view key, std::string_view rule, std::string_view got) const;

  std::string base_;
  std::vector<Option> options_;
  std::vector<std::string> known_;
};

}  // namespace isthmus::datasets
