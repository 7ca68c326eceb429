#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "index.hpp"
#include "label_codes.hpp"
#include "mix.hpp"

namespace isthmus::expressivity {

/// One graph as the tests of tuples see it: neighbours, codes of labels, and where its tuples lie
/// among those of all graphs.
struct TupleGraph {
  CsrView csr;
  std::span<const std::uint32_t> node_code;
  std::span<const std::uint32_t> arc_code;
  std::int64_t n = 0;
  std::int64_t first = 0;  ///< Its first tuple.
  std::int64_t lines = 0;  ///< n^(k-1): a line of tuples has all entries but the last in common.
  std::int64_t first_line = 0;  ///< Its first line among those of all graphs.

  [[nodiscard]] std::int64_t tuples() const noexcept { return lines * n; }

  /// visit(w, code of the arc) for each w in N(v).
  template <typename Visit>
  void for_neighbours(std::int64_t v, const Visit& visit) const {
    const auto end = csr.rowptr[index(v) + 1];
    for (std::int64_t slot = csr.rowptr[index(v)]; slot < end; ++slot) {
      visit(std::int64_t{csr.col[index(slot)]}, arc_code[index(slot)]);
    }
  }
};

/// Consecutive lines of one graph: what one chunk of parallel work takes.
struct LineBlock {
  std::size_t graph = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// The k-tuples of several graphs, graph after graph; tuple (v1..vk) at the position that v1..vk
/// spell in base n.
class TupleFrame {
 public:
  /// `arity`: k, 2 or 3. @pre  The graphs outlive the frame; fewer than 2^32 tuples.
  TupleFrame(std::span<const WlGraph> graphs, int arity);
  TupleFrame(const TupleFrame&) = delete;  // Its graphs point into it.
  TupleFrame& operator=(const TupleFrame&) = delete;

  [[nodiscard]] std::span<const TupleGraph> graphs() const noexcept { return graphs_; }
  [[nodiscard]] std::int64_t tuples() const noexcept { return tuples_; }
  [[nodiscard]] std::int64_t lines() const noexcept { return lines_; }

  /// body(graph, line) for each line of each graph, in parallel; chunks depend on the graphs alone.
  /// Ends early after a cancel.
  void for_lines(const CancelToken& cancel,
                 const std::function<void(std::size_t, std::int64_t)>& body) const;

 private:
  LabelCodes codes_;
  std::vector<TupleGraph> graphs_;
  std::vector<LineBlock> blocks_;
  std::int64_t tuples_ = 0;
  std::int64_t lines_ = 0;
};

/// Tuples of all graphs together, at most 2^63 - 1 (also where there are more).
[[nodiscard]] std::int64_t count_tuples(std::span<const WlGraph> graphs, int arity);

/// The atomic types of the pairs (u, 0), (u, 1), ...: equal iff labels of both nodes, equality,
/// adjacency and label of the edge are.
void write_pair_types(const TupleGraph& graph, std::int64_t u, std::span<Signature> type);

/// Of one graph.
template <typename T>
[[nodiscard]] std::span<T> tuples_of(std::span<T> all, const TupleGraph& graph) {
  return all.subspan(index(graph.first), index(graph.tuples()));
}

}  // namespace isthmus::expressivity
