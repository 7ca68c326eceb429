#include "name_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <system_error>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

namespace isthmus::datasets {
namespace {

/// The whole text as a number, or nothing.
template <typename T>
std::optional<T> parse(std::string_view text) {
  T value{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  return end == last && error == std::errc() ? std::optional<T>(value) : std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

}  // namespace

NameOptions::NameOptions(std::string_view name) {
  const std::size_t comma = name.find(',');
  base_ = name.substr(0, comma);
  std::string_view rest = comma == std::string_view::npos ? "" : name.substr(comma + 1);
  bool more = comma != std::string_view::npos;
  while (more) {
    const std::size_t end = rest.find(',');
    const std::string_view part = rest.substr(0, end);
    more = end != std::string_view::npos;
    rest.remove_prefix(more ? end + 1 : rest.size());
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw InvalidArgument("load: options of " + base_ + " must be KEY=VALUE, got \"" +
                            std::string(part) + "\"");
    }
    const std::string key(part.substr(0, equals));
    if (std::any_of(options_.begin(), options_.end(),
                    [&key](const Option& option) { return option.key == key; })) {
      throw InvalidArgument("load: option " + key + " of " + base_ + " is given twice");
    }
    options_.push_back({.key = key, .value = std::string(part.substr(equals + 1))});
  }
}

NameOptions::Option* NameOptions::take(std::string_view key) {
  known_.emplace_back(key);
  for (Option& option : options_) {
    if (option.key == key) {
      option.taken = true;
      return &option;
    }
  }
  return nullptr;
}

void NameOptions::fail(std::string_view key, std::string_view rule, std::string_view got) const {
  throw InvalidArgument("load: option " + std::string(key) + " of " + base_ + " must be " +
                        std::string(rule) + ", got \"" + std::string(got) + "\"");
}

std::uint64_t NameOptions::unsigned_integer(std::string_view key, std::uint64_t fallback) {
  const Option* const option = take(key);
  if (option == nullptr) {
    return fallback;
  }
  const auto value = parse<std::uint64_t>(option->value);
  if (!value.has_value()) {
    fail(key, "an integer >= 0", option->value);
  }
  return *value;
}

std::int64_t NameOptions::integer(std::string_view key, std::int64_t fallback) {
  const Option* const option = take(key);
  if (option == nullptr) {
    return fallback;
  }
  const auto value = parse<std::int64_t>(option->value);
  if (!value.has_value()) {
    fail(key, "an integer", option->value);
  }
  return *value;
}

double NameOptions::real(std::string_view key, double fallback) {
  const Option* const option = take(key);
  if (option == nullptr) {
    return fallback;
  }
  const auto value = parse<double>(option->value);
  if (!value.has_value() || !std::isfinite(*value)) {
    fail(key, "a number", option->value);
  }
  return *value;
}

std::string NameOptions::text(std::string_view key, std::string_view fallback) {
  const Option* const option = take(key);
  return option == nullptr ? std::string(fallback) : option->value;
}

std::string NameOptions::choice(std::string_view key, const std::vector<std::string>& choices) {
  const Option* const option = take(key);
  if (option == nullptr) {
    return choices.front();
  }
  if (std::find(choices.begin(), choices.end(), option->value) == choices.end()) {
    fail(key, "one of " + joined(choices), option->value);
  }
  return option->value;
}

void NameOptions::expect_none_left() const {
  for (const Option& option : options_) {
    if (option.taken) {
      continue;
    }
    const std::string nearest = nearest_name(option.key, known_);
    throw InvalidArgument("load: " + base_ + " has no option \"" + option.key + "\"",
                          !nearest.empty() ? "did you mean " + nearest + "?"
                          : known_.empty() ? "it has no options"
                                           : "its options: " + joined(known_));
  }
}

}  // namespace isthmus::datasets
