#include "help.hpp"

#include <algorithm>
#include <limits>

namespace isthmus::cli {
namespace {

constexpr std::size_t kWidth = 100;      ///< Columns that help is wrapped to.
constexpr std::size_t kColumn = 26;      ///< Where meanings of options start.
constexpr std::size_t kVerbColumn = 11;  ///< Where meanings of verbs start.

/// "  NAME   text", the text wrapped at kWidth and indented to `indent`.
std::string entry(const std::string& name, const std::string& text, std::size_t indent = kColumn) {
  std::string out = "  " + name;
  if (out.size() + 2 > indent) {
    out += "\n" + std::string(indent, ' ');
  } else {
    out.append(indent - out.size(), ' ');
  }
  std::size_t column = indent;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t stop = std::min(text.find(' ', start), text.size());
    const std::size_t length = stop - start;
    if (column > indent && column + 1 + length > kWidth) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out.append(text, start, length);
    column += length;
    start = stop + 1;
  }
  return out + "\n";
}

std::string option_entry(const OptionSpec& option) {
  std::string name = option.name;
  if (option.takes == Takes::kJson || option.takes == Takes::kOptionalTsv) {
    name += "[=" + option.value + "]";
  } else if (option.takes != Takes::kNothing) {
    name += " " + option.value;
  }
  std::string notes;
  const auto note = [&](const std::string& text) { notes += (notes.empty() ? "" : "; ") + text; };
  if (option.choices.size() > 1) {
    // A long list must be able to wrap.
    const std::string between = option.choices.size() > 10 ? " | " : "|";
    std::string choices;
    for (const std::string& choice : option.choices) {
      choices += (choices.empty() ? "" : between) + choice;
    }
    note(choices);
  }
  if (option.maximum != std::numeric_limits<std::int64_t>::max()) {
    note(std::to_string(option.minimum) + ".." + std::to_string(option.maximum));
  } else if (option.minimum != std::numeric_limits<std::int64_t>::min()) {
    note(">= " + std::to_string(option.minimum));
  }
  if (option.repeatable) {
    note("may be repeated");
  }
  if (!option.fallback.empty()) {
    note("default: " + option.fallback);
  }
  return entry(name, option.meaning + (notes.empty() ? "" : " (" + notes + ")"));
}

}  // namespace

std::string overview_help() {
  std::string out =
      "isthmus: graph neural networks in C++\n\n"
      "usage: isthmus VERB [options]\n\n"
      "verbs\n";
  for (const VerbSpec& verb : all_verbs()) {
    out += entry(verb.name, verb.summary, kVerbColumn);
  }
  out +=
      "\nisthmus VERB --help shows examples and options. First steps:\n"
      "  isthmus doctor\n"
      "  isthmus dataset list\n"
      "  isthmus train --list-recipes\n";
  return out;
}

std::string verb_help(const VerbSpec& verb) {
  std::string out = "isthmus " + verb.name + ": " + verb.summary + "\n\nexamples\n";
  for (const Example& example : verb.examples) {
    out += "  " + example.command + "\n      " + example.meaning + "\n";
  }
  if (!verb.positionals.empty()) {
    out += "\nwords\n";
    for (const PositionalSpec& positional : verb.positionals) {
      out += entry(positional.name, positional.meaning);
    }
  }
  if (!verb.options.empty()) {
    out += "\noptions\n";
    for (const OptionSpec& option : verb.options) {
      out += option_entry(option);
    }
  }
  out += "\ncommon options\n";
  for (const OptionSpec& option : common_options()) {
    out += option_entry(option);
  }
  return out;
}

}  // namespace isthmus::cli
