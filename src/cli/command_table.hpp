#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::cli {

/// What an option takes. The value is optional of kJson, `--json[=FILE.json]`, and of kOptionalTsv:
/// a word after it is its file if it is "-" or ends in .json, or .tsv.
enum class Takes { kNothing, kText, kInteger, kSize, kChoice, kPair, kJson, kOptionalTsv };

/// One option of the command line; help, parsing, range checks and near misses all read this.
struct OptionSpec {
  std::string name = {};  ///< "--seed"; the one short option is "-v".
  Takes takes = Takes::kNothing;
  std::string value = {};  ///< How help calls the value: "N", "FILE".
  std::string meaning = {};
  std::string fallback = {};              ///< Default as shown in help; empty = none.
  std::vector<std::string> choices = {};  ///< kChoice: the words allowed.
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();  ///< kInteger: the range.
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  bool repeatable = false;
};

/// A word that is no option. With `choices`, only those are allowed.
struct PositionalSpec {
  std::string name = {};  ///< "NAME".
  std::string meaning = {};
  std::vector<std::string> choices = {};
  std::size_t minimum = 0;
  std::size_t maximum = 0;
};

struct Example {
  std::string command = {};
  std::string meaning = {};
};

/// One verb of the command line.
struct VerbSpec {
  std::string name = {};
  std::string summary = {};  ///< One line, for `isthmus help`.
  std::vector<Example> examples = {};
  std::vector<PositionalSpec> positionals = {};
  std::vector<OptionSpec> options = {};  ///< Its own; common_options() come on top.
  bool has_dry_run = false;              ///< Says itself what it would do under --dry-run.
};

/// Every verb, in the order of `isthmus help`. One table for both programs: help and usage errors
/// of a verb need no LibTorch.
[[nodiscard]] std::span<const VerbSpec> all_verbs();

/// Options that every verb takes.
[[nodiscard]] std::span<const OptionSpec> common_options();

/// The verb of that name; null if there is none.
[[nodiscard]] const VerbSpec* find_verb(std::string_view name);

/// The option of that name among the verb's own and the common ones; null if there is none.
[[nodiscard]] const OptionSpec* find_option(const VerbSpec& verb, std::string_view name);

/// The options of a verb and the common ones, by name: candidates for near misses.
[[nodiscard]] std::vector<std::string> option_names(const VerbSpec& verb);

}  // namespace isthmus::cli
