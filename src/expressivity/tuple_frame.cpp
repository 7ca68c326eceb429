#include "tuple_frame.hpp"

#include <limits>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::expressivity {
namespace {

/// Small enough to keep all threads busy, large enough to be worth a task.
constexpr std::int64_t kTuplesOfBlock = 2048;

std::int64_t product(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return b != 0 && a > kMost / b ? kMost : a * b;
}

}  // namespace

std::int64_t count_tuples(std::span<const WlGraph> graphs, int arity) {
  std::int64_t all = 0;
  for (const WlGraph& graph : graphs) {
    std::int64_t tuples = 1;
    for (int i = 0; i < arity; ++i) {
      tuples = product(tuples, graph.graph.num_nodes());
    }
    all += std::min(tuples, std::numeric_limits<std::int64_t>::max() - all);
  }
  return all;
}

void write_pair_types(const TupleGraph& graph, std::int64_t u, std::span<Signature> type) {
  const std::uint64_t own = std::uint64_t{graph.node_code[index(u)]} << 32U;
  for (std::size_t v = 0; v < type.size(); ++v) {
    type[v] = {own | graph.node_code[v], 0};
  }
  type[index(u)].b = 1;
  graph.for_neighbours(u, [&](std::int64_t v, std::uint32_t code) {
    type[index(v)].b = 1 + std::uint64_t{code};  // Codes of arcs begin at 1.
  });
}

TupleFrame::TupleFrame(std::span<const WlGraph> graphs, int arity) : codes_(label_codes(graphs)) {
  graphs_.reserve(graphs.size());
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const std::int64_t n = graphs[g].graph.num_nodes();
    const std::int64_t lines = arity == 2 ? n : n * n;
    graphs_.push_back({.csr = graphs[g].graph.csr(),
                       .node_code = codes_.node[g],
                       .arc_code = codes_.arc[g],
                       .n = n,
                       .first = tuples_,
                       .lines = lines,
                       .first_line = lines_});
    tuples_ += lines * n;
    lines_ += lines;
    const std::int64_t step =
        std::max<std::int64_t>(1, kTuplesOfBlock / std::max<std::int64_t>(n, 1));
    for (std::int64_t line = 0; line < lines; line += step) {
      blocks_.push_back({g, line, std::min(lines, line + step)});
    }
  }
}

void TupleFrame::for_lines(const CancelToken& cancel,
                           const std::function<void(std::size_t, std::int64_t)>& body) const {
  parallel_chunks(static_cast<std::int64_t>(blocks_.size()), [&](std::int64_t chunk) {
    const LineBlock& block = blocks_[index(chunk)];
    for (std::int64_t line = block.first; line < block.last && !cancel.requested(); ++line) {
      body(block.graph, line);
    }
  });
}

}  // namespace isthmus::expressivity
