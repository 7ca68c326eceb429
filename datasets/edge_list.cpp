#include "isthmus/datasets/edge_list.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/edge_list.hpp"
#include "isthmus/formats/gzip.hpp"
#include "isthmus/formats/line_reader.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

/// The fields of a plain list, as they stand in the text.
struct PlainRows {
  std::vector<std::string_view> src, dst;
  std::vector<std::int64_t> line;
  std::vector<double> weight;
  bool has_third = false;
};

bool is_number(std::string_view word, std::int64_t& number) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

bool is_remark(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t");
  return at == std::string_view::npos || line[at] == '#' || line[at] == '%';
}

/// Formats that would be misread as a list of edges.
void refuse_others(const SourceFile& file) {
  if (file.content.starts_with("%%MatrixMarket")) {
    throw DataError({.file = file.name, .line = 1}, "is a Matrix Market file, not a list of edges",
                    "its ids start at 1 and its first row is a size: make a list of edges of it");
  }
}

bool is_heading(std::string_view src, std::string_view dst) {
  std::int64_t number = 0;
  return !is_number(src, number) && !is_number(dst, number);
}

PlainRows read_rows(const SourceFile& file, std::string& content, const EdgeListOptions& options) {
  // Semicolons separate, as commas do.
  std::replace(content.begin(), content.end(), ';', ',');
  PlainRows rows;
  formats::LineReader in(content, file.name);
  bool first = true;
  while (in.next()) {
    if (is_remark(in.line())) {
      continue;
    }
    const std::string_view src = in.field("first id");
    const std::string_view dst = in.field("second id");
    if (src.empty() || dst.empty()) {
      in.fail("an id is empty");
    }
    const bool third = !in.at_end();
    if (std::exchange(first, false) && is_heading(src, dst)) {
      // Numbers below make it a heading; words below make it a row.
      const std::int64_t here = in.number();
      formats::LineReader ahead = in;
      std::int64_t number = 0;
      while (ahead.next() && is_remark(ahead.line())) {
      }
      if (ahead.number() > here && !is_remark(ahead.line()) &&
          is_number(ahead.field("first id"), number)) {
        continue;
      }
    }
    rows.has_third = rows.src.empty() ? third : rows.has_third;
    if (third != rows.has_third) {
      in.fail("rows must have equally many fields", rows.has_third ? "3" : "2", in.line());
    }
    rows.src.push_back(src);
    rows.dst.push_back(dst);
    rows.line.push_back(in.number());
    if (options.read_weights) {
      rows.weight.push_back(third ? in.real("weight") : 1.0);
      if (!(rows.weight.back() > 0.0)) {
        in.fail("weight must be > 0", "a positive number", in.line());
      }
    } else if (third) {
      (void)in.field("third field");
    }
    in.expect_end();
  }
  return rows;
}

/// Ids as node numbers. Empty if one is no number.
std::vector<std::int64_t> as_numbers(const std::vector<std::string_view>& words) {
  std::vector<std::int64_t> numbers(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_number(words[i], numbers[i])) {
      return {};
    }
  }
  return numbers;
}

struct Numbered {
  std::int64_t num_nodes = 0;
  std::vector<std::int64_t> src, dst;
  std::vector<std::string> names;
};

Numbered keep(const SourceFile& file, const PlainRows& rows) {
  Numbered result{.src = as_numbers(rows.src), .dst = as_numbers(rows.dst), .names = {}};
  const auto most = static_cast<std::int64_t>(
      std::min((std::size_t{1} << 20U) + 16 * file.content.size(), (std::size_t{1} << 31U) - 1));
  for (std::size_t i = 0; i < rows.src.size(); ++i) {
    for (const auto& [numbers, words] :
         {std::pair(&result.src, &rows.src), std::pair(&result.dst, &rows.dst)}) {
      if (numbers->empty() || (*numbers)[i] < 0 || (*numbers)[i] >= most) {
        std::int64_t number = 0;
        if (!numbers->empty() || !is_number((*words)[i], number)) {
          throw DataError({.file = file.name, .line = rows.line[i]},
                          "an id that is kept must be a number of 0.." + std::to_string(most - 1) +
                              ", got \"" + std::string((*words)[i].substr(0, 60)) + "\"",
                          "--ids compact numbers them anew");
        }
      } else {
        result.num_nodes = std::max(result.num_nodes, (*numbers)[i] + 1);
      }
    }
  }
  return result;
}

Numbered compact(const PlainRows& rows) {
  Numbered result{.src = as_numbers(rows.src), .dst = as_numbers(rows.dst), .names = {}};
  if (result.src.empty() || result.dst.empty()) {
    std::unordered_map<std::string_view, std::int64_t> node;
    const auto number_of = [&](std::string_view word) {
      const auto [it, is_new] = node.try_emplace(word, result.num_nodes);
      if (is_new) {
        ++result.num_nodes;
        result.names.emplace_back(word);
      }
      return it->second;
    };
    result.src.clear();
    result.dst.clear();
    for (std::size_t i = 0; i < rows.src.size(); ++i) {
      result.src.push_back(number_of(rows.src[i]));
      result.dst.push_back(number_of(rows.dst[i]));
    }
    return result;
  }
  std::vector<std::int64_t> ids(result.src);
  ids.insert(ids.end(), result.dst.begin(), result.dst.end());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  result.num_nodes = static_cast<std::int64_t>(ids.size());
  if (ids.empty() || (ids.front() == 0 && ids.back() + 1 == result.num_nodes)) {
    return result;
  }
  for (std::vector<std::int64_t>* numbers : {&result.src, &result.dst}) {
    for (std::int64_t& number : *numbers) {
      number = std::lower_bound(ids.begin(), ids.end(), number) - ids.begin();
    }
  }
  for (const std::int64_t id : ids) {
    result.names.push_back(std::to_string(id));
  }
  return result;
}

EdgeListGraph from_plain(const SourceFile& file, const EdgeListOptions& options) {
  refuse_others(file);
  std::string content = file.content;
  PlainRows rows = read_rows(file, content, options);
  Numbered numbered = options.ids == NodeIds::kKeep ? keep(file, rows) : compact(rows);
  EdgeListGraph result;
  result.graph =
      Graph::from_coo64(numbered.num_nodes, numbered.num_nodes, numbered.src, numbered.dst);
  result.names = std::move(numbered.names);
  result.has_weights = rows.has_third;
  if (rows.has_third) {
    result.weight = std::move(rows.weight);
  }
  result.report.format = "edge-list";
  return result;
}

EdgeListGraph from_own(const SourceFile& file, const EdgeListOptions& options) {
  const formats::EdgeList list = formats::read_edge_list(file.content, file.name);
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  EdgeListGraph result;
  for (const formats::EdgeRow& row : list.rows) {
    src.push_back(row.u);
    dst.push_back(row.v);
    result.type.push_back(row.type);
    if (list.has_weight && options.read_weights) {
      result.weight.push_back(row.weight);
    }
  }
  result.graph = Graph::from_coo(list.num_nodes, src, dst);
  result.has_weights = list.has_weight;
  result.directed = list.directed;
  result.report.format = "isthmus-edges";
  return result;
}

}  // namespace

EdgeListGraph read_edge_list(const std::filesystem::path& path, const EdgeListOptions& options) {
  LoadReport report;
  SourceFile file = read_source(path, report);
  if (formats::is_gzip(file.content)) {
    file.content = formats::gunzip(file.content, file.name);
  }
  EdgeListGraph result =
      formats::is_edge_list(file.content) ? from_own(file, options) : from_plain(file, options);
  result.report.files = std::move(report.files);
  result.report.arcs_read = result.report.arcs_kept = result.graph.num_edges();
  return result;
}

}  // namespace isthmus::datasets
