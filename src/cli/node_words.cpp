#include "node_words.hpp"

#include <charconv>
#include <filesystem>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/formats/line_reader.hpp"

namespace isthmus::cli {
namespace {

/// The parts of a text between separators; none of an empty one.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

bool parse(std::string_view text, std::int32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

}  // namespace

std::vector<Edge> read_pairs(std::string_view option, const std::string& text, NodeId num_nodes) {
  std::vector<Edge> pairs;
  if (std::filesystem::is_regular_file(text)) {
    const std::string content = read_file(text);
    formats::LineReader in(content, text);
    while (in.next()) {
      if (in.at_end() || in.line().front() == '#') {
        continue;
      }
      Edge pair;
      pair.u = static_cast<NodeId>(in.integer("first node", 0, num_nodes - 1));
      pair.v = static_cast<NodeId>(in.integer("second node", 0, num_nodes - 1));
      in.expect_end();
      pairs.push_back(pair);
    }
    return pairs;
  }
  for (const std::string_view word : split(text, ';')) {
    const std::vector<std::string_view> ends = split(word, ',');
    Edge pair;
    if (ends.size() != 2 || !parse(ends[0], pair.u) || !parse(ends[1], pair.v) ||
        pair.u >= num_nodes || pair.v >= num_nodes) {
      throw InvalidArgument(std::string(option) + " must be pairs s,t;s,t;... of nodes 0.." +
                            std::to_string(num_nodes - 1) + ", or a file of them, got '" +
                            std::string(word) + "'");
    }
    pairs.push_back(pair);
  }
  return pairs;
}

std::vector<std::int32_t> read_counts(std::string_view option, const std::string& text) {
  std::vector<std::int32_t> counts;
  for (const std::string_view word : split(text, ',')) {
    counts.emplace_back();
    if (!parse(word, counts.back())) {
      throw InvalidArgument(std::string(option) + " must be whole numbers >= 0, got '" +
                            std::string(word) + "'");
    }
  }
  return counts;
}

}  // namespace isthmus::cli
