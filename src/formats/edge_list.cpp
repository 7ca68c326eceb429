#include "isthmus/formats/edge_list.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/line_reader.hpp"

#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::string_view kMagic = "# isthmus-edges ";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

auto order(const EdgeRow& row) { return std::tuple(row.u, row.v, row.type); }

/// The values of `KEY=VALUE ...`, each key of the format once, in any order.
struct Header {
  std::string nodes, directed, method, mode, columns;

  std::string* find(std::string_view key) {
    const std::array<std::pair<std::string_view, std::string*>, 5> all = {{{"n", &nodes},
                                                                           {"directed", &directed},
                                                                           {"method", &method},
                                                                           {"mode", &mode},
                                                                           {"columns", &columns}}};
    const auto* const it =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == key; });
    return it == all.end() ? nullptr : it->second;
  }
};

Header read_header(LineReader& in) {
  Header header;
  (void)in.field("mark");
  (void)in.field("mark");
  if (const std::string_view version = in.field("version"); version != "1") {
    in.fail("unknown version of the format", "1", version);
  }
  // Not field by field: columns=weight,hop is one word.
  std::string_view words = in.rest();
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find_first_of(" \t"));
    const std::size_t equals = std::min(word.find('='), word.size());
    std::string* const value = header.find(word.substr(0, equals));
    if (value == nullptr || !value->empty() || equals + 1 >= word.size()) {
      in.fail("the first line holds each of n, directed, method, mode, columns once, as KEY=VALUE",
              "another word", word);
    }
    *value = word.substr(equals + 1);
    words.remove_prefix(word.size());
    words.remove_prefix(std::min(words.find_first_not_of(" \t"), words.size()));
  }
  return header;
}

EdgeList from_header(const LineReader& in, const Header& header, std::size_t text_size) {
  EdgeList list;
  const std::string& nodes = header.nodes;
  const auto [end, error] =
      std::from_chars(nodes.data(), nodes.data() + nodes.size(), list.num_nodes);
  if (error != std::errc() || end != nodes.data() + nodes.size() || list.num_nodes < 0 ||
      list.num_nodes == std::numeric_limits<std::int32_t>::max()) {
    in.fail("n must be a number of nodes", "an integer in 0..2147483646", nodes);
  }
  const std::size_t most = (std::size_t{1} << 24U) + 16 * text_size;
  if (static_cast<std::size_t>(list.num_nodes) > most) {
    in.fail("n is larger than a text of this length can mean", "at most " + std::to_string(most),
            nodes);
  }
  if (header.directed != "0" && header.directed != "1") {
    in.fail("directed must be told", "0 or 1", header.directed);
  }
  if (header.method.empty() || header.mode.empty()) {
    in.fail("method and mode must be told", "method=WORD mode=WORD", in.line());
  }
  if (!header.columns.empty() && header.columns != "weight" && header.columns != "hop" &&
      header.columns != "weight,hop") {
    in.fail("columns must be known", "weight, hop or weight,hop", header.columns);
  }
  list.directed = header.directed == "1";
  list.method = header.method;
  list.mode = header.mode;
  list.has_weight = header.columns.starts_with("weight");
  list.has_hop = header.columns.ends_with("hop");
  return list;
}

EdgeRow read_row(LineReader& in, const EdgeList& list) {
  EdgeRow row;
  row.u = static_cast<std::int32_t>(in.integer("u", 0, list.num_nodes - 1));
  row.v = static_cast<std::int32_t>(in.integer("v", 0, list.num_nodes - 1));
  row.type = in.integer("edge_type", 0);
  if (list.has_weight) {
    row.weight = in.real("weight");
    if (!(row.weight > 0.0)) {
      in.fail("weight must be > 0");
    }
  }
  if (list.has_hop) {
    row.hop = in.integer("hop", 1);
  }
  in.expect_end();
  return row;
}

void refuse(const std::string& rule, const std::string& got) {
  throw InvalidArgument("write_edge_list: " + rule + ", got " + got);
}

void check(const EdgeList& list) {
  for (const std::string* word : {&list.method, &list.mode}) {
    if (word->empty() || word->find_first_of(" \t\r\n=") != std::string::npos) {
      refuse("method and mode must be one word each", in_quotes(*word));
    }
  }
  if (list.num_nodes < 0 || list.num_nodes == std::numeric_limits<std::int32_t>::max()) {
    refuse("num_nodes must be in 0..2147483646", std::to_string(list.num_nodes));
  }
  for (std::size_t i = 0; i < list.rows.size(); ++i) {
    const EdgeRow& row = list.rows[i];
    const std::string name = std::to_string(row.u) + "-" + std::to_string(row.v) + " of type " +
                             std::to_string(row.type);
    if (std::min(row.u, row.v) < 0 || std::max(row.u, row.v) >= list.num_nodes || row.type < 0) {
      refuse("ends must be in 0.." + std::to_string(list.num_nodes - 1) + ", types >= 0", name);
    }
    if (!(row.weight > 0.0) || !std::isfinite(row.weight) || row.hop < 1) {
      refuse("weights must be > 0 and finite, hops >= 1", name);
    }
    if (i > 0 && order(list.rows[i - 1]) >= order(row)) {
      refuse("rows must ascend by (u, v, type)", name);
    }
  }
}

template <typename Number>
void append(std::string& text, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

}  // namespace

bool is_edge_list(std::string_view text) {
  text.remove_prefix(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  return text.starts_with(kMagic);
}

EdgeList read_edge_list(std::string_view text, const std::string& name) {
  LineReader in(text, name);
  if (!in.next() || !is_edge_list(text)) {
    throw DataError({.file = name, .line = 1},
                    "no edge list of isthmus (expected \"# isthmus-edges 1 n=... directed=...\", "
                    "got " +
                        in_quotes(in.line()) + ")");
  }
  EdgeList list = from_header(in, read_header(in), text.size());
  while (in.next()) {
    if (in.at_end() || in.line().front() == '#') {
      continue;
    }
    const EdgeRow row = read_row(in, list);
    if (!list.rows.empty() && order(list.rows.back()) >= order(row)) {
      in.fail("rows must ascend by (u, v, edge_type), none may come twice");
    }
    list.rows.push_back(row);
  }
  return list;
}

std::string write_edge_list(const EdgeList& list) {
  check(list);
  std::string text = std::string(kMagic) + "1 n=" + std::to_string(list.num_nodes) +
                     " directed=" + (list.directed ? "1" : "0") + " method=" + list.method +
                     " mode=" + list.mode;
  if (list.has_weight || list.has_hop) {
    text += std::string(" columns=") + (list.has_weight ? "weight" : "") +
            (list.has_weight && list.has_hop ? "," : "") + (list.has_hop ? "hop" : "");
  }
  text += '\n';
  for (const EdgeRow& row : list.rows) {
    append(text, row.u);
    append(text += '\t', row.v);
    append(text += '\t', row.type);
    if (list.has_weight) {
      append(text += '\t', row.weight);
    }
    if (list.has_hop) {
      append(text += '\t', row.hop);
    }
    text += '\n';
  }
  return text;
}

}  // namespace isthmus::formats
