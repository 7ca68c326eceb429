#include "id_ranges.hpp"

#include <algorithm>
#include <charconv>

#include "isthmus/core/error.hpp"

namespace isthmus::cli {
namespace {

[[noreturn]] void refuse_ranges(std::string_view option, const std::string& text,
                                std::int64_t most) {
  throw InvalidArgument(std::string(option) + " must be numbers in 0.." + std::to_string(most) +
                        " and ranges of them, A-B,C,..., got '" + text + "'");
}

}  // namespace

std::vector<std::int64_t> parse_id_ranges(std::string_view option, const std::string& text,
                                          std::int64_t most) {
  std::vector<std::int64_t> ids;
  const auto number = [&](std::string_view word) {
    std::int64_t value = -1;
    const char* const last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, value);
    if (error != std::errc() || end != last || value < 0 || value > most) {
      refuse_ranges(option, text, most);
    }
    return value;
  };
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    const std::size_t dash = word.find('-');
    const std::int64_t first = number(word.substr(0, dash));
    const std::int64_t last =
        dash == std::string_view::npos ? first : number(word.substr(dash + 1));
    if (last < first) {
      refuse_ranges(option, text, most);
    }
    for (std::int64_t id = first; id <= last; ++id) {
      ids.push_back(id);
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::string id_range_text(const formats::Json& ids) {
  std::string text;
  const auto& list = ids.as_array();
  for (std::size_t i = 0; i < list.size();) {
    std::size_t last = i;
    while (last + 1 < list.size() && list[last + 1].as_integer() == list[last].as_integer() + 1) {
      ++last;
    }
    text += (text.empty() ? "" : ", ") + std::to_string(list[i].as_integer()) +
            (last > i ? "-" + std::to_string(list[last].as_integer()) : "");
    i = last + 1;
  }
  return text.empty() ? "none" : text;
}

}  // namespace isthmus::cli
