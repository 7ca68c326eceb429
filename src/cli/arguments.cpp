#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <CLI/CLI.hpp>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

namespace isthmus::cli {
namespace {

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

std::string help_hint(const VerbSpec& verb) { return "see isthmus " + verb.name + " --help"; }

std::string nearest_hint(std::string_view wrong, std::span<const std::string> known,
                         const std::string& otherwise) {
  const std::string near = nearest_name(wrong, known);
  return near.empty() ? otherwise : "did you mean " + in_quotes(near) + "?";
}

bool ends_in_json(std::string_view word) { return word.size() > 5 && word.ends_with(".json"); }

/// Joins options of kOptionalTsv with their file, or "-" where no file follows.
std::vector<std::string> join_tsv_files(const VerbSpec& verb,
                                        const std::vector<std::string>& words) {
  std::vector<std::string> joined_words;
  bool options = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    options = options && words[i] != "--";
    const OptionSpec* option = options ? find_option(verb, words[i]) : nullptr;
    if (option == nullptr || option->takes != Takes::kOptionalTsv) {
      joined_words.push_back(words[i]);
    } else if (i + 1 < words.size() && (words[i + 1] == "-" || words[i + 1].ends_with(".tsv"))) {
      joined_words.push_back(option->name + "=" + words[i + 1]);
      ++i;
    } else {
      joined_words.push_back(option->name + "=-");
    }
  }
  return joined_words;
}

[[noreturn]] void throw_missing_value(const OptionSpec& option) {
  throw InvalidArgument(option.name + " needs a value: " + option.name + " " + option.value);
}

std::int64_t parse_integer(const OptionSpec& option, const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool whole = error == std::errc() && stop == end;
  if (!whole || number < option.minimum || number > option.maximum) {
    std::string rule = "a whole number";
    if (option.maximum != std::numeric_limits<std::int64_t>::max()) {
      rule += " in " + std::to_string(option.minimum) + ".." + std::to_string(option.maximum);
    } else if (option.minimum != std::numeric_limits<std::int64_t>::min()) {
      rule += " >= " + std::to_string(option.minimum);
    }
    throw InvalidArgument(option.name + " must be " + rule + ", got " + in_quotes(text));
  }
  return number;
}

void check_value(const OptionSpec& option, const std::string& text) {
  switch (option.takes) {
    case Takes::kInteger:
      (void)parse_integer(option, text);
      break;
    case Takes::kSize:
      (void)parse_size(option.name, text);
      break;
    case Takes::kChoice:
      if (std::find(option.choices.begin(), option.choices.end(), text) == option.choices.end()) {
        throw InvalidArgument(
            option.name + " must be one of " + joined(option.choices) + ", got " + in_quotes(text),
            nearest_hint(text, option.choices, {}));
      }
      break;
    case Takes::kPair:
      if (text.find('=') == std::string::npos || text.front() == '=') {
        throw InvalidArgument(option.name + " must be KEY=VALUE, got " + in_quotes(text));
      }
      break;
    case Takes::kText:
    case Takes::kJson:
    case Takes::kOptionalTsv:
      if (text.empty()) {
        throw_missing_value(option);
      }
      break;
    case Takes::kNothing:
      break;
  }
}

/// The option part of a word: "--sed" of "--sed=3".
std::string option_part(const std::string& word) { return word.substr(0, word.find('=')); }

[[noreturn]] void throw_unknown_option(const VerbSpec& verb, const std::string& word) {
  const std::string name = option_part(word);
  if (name == "--html") {
    throw InvalidArgument(verb.name +
                          ": --html is not available: no verb of this version writes a report");
  }
  const bool too_short = name.size() < 4;  // Every two letters are near every other two.
  throw InvalidArgument(
      verb.name + ": unknown option " + in_quotes(name),
      too_short ? help_hint(verb) : nearest_hint(name, option_names(verb), help_hint(verb)));
}

/// Mistakes that CLI11 would swallow or call by a name of its own: `--quiet=1`, `--seed=`.
void check_equals_signs(const VerbSpec& verb, std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") {
      return;
    }
    const std::size_t equals = word.find('=');
    const OptionSpec* option = find_option(verb, option_part(word));
    if (equals == std::string::npos || option == nullptr) {
      continue;
    }
    if (option->takes == Takes::kNothing) {
      throw InvalidArgument(option->name + " takes no value, got " + in_quotes(word));
    }
    if (equals + 1 == word.size()) {
      throw_missing_value(*option);
    }
  }
}

/// CLI11 splits the words; every message is ours, so that it names the rule and the value.
std::vector<std::string> split_words(CLI::App& app, const VerbSpec& verb,
                                     const std::vector<std::string>& words) {
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& e) {
    // The last word is an option that lacks its value: the only mismatch left.
    if (const OptionSpec* option = find_option(verb, words.back()); option != nullptr) {
      throw_missing_value(*option);
    }
    throw InvalidArgument(verb.name + ": " + e.what(), help_hint(verb));
  } catch (const CLI::ParseError& e) {
    throw InvalidArgument(verb.name + ": " + e.what(), help_hint(verb));
  }
  return app.remaining();
}

/// Deals the free words out to the verb's positionals, first come first served.
std::vector<std::vector<std::string>> deal_positionals(const VerbSpec& verb,
                                                       const std::vector<std::string>& words) {
  std::vector<std::vector<std::string>> dealt;
  std::size_t next = 0;
  for (const PositionalSpec& spec : verb.positionals) {
    const std::size_t count = std::min(spec.maximum, words.size() - next);
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(next);
    dealt.emplace_back(first, first + static_cast<std::ptrdiff_t>(count));
    next += count;
    if (count < spec.minimum) {
      throw InvalidArgument(verb.name + ": " + spec.name + " is missing" +
                                (spec.choices.empty() ? "" : " (" + joined(spec.choices) + ")"),
                            help_hint(verb));
    }
    for (const std::string& word : dealt.back()) {
      if (!spec.choices.empty() &&
          std::find(spec.choices.begin(), spec.choices.end(), word) == spec.choices.end()) {
        throw InvalidArgument(verb.name + ": " + spec.name + " must be one of " +
                                  joined(spec.choices) + ", got " + in_quotes(word),
                              nearest_hint(word, spec.choices, help_hint(verb)));
      }
    }
  }
  if (next < words.size()) {
    throw InvalidArgument(verb.name + ": one word too many: " + in_quotes(words[next]),
                          help_hint(verb));
  }
  return dealt;
}

}  // namespace

Arguments::Arguments(const VerbSpec& verb, std::map<std::string, std::vector<std::string>> values,
                     std::vector<std::vector<std::string>> positionals)
    : verb_(&verb),
      values_(std::make_move_iterator(values.begin()), std::make_move_iterator(values.end())),
      positionals_(std::move(positionals)) {}

bool Arguments::has(std::string_view option) const { return values_.contains(option); }

std::string Arguments::text(std::string_view option) const {
  if (const auto it = values_.find(option); it != values_.end() && !it->second.empty()) {
    return it->second.front();
  }
  const OptionSpec* spec = find_option(*verb_, option);
  return spec == nullptr || spec->takes == Takes::kText ? std::string() : spec->fallback;
}

std::vector<std::string> Arguments::all(std::string_view option) const {
  const auto it = values_.find(option);
  return it == values_.end() ? std::vector<std::string>() : it->second;
}

std::optional<std::int64_t> Arguments::integer(std::string_view option) const {
  const std::string number = text(option);
  const OptionSpec* spec = find_option(*verb_, option);
  if (spec == nullptr || spec->takes != Takes::kInteger || number.empty() ||
      number.find_first_not_of("-0123456789") != std::string::npos) {
    return std::nullopt;  // A default such as "all CPUs" is for people.
  }
  return parse_integer(*spec, number);
}

std::optional<std::uint64_t> Arguments::bytes(std::string_view option) const {
  return has(option) ? std::optional(parse_size(option, text(option))) : std::nullopt;
}

std::span<const std::string> Arguments::positional(std::size_t i) const {
  return i < positionals_.size() ? std::span<const std::string>(positionals_[i])
                                 : std::span<const std::string>();
}

std::vector<std::string> join_json_file(std::span<const std::string> words) {
  std::vector<std::string> joined_words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      joined_words.insert(joined_words.end(), words.begin() + static_cast<std::ptrdiff_t>(i),
                          words.end());
      break;
    }
    if (words[i] != "--json") {
      joined_words.push_back(words[i]);
    } else if (i + 1 < words.size() && (words[i + 1] == "-" || ends_in_json(words[i + 1]))) {
      joined_words.push_back("--json=" + words[++i]);
    } else {
      joined_words.emplace_back("--json=-");
    }
  }
  return joined_words;
}

bool asks_for_help(std::span<const std::string> words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), end,
                     [](const std::string& word) { return word == "--help" || word == "-h"; });
}

std::string json_target(std::span<const std::string> words) {
  std::string target;
  for (const std::string& word : join_json_file(words)) {
    if (word == "--") {
      break;
    }
    if (word.rfind("--json=", 0) == 0) {
      target = word.substr(7);
    }
  }
  return target;
}

Arguments parse_arguments(const VerbSpec& verb, std::span<const std::string> words) {
  std::vector<OptionSpec> specs(verb.options);
  specs.insert(specs.end(), common_options().begin(), common_options().end());

  // The table must outlive the parse: CLI11 keeps references to where values go.
  std::map<std::string, std::vector<std::string>> given;
  std::map<std::string, CLI::Option*> handles;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const OptionSpec& spec : specs) {
    if (spec.takes == Takes::kNothing) {
      handles[spec.name] = app.add_flag(spec.name)->disable_flag_override();
    } else {
      handles[spec.name] = app.add_option(spec.name, given[spec.name])
                               ->expected(1)
                               ->allow_extra_args(false)
                               ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
  }
  const std::vector<std::string> joined_words = join_tsv_files(verb, join_json_file(words));
  check_equals_signs(verb, joined_words);
  std::vector<std::string> free_words = split_words(app, verb, joined_words);

  // CLI11 hands unknown options back among the free words; behind `--` a dash is an ordinary
  // letter.
  const auto marker = std::find(free_words.begin(), free_words.end(), "--");
  for (auto it = free_words.begin(); it != marker; ++it) {
    if (it->size() > 1 && it->front() == '-') {
      throw_unknown_option(verb, *it);
    }
  }
  if (marker != free_words.end()) {
    free_words.erase(marker);
  }

  std::map<std::string, std::vector<std::string>> values;
  for (const OptionSpec& spec : specs) {
    const CLI::Option* handle = handles[spec.name];
    if (handle->count() == 0) {
      continue;
    }
    std::vector<std::string>& texts = values[spec.name];
    if (spec.takes != Takes::kNothing) {
      texts = given[spec.name];
      if (texts.size() > 1 && !spec.repeatable) {
        throw InvalidArgument(spec.name + " may be given once, got " +
                              std::to_string(texts.size()) + " values: " + joined(texts));
      }
    }
    for (const std::string& text : texts) {
      if (text.rfind("--", 0) == 0 && find_option(verb, option_part(text)) != nullptr) {
        throw_missing_value(spec);  // `--seed --quiet`: CLI11 takes whatever word comes next.
      }
      check_value(spec, text);
    }
  }
  return {verb, std::move(values), deal_positionals(verb, free_words)};
}

std::uint64_t parse_size(std::string_view option, std::string_view text) {
  double number = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(stop, static_cast<std::size_t>(text.data() + text.size() - stop));
  double factor = 1.0;
  if (!unit.empty() && error == std::errc()) {
    const std::size_t power = std::string_view("KMGT").find(unit.front());
    factor =
        power == std::string_view::npos ? 0.0 : std::pow(1024.0, static_cast<double>(power + 1));
    unit.remove_prefix(1);
    if (!unit.empty() && unit != "B" && unit != "iB") {
      factor = 0.0;
    }
  }
  const double size = number * factor;
  if (error != std::errc() || !(size >= 1.0) || !(size < 1e18)) {
    throw InvalidArgument(std::string(option) + " must be a size such as 512M or 8G, got " +
                          in_quotes(text));
  }
  return static_cast<std::uint64_t>(size);
}

}  // namespace isthmus::cli
