#include "storage.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "isthmus/core/assert.hpp"

namespace isthmus {
namespace graph_detail {
namespace {

/// True if arcs come by ascending destination, then source: the input is canonical already.
bool is_canonical(std::span<const NodeId> src, std::span<const NodeId> dst) {
  for (std::size_t e = 1; e < dst.size(); ++e) {
    if (dst[e] < dst[e - 1] || (dst[e] == dst[e - 1] && src[e] < src[e - 1])) {
      return false;
    }
  }
  return true;
}

/// Where each id's group starts if equal ids are put together: num_ids + 1 entries.
std::vector<std::int64_t> group_starts(NodeId num_ids, std::span<const NodeId> ids) {
  std::vector<std::int64_t> starts(static_cast<std::size_t>(num_ids) + 1);
  for (const NodeId id : ids) {
    ++starts[static_cast<std::size_t>(id) + 1];
  }
  for (std::size_t i = 1; i < starts.size(); ++i) {
    starts[i] += starts[i - 1];
  }
  return starts;
}

/// Second digit of the sort: arcs come by ascending source and go behind each other in their
/// destination's row.
class RowFiller {
 public:
  RowFiller(const std::vector<std::int64_t>& rowptr, std::vector<NodeId>& col)
      : next_(rowptr.begin(), rowptr.end() - 1), col_(col) {}

  template <class Position>
  void put(NodeId src, NodeId dst, std::size_t position, std::vector<Position>& eid) {
    const auto slot = static_cast<std::size_t>(next_[static_cast<std::size_t>(dst)]++);
    col_[slot] = src;
    eid[slot] = static_cast<Position>(position);
  }

 private:
  std::vector<std::int64_t> next_;
  std::vector<NodeId>& col_;
};

template <class Position>
void fill_rows(NodeId num_src, std::span<const NodeId> src, std::span<const NodeId> dst,
               RowFiller& rows, std::vector<Position>& eid) {
  if (std::is_sorted(src.begin(), src.end())) {  // as most files are: the first digit is done
    for (std::size_t e = 0; e < src.size(); ++e) {
      rows.put(src[e], dst[e], e, eid);
    }
    return;
  }
  struct Arc {
    NodeId dst;
    Position position;
  };
  std::vector<Arc> by_source(src.size());
  const std::vector<std::int64_t> starts = group_starts(num_src, src);
  std::vector<std::int64_t> next(starts.begin(), starts.end() - 1);
  for (std::size_t e = 0; e < src.size(); ++e) {
    const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(src[e])]++);
    by_source[place] = {dst[e], static_cast<Position>(e)};
  }
  for (NodeId s = 0; s < num_src; ++s) {
    const auto end = static_cast<std::size_t>(starts[static_cast<std::size_t>(s) + 1]);
    for (auto i = static_cast<std::size_t>(starts[static_cast<std::size_t>(s)]); i < end; ++i) {
      rows.put(s, by_source[i].dst, static_cast<std::size_t>(by_source[i].position), eid);
    }
  }
}

[[maybe_unused]] bool rows_ascend(CsrView csr, const Renumbering* renumbering) {
  const auto before = [renumbering](NodeId a, NodeId b) {
    return renumbering == nullptr ? a < b
                                  : renumbering->original[static_cast<std::size_t>(a)] <
                                        renumbering->original[static_cast<std::size_t>(b)];
  };
  for (NodeId r = 0; r < csr.num_rows(); ++r) {
    const auto row = csr.row(r);
    if (!std::is_sorted(row.begin(), row.end(), before)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Arrays sort_arcs(const Shape& shape, std::span<const NodeId> src, std::span<const NodeId> dst,
                 EdgeId max_narrow_edges) {
  Arrays arrays;
  arrays.rowptr = group_starts(shape.num_dst, dst);
  if (is_canonical(src, dst)) {
    arrays.col.assign(src.begin(), src.end());
    return arrays;
  }
  arrays.col.resize(src.size());
  RowFiller rows(arrays.rowptr, arrays.col);
  arrays.eid = make_positions(static_cast<EdgeId>(src.size()), max_narrow_edges,
                              [&](auto& eid) { fill_rows(shape.num_src, src, dst, rows, eid); });
  return arrays;
}

Graph make_graph(const Shape& shape, Arrays arrays, std::optional<Transpose> transpose,
                 EdgeId max_narrow_edges, SharedRenumbering renumbering) {
  return Graph(std::make_shared<const Graph::Storage>(
      shape, std::move(arrays), std::move(transpose), max_narrow_edges, std::move(renumbering)));
}

ArcList arcs_in_input_order(const Graph& graph) {
  const CsrView csr = graph.csr();
  const EdgePositions eid = graph.eid();
  ArcList arcs;
  arcs.src.resize(csr.col.size());
  arcs.dst.resize(csr.col.size());
  EdgeId slot = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    for (const NodeId u : csr.row(v)) {
      const auto e = static_cast<std::size_t>(eid[slot++]);
      arcs.src[e] = u;
      arcs.dst[e] = v;
    }
  }
  return arcs;
}

}  // namespace graph_detail

Graph::Storage::Storage(const graph_detail::Shape& shape_of, graph_detail::Arrays arrays_of,
                        graph_detail::SharedRenumbering renumbering_of,
                        std::unique_ptr<Plan::Parts> plan_parts)
    : shape(shape_of),
      arrays(std::move(arrays_of)),
      renumbering(std::move(renumbering_of)),
      parts(plan_parts.get()),
      plan(std::move(plan_parts)) {
  parts->csr = csr();
  if (renumbering) {
    parts->visit = renumbering->id;
  }
}

Graph::Storage::Storage(const graph_detail::Shape& shape_of, graph_detail::Arrays arrays_of,
                        std::optional<graph_detail::Transpose> transpose, EdgeId max_narrow_edges,
                        graph_detail::SharedRenumbering renumbering_of)
    : Storage(
          shape_of, std::move(arrays_of), std::move(renumbering_of),
          std::make_unique<Plan::Parts>(shape_of.num_src, shape_of.bipartite, max_narrow_edges)) {
  ISTHMUS_ASSERT(csr().num_rows() == shape.num_dst);
  ISTHMUS_ASSERT_HEAVY(graph_detail::rows_ascend(csr(), renumbering.get()));
  if (transpose.has_value()) {
    static_cast<void>(
        parts->lazy_transpose.get(parts->cost, [&] { return std::move(*transpose); }));
  }
}

}  // namespace isthmus
