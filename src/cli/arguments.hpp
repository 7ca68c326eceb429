#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command_table.hpp"

namespace isthmus::cli {

/// The words after a verb, checked against its table.
class Arguments {
 public:
  Arguments(const VerbSpec& verb, std::map<std::string, std::vector<std::string>> values,
            std::vector<std::vector<std::string>> positionals);

  [[nodiscard]] const VerbSpec& verb() const noexcept { return *verb_; }

  /// Whether the option was given.
  [[nodiscard]] bool has(std::string_view option) const;
  /// Its value as given; if it was not, the table's default, but empty for a free text, whose
  /// default in the table is a description.
  [[nodiscard]] std::string text(std::string_view option) const;
  /// Every value of a repeatable option, in order.
  [[nodiscard]] std::vector<std::string> all(std::string_view option) const;
  /// Its value as a number; empty if it was not given and has no default.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view option) const;
  /// Its value in bytes (kSize); empty if it was not given.
  [[nodiscard]] std::optional<std::uint64_t> bytes(std::string_view option) const;
  /// Words of the i-th positional.
  [[nodiscard]] std::span<const std::string> positional(std::size_t i) const;

 private:
  const VerbSpec* verb_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::vector<std::string>> positionals_;
};

/// Joins `--json` with the word after it where that word is its file ("-", or ending in ".json");
/// `--json` alone becomes `--json=-`. Words after `--` are left alone. So that
/// `info --json cora` prints JSON about cora and does not write to a file called cora.
[[nodiscard]] std::vector<std::string> join_json_file(std::span<const std::string> words);

/// Whether --help (or -h) is among the words before `--`: it wins over every mistake.
[[nodiscard]] bool asks_for_help(std::span<const std::string> words);

/// Where the result goes, without checking anything else: an error in another word must still be
/// reported as JSON. Empty: no --json; "-": stdout; else the file.
[[nodiscard]] std::string json_target(std::span<const std::string> words);

/// Parses the words after the verb.
/// @throws InvalidArgument  for an unknown option (with the nearest), a missing or unwanted value,
/// a
///                          value outside its range, a missing or surplus word.
[[nodiscard]] Arguments parse_arguments(const VerbSpec& verb, std::span<const std::string> words);

/// "4096", "512K", "1.5G", "2GiB" as bytes: powers of 1024.
/// @throws InvalidArgument naming `option`.
[[nodiscard]] std::uint64_t parse_size(std::string_view option, std::string_view text);

}  // namespace isthmus::cli
