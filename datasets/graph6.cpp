#include "isthmus/datasets/graph6.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "isthmus/formats/line_reader.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::size_t kBitsPerByte = 6;
constexpr unsigned char kFirstByte = 63;
constexpr unsigned char kLastByte = 126;
constexpr std::string_view kGraph6Heading = ">>graph6<<";
constexpr std::string_view kSparse6Heading = ">>sparse6<<";

/// Six bits a byte, the highest first.
class BitReader {
 public:
  BitReader(std::string_view text, const DataLocation& where) : text_(text), where_(&where) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < kFirstByte || byte > kLastByte) {
        fail("byte " + std::to_string(i + 1) + " of the graph must be in 63..126, got " +
             std::to_string(byte));
      }
    }
  }

  [[nodiscard]] std::size_t left() const noexcept { return text_.size() * kBitsPerByte - at_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return text_.size(); }

  /// The next `count` <= 36 bits, which must be there, as a number.
  std::uint64_t take(std::size_t count) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i, ++at_) {
      const auto byte = static_cast<unsigned>(text_[at_ / kBitsPerByte]) - kFirstByte;
      value = 2 * value + ((byte >> (kBitsPerByte - 1 - at_ % kBitsPerByte)) & 1U);
    }
    return value;
  }

  /// The number of nodes, in 1, 4 or 8 bytes.
  std::int64_t take_size() {
    const std::size_t marks = text_.starts_with("~~") ? 2 : text_.starts_with("~") ? 1 : 0;
    const std::size_t bytes = marks == 2 ? 6 : marks == 1 ? 3 : 1;
    if (text_.size() < marks + bytes) {
      fail("the number of nodes is cut off (expected " + std::to_string(marks + bytes) +
           " bytes, got " + std::to_string(text_.size()) + ")");
    }
    at_ = marks * kBitsPerByte;
    const auto size = static_cast<std::int64_t>(take(bytes * kBitsPerByte));
    if (size > std::numeric_limits<NodeId>::max()) {
      fail("a graph must have fewer than 2^31 nodes, got " + std::to_string(size));
    }
    return size;
  }

  [[noreturn]] void fail(const std::string& text) const { throw DataError(*where_, text); }

 private:
  std::string_view text_;
  const DataLocation* where_;
  std::size_t at_ = 0;
};

/// What a line says, as edges in its order.
struct Decoded {
  std::int64_t num_nodes = 0;
  std::vector<Edge> edges;
};

/// The upper triangle column by column: (0,1), (0,2), (1,2), (0,3), ...
Decoded decode_graph6(BitReader in) {
  Decoded graph{.num_nodes = in.take_size(), .edges = {}};
  const std::size_t before = in.bytes() - in.left() / kBitsPerByte;
  const auto n = static_cast<std::uint64_t>(graph.num_nodes);
  const std::uint64_t pairs = n == 0 ? 0 : n * (n - 1) / 2;
  const std::uint64_t expected = before + (pairs + kBitsPerByte - 1) / kBitsPerByte;
  if (in.bytes() != expected) {
    in.fail("a graph of " + std::to_string(n) + " nodes takes " + std::to_string(expected) +
            " bytes, got " + std::to_string(in.bytes()));
  }
  for (NodeId v = 1; v < graph.num_nodes; ++v) {
    for (NodeId u = 0; u < v; ++u) {
      if (in.take(1) != 0) {
        graph.edges.push_back({u, v});
      }
    }
  }
  if (in.take(in.left()) != 0) {
    in.fail("the bits after the last pair of nodes must be 0");
  }
  return graph;
}

/// Groups of one bit, "go to the next node", and a node x: x behind the present node becomes the
/// present one, another is joined to it.
Decoded decode_sparse6(BitReader in) {
  Decoded graph{.num_nodes = in.take_size(), .edges = {}};
  const auto most = static_cast<std::int64_t>((std::size_t{1} << 20U) + 16 * in.bytes());
  if (graph.num_nodes > most) {
    in.fail("so few bytes may claim " + std::to_string(most) + " nodes at most, got " +
            std::to_string(graph.num_nodes));
  }
  std::size_t width = 0;
  while (width < 31 && graph.num_nodes > std::int64_t{1} << width) {
    ++width;
  }
  std::int64_t present = 0;
  std::size_t rest = in.left();
  for (; rest > width; rest = in.left()) {
    const std::uint64_t next = in.take(1);
    const auto x = static_cast<std::int64_t>(in.take(width));
    present += static_cast<std::int64_t>(next);
    if (present >= graph.num_nodes || x >= graph.num_nodes) {
      if (rest >= kBitsPerByte || next == 0 || x + 1 != std::int64_t{1} << width) {
        in.fail("a node must be below " + std::to_string(graph.num_nodes) + ", got " +
                std::to_string(std::max(present, x)));
      }
      break;
    }
    if (x > present) {
      present = x;
    } else {
      graph.edges.push_back({static_cast<NodeId>(x), static_cast<NodeId>(present)});
    }
  }
  const std::size_t left = in.left();
  if (in.take(left) + 1 != std::uint64_t{1} << left) {
    in.fail("the bits after the last edge must be 1");
  }
  return graph;
}

Decoded decode_line(std::string_view text, const DataLocation& where) {
  if (text.starts_with('&') || text.starts_with(';')) {
    throw DataError(where, text.front() == '&'
                               ? "is digraph6: a graph must be undirected, as graph6 or sparse6"
                               : "is incremental sparse6: each graph must be whole");
  }
  return text.starts_with(':') ? decode_sparse6({text.substr(1), where})
                               : decode_graph6({text, where});
}

/// The line without a heading, which files put together have in their middle, too.
std::string_view without_heading(std::string_view line, const DataLocation& where) {
  for (const std::string_view heading : {kGraph6Heading, kSparse6Heading}) {
    if (line.starts_with(heading)) {
      return line.substr(heading.size());
    }
  }
  if (line.starts_with(">>")) {
    throw DataError(where, "the heading must be >>graph6<< or >>sparse6<<, got \"" +
                               std::string(line.substr(0, 20)) + "\"");
  }
  return line;
}

}  // namespace

Graph parse_graph6(std::string_view text, const DataLocation& where) {
  const Decoded graph = decode_line(text, where);
  return Graph::from_edges(static_cast<NodeId>(graph.num_nodes), graph.edges);
}

Dataset read_graph6(const std::filesystem::path& path, const LoadOptions& options) {
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.task = Task::kGraph;
  LoadReport& report = dataset.report;
  report.format = "graph6";
  const SourceFile file = read_source(path, report);
  GraphBlocks blocks;
  formats::LineReader in(file.content, file.name);
  while (in.next()) {
    const DataLocation where{.file = file.name, .line = in.number()};
    const std::string_view line = without_heading(in.line(), where);
    if (!line.empty()) {
      const Decoded graph = decode_line(line, where);
      append_graph(in, static_cast<NodeId>(graph.num_nodes), graph.edges, blocks);
    }
  }
  set_graphs(std::move(blocks), options, dataset);
  dataset.y.assign(dataset.graphs.size(), 0);
  dataset.has_label.assign(dataset.graphs.size(), 0);
  return dataset;
}

std::string write_graph6(const Graph& graph) {
  check_simple(graph, "write_graph6");
  std::string text;
  unsigned bits = 0;
  std::size_t count = 0;
  const auto put = [&](bool bit) {
    bits = 2 * bits + (bit ? 1U : 0U);
    if (++count == kBitsPerByte) {
      text.push_back(static_cast<char>(bits + kFirstByte));
      bits = 0;
      count = 0;
    }
  };
  const auto n = static_cast<std::uint64_t>(graph.num_nodes());
  const std::size_t marks = n <= 62 ? 0 : n <= 258'047 ? 1 : 2;
  text.assign(marks, '~');
  for (std::size_t bit = marks == 0 ? 6 : 18 * marks; bit-- > 0;) {
    put((n >> bit & 1U) != 0);
  }
  for (NodeId v = 1; v < graph.num_nodes(); ++v) {
    const std::span<const NodeId> row = graph.csr().row(v);
    auto next = row.begin();
    for (NodeId u = 0; u < v; ++u) {
      const bool joined = next != row.end() && *next == u;
      put(joined);
      next += joined ? 1 : 0;
    }
  }
  while (count != 0) {
    put(false);
  }
  return text;
}

}  // namespace isthmus::datasets
