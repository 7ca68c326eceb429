#include "isthmus/graph/graph.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "storage.hpp"

namespace isthmus {
namespace {

using graph_detail::ArcList;
using graph_detail::Arrays;
using graph_detail::make_graph;
using graph_detail::Shape;
using graph_detail::sort_arcs;

std::string range_text(std::int64_t bound) { return "in [0, " + std::to_string(bound) + ")"; }

[[noreturn]] void throw_outside(const char* function, const std::string& what, std::int64_t bound,
                                std::int64_t got) {
  throw InvalidArgument(std::string("Graph::") + function + ": " + what + " must be " +
                        range_text(bound) + ", got " + std::to_string(got));
}

template <class Id>
void check_ids(const char* function, const char* name, std::span<const Id> ids,
               std::int64_t bound) {
  const auto outside = [bound](Id id) { return id < 0 || id >= bound; };
  const auto bad = std::find_if(ids.begin(), ids.end(), outside);
  if (bad != ids.end()) {
    throw_outside(function, name + ("[" + std::to_string(bad - ids.begin()) + "]"), bound, *bad);
  }
}

void check_count(const char* function, const char* name, std::int64_t count) {
  if (count < 0) {
    throw InvalidArgument(std::string("Graph::") + function + ": " + name + " must be >= 0, got " +
                          std::to_string(count));
  }
  if (count > std::numeric_limits<NodeId>::max()) {
    throw ResourceLimit(std::string("Graph::") + function + ": " + name +
                        " must be below 2^31, got " + std::to_string(count));
  }
}

void check_sizes(const char* function, std::size_t src, std::size_t dst) {
  if (src != dst) {
    throw InvalidArgument(std::string("Graph::") + function +
                          ": src and dst must have equally many entries, got " +
                          std::to_string(src) + " and " + std::to_string(dst));
  }
}

void check_not_bipartite(const char* function, const Graph& graph) {
  if (graph.is_bipartite()) {
    throw InvalidArgument(std::string("Graph::") + function +
                          ": the graph must not be bipartite, got " +
                          std::to_string(graph.num_src()) + " sources and " +
                          std::to_string(graph.num_dst()) + " destinations");
  }
}

Graph checked_from_coo(const Shape& shape, std::span<const NodeId> src,
                       std::span<const NodeId> dst) {
  check_sizes("from_coo", src.size(), dst.size());
  check_ids("from_coo", "src", src, shape.num_src);
  check_ids("from_coo", "dst", dst, shape.num_dst);
  return make_graph(shape, sort_arcs(shape, src, dst));
}

void check_end(const char* function, NodeId num_nodes, std::size_t edge, NodeId end) {
  if (end < 0 || end >= num_nodes) {
    throw_outside(function, "ends of edges[" + std::to_string(edge) + "]", num_nodes, end);
  }
}

/// Appends both arcs of each edge, one for a loop.
void append_edges(const char* function, NodeId num_nodes, std::span<const Edge> edges,
                  ArcList& arcs) {
  arcs.src.reserve(arcs.src.size() + 2 * edges.size());
  arcs.dst.reserve(arcs.dst.size() + 2 * edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto [u, v] = edges[i];
    check_end(function, num_nodes, i, u);
    check_end(function, num_nodes, i, v);
    arcs.src.push_back(u);
    arcs.dst.push_back(v);
    if (u != v) {
      arcs.src.push_back(v);
      arcs.dst.push_back(u);
    }
  }
}

/// The place of each node in `order`.
std::vector<NodeId> inverse_order(NodeId num_nodes, std::span<const NodeId> order) {
  if (order.size() != static_cast<std::size_t>(num_nodes)) {
    throw InvalidArgument("Graph::reordered: order must hold each of the " +
                          std::to_string(num_nodes) + " nodes once, got " +
                          std::to_string(order.size()) + " entries");
  }
  check_ids("reordered", "order", order, num_nodes);
  std::vector<NodeId> place(order.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    NodeId& own = place[static_cast<std::size_t>(order[i])];
    if (own >= 0) {
      throw InvalidArgument("Graph::reordered: order must hold each node once, got node " +
                            std::to_string(order[i]) + " at order[" + std::to_string(own) +
                            "] and at order[" + std::to_string(i) + "]");
    }
    own = static_cast<NodeId>(i);
  }
  return place;
}

void check_rowptr(const std::vector<std::int64_t>& rowptr, std::size_t nnz) {
  const std::string where = "Graph::from_csr: ";
  if (rowptr.empty()) {
    throw InvalidArgument(where + "rowptr must have num_dst + 1 entries, got none");
  }
  check_count("from_csr", "number of rows", static_cast<std::int64_t>(rowptr.size()) - 1);
  if (rowptr.front() != 0) {
    throw InvalidArgument(where + "rowptr must start at 0, got " + std::to_string(rowptr.front()));
  }
  const auto drop = std::adjacent_find(rowptr.begin(), rowptr.end(), std::greater<>());
  if (drop != rowptr.end()) {
    throw InvalidArgument(where + "rowptr must never decrease, got " + std::to_string(drop[0]) +
                          " and then " + std::to_string(drop[1]) + " at row " +
                          std::to_string(drop - rowptr.begin()));
  }
  if (rowptr.back() != static_cast<std::int64_t>(nnz)) {
    throw InvalidArgument(where + "rowptr must end at the number of arcs, " + std::to_string(nnz) +
                          ", got " + std::to_string(rowptr.back()));
  }
}

}  // namespace

Graph::Graph() {
  static const std::shared_ptr<const Storage> empty = make_graph({}, {{0}, {}, {}}).storage_;
  storage_ = empty;
}

Graph::Graph(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}

Graph Graph::from_coo(NodeId num_nodes, std::span<const NodeId> src, std::span<const NodeId> dst) {
  check_count("from_coo", "num_nodes", num_nodes);
  return checked_from_coo({num_nodes, num_nodes, false}, src, dst);
}

Graph Graph::from_coo(NodeId num_src, NodeId num_dst, std::span<const NodeId> src,
                      std::span<const NodeId> dst) {
  check_count("from_coo", "num_src", num_src);
  check_count("from_coo", "num_dst", num_dst);
  return checked_from_coo({num_src, num_dst, true}, src, dst);
}

Graph Graph::from_coo64(std::int64_t num_src, std::int64_t num_dst,
                        std::span<const std::int64_t> src, std::span<const std::int64_t> dst) {
  check_count("from_coo64", "num_src", num_src);
  check_count("from_coo64", "num_dst", num_dst);
  check_sizes("from_coo64", src.size(), dst.size());
  check_ids("from_coo64", "src", src, num_src);
  check_ids("from_coo64", "dst", dst, num_dst);
  const auto narrow = [](std::span<const std::int64_t> wide) {
    std::vector<NodeId> ids(wide.size());
    std::transform(wide.begin(), wide.end(), ids.begin(),
                   [](std::int64_t id) { return static_cast<NodeId>(id); });
    return ids;
  };
  const Shape shape{static_cast<NodeId>(num_src), static_cast<NodeId>(num_dst), num_src != num_dst};
  return make_graph(shape, sort_arcs(shape, narrow(src), narrow(dst)));
}

Graph Graph::from_csr(NodeId num_src, std::vector<std::int64_t> rowptr, std::vector<NodeId> col) {
  check_count("from_csr", "num_src", num_src);
  check_rowptr(rowptr, col.size());
  check_ids("from_csr", "col", std::span<const NodeId>(col), num_src);
  const auto num_dst = static_cast<NodeId>(rowptr.size() - 1);
  const Shape shape{num_src, num_dst, num_src != num_dst};
  bool sorted = true;
  for (std::size_t r = 0; r + 1 < rowptr.size() && sorted; ++r) {
    sorted = std::is_sorted(col.begin() + rowptr[r], col.begin() + rowptr[r + 1]);
  }
  if (sorted) {
    return make_graph(shape, {std::move(rowptr), std::move(col), {}});
  }
  std::vector<NodeId> dst(col.size());
  for (NodeId v = 0; v < num_dst; ++v) {
    const auto r = static_cast<std::size_t>(v);
    std::fill(dst.begin() + rowptr[r], dst.begin() + rowptr[r + 1], v);
  }
  return make_graph(shape, sort_arcs(shape, col, dst));
}

Graph Graph::from_edges(NodeId num_nodes, std::span<const Edge> edges) {
  check_count("from_edges", "num_nodes", num_nodes);
  ArcList arcs;
  append_edges("from_edges", num_nodes, edges, arcs);
  const Shape shape{num_nodes, num_nodes, false};
  return make_graph(shape, sort_arcs(shape, arcs.src, arcs.dst));
}

NodeId Graph::num_src() const noexcept { return storage_->shape.num_src; }
NodeId Graph::num_dst() const noexcept { return storage_->shape.num_dst; }
bool Graph::is_bipartite() const noexcept { return storage_->shape.bipartite; }
EdgeId Graph::num_edges() const noexcept { return storage_->csr().num_edges(); }
CsrView Graph::csr() const noexcept { return storage_->csr(); }
EdgePositions Graph::eid() const noexcept { return storage_->arrays.eid.view(); }
const Plan& Graph::plan() const noexcept { return storage_->plan; }

bool Graph::is_symmetric() const { return plan().csc_aliases_csr(); }

bool Graph::has_self_loops() const {
  if (is_bipartite()) {
    return false;
  }
  std::call_once(storage_->loops_once, [this] {
    bool found = false;
    for (NodeId v = 0; v < num_nodes() && !found; ++v) {
      const auto row = csr().row(v);
      found = std::find(row.begin(), row.end(), v) != row.end();
    }
    storage_->has_loops = found;
  });
  return storage_->has_loops;
}

std::vector<Edge> Graph::arcs() const {
  std::vector<Edge> arcs;
  arcs.reserve(static_cast<std::size_t>(num_edges()));
  for (NodeId v = 0; v < num_dst(); ++v) {
    for (const NodeId u : csr().row(v)) {
      arcs.push_back({u, v});
    }
  }
  return arcs;
}

std::vector<Edge> Graph::edges() const {
  if (!is_symmetric()) {
    throw InvalidArgument(
        "Graph::edges: every arc must have its reverse, got a graph that is not symmetric",
        "symmetrised() adds the missing arcs");
  }
  std::vector<Edge> edges;
  edges.reserve(static_cast<std::size_t>(num_edges()) / 2 + 1);
  for (NodeId u = 0; u < num_nodes(); ++u) {
    for (const NodeId v : csr().row(u)) {
      if (u <= v) {
        edges.push_back({u, v});
      }
    }
  }
  if (storage_->renumbering) {
    std::sort(edges.begin(), edges.end());
  }
  return edges;
}

Graph Graph::with_edges(std::span<const Edge> edges) const {
  check_not_bipartite("with_edges", *this);
  if (storage_->renumbering) {
    const auto& original = storage_->renumbering->original;
    std::vector<Edge> renamed(edges.begin(), edges.end());
    for (std::size_t i = 0; i < renamed.size(); ++i) {
      for (NodeId* end : {&renamed[i].u, &renamed[i].v}) {
        check_end("with_edges", num_nodes(), i, *end);
        *end = original[static_cast<std::size_t>(*end)];
      }
    }
    return in_original_order().with_edges(renamed).reordered(original);
  }
  ArcList arcs = graph_detail::arcs_in_input_order(*this);
  append_edges("with_edges", num_nodes(), edges, arcs);
  return make_graph(storage_->shape, sort_arcs(storage_->shape, arcs.src, arcs.dst));
}

Graph Graph::without_self_loops() const {
  if (!has_self_loops()) {
    return *this;
  }
  std::call_once(storage_->loop_free_once, [this] {
    if (storage_->renumbering) {
      storage_->loop_free =
          in_original_order().without_self_loops().reordered(storage_->renumbering->original);
      storage_->parts->cost.bytes += storage_->loop_free->bytes();
      return;
    }
    ArcList arcs = graph_detail::arcs_in_input_order(*this);
    std::size_t kept = 0;
    for (std::size_t e = 0; e < arcs.src.size(); ++e) {
      if (arcs.src[e] != arcs.dst[e]) {
        arcs.src[kept] = arcs.src[e];
        arcs.dst[kept] = arcs.dst[e];
        ++kept;
      }
    }
    arcs.src.resize(kept);
    arcs.dst.resize(kept);
    storage_->loop_free =
        make_graph(storage_->shape, sort_arcs(storage_->shape, arcs.src, arcs.dst));
    storage_->parts->cost.bytes += storage_->loop_free->bytes();
  });
  return *storage_->loop_free;
}

Graph Graph::symmetrised() const {
  check_not_bipartite("symmetrised", *this);
  if (storage_->renumbering) {
    return in_original_order().symmetrised().reordered(storage_->renumbering->original);
  }
  const CsrView in = csr();
  const CsrView out = plan().csc();
  Arrays arrays;
  arrays.rowptr.reserve(in.rowptr.size());
  arrays.rowptr.push_back(0);
  arrays.col.reserve(in.col.size());
  std::vector<NodeId> both;
  for (NodeId v = 0; v < num_nodes(); ++v) {
    const auto sources = in.row(v);
    const auto destinations = out.row(v);
    both.resize(sources.size() + destinations.size());
    std::merge(sources.begin(), sources.end(), destinations.begin(), destinations.end(),
               both.begin());
    both.erase(std::unique(both.begin(), both.end()), both.end());
    arrays.col.insert(arrays.col.end(), both.begin(), both.end());
    arrays.rowptr.push_back(static_cast<std::int64_t>(arrays.col.size()));
  }
  return make_graph(storage_->shape, std::move(arrays));
}

Graph Graph::transposed() const {
  const CsrView out = plan().csc();
  const EdgePositions to_csr = plan().csc_to_csr();
  const EdgePositions positions = eid();
  Arrays arrays;
  arrays.rowptr.assign(out.rowptr.begin(), out.rowptr.end());
  arrays.col.assign(out.col.begin(), out.col.end());
  arrays.eid =
      graph_detail::make_positions(num_edges(), storage_->parts->max_narrow_edges, [&](auto& eid) {
        for (std::size_t slot = 0; slot < eid.size(); ++slot) {
          using Position = std::decay_t<decltype(eid[slot])>;
          eid[slot] = static_cast<Position>(positions[to_csr[static_cast<EdgeId>(slot)]]);
        }
      });
  graph_detail::drop_identity(arrays.eid);
  return make_graph({num_dst(), num_src(), is_bipartite()}, std::move(arrays), std::nullopt,
                    storage_->parts->max_narrow_edges, storage_->renumbering);
}

Graph Graph::reordered(std::span<const NodeId> order) const {
  check_not_bipartite("reordered", *this);
  auto ids = std::make_shared<graph_detail::Renumbering>();
  const std::vector<NodeId> place = inverse_order(num_nodes(), order);
  const CsrView from = csr();
  const EdgePositions positions = eid();
  Arrays arrays;
  arrays.rowptr.reserve(from.rowptr.size());
  arrays.rowptr.push_back(0);
  arrays.col.reserve(from.col.size());
  for (const NodeId v : order) {
    for (const NodeId u : from.row(v)) {
      arrays.col.push_back(place[static_cast<std::size_t>(u)]);
    }
    arrays.rowptr.push_back(static_cast<std::int64_t>(arrays.col.size()));
  }
  arrays.eid =
      graph_detail::make_positions(num_edges(), storage_->parts->max_narrow_edges, [&](auto& eid) {
        std::size_t to = 0;
        for (const NodeId v : order) {
          const auto row = static_cast<std::size_t>(v);
          for (EdgeId slot = from.rowptr[row]; slot < from.rowptr[row + 1]; ++slot) {
            eid[to++] = static_cast<std::decay_t<decltype(eid[0])>>(positions[slot]);
          }
        }
      });
  graph_detail::drop_identity(arrays.eid);
  ids->original.assign(order.begin(), order.end());
  if (storage_->renumbering) {
    for (NodeId& id : ids->original) {
      id = storage_->renumbering->original[static_cast<std::size_t>(id)];
    }
  }
  ids->id = inverse_order(num_nodes(), ids->original);
  const bool renumbered = !std::is_sorted(ids->original.begin(), ids->original.end());
  return make_graph(storage_->shape, std::move(arrays), std::nullopt,
                    storage_->parts->max_narrow_edges, renumbered ? std::move(ids) : nullptr);
}

std::shared_ptr<const std::vector<NodeId>> Graph::original_ids() const {
  const auto& ids = storage_->renumbering;
  return ids ? std::shared_ptr<const std::vector<NodeId>>(ids, &ids->original) : nullptr;
}

Graph Graph::in_original_order() const {
  return storage_->renumbering ? reordered(storage_->renumbering->id) : *this;
}

std::size_t Graph::bytes() const noexcept {
  const Arrays& arrays = storage_->arrays;
  const std::size_t ids =
      storage_->renumbering ? 2 * graph_detail::bytes_of(storage_->renumbering->id) : 0;
  return ids + graph_detail::bytes_of(arrays.rowptr) + graph_detail::bytes_of(arrays.col) +
         arrays.eid.bytes() + storage_->parts->cost.bytes.load();
}

}  // namespace isthmus
