#include "isthmus/graph/batch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "storage.hpp"

namespace isthmus {
namespace {

using graph_detail::Arrays;
using graph_detail::kMaxNarrowEdges;
using graph_detail::make_positions;
using graph_detail::Positions;
using graph_detail::Transpose;

/// Puts row structures of one kind behind each other.
class Concatenation {
 public:
  Concatenation(std::size_t num_rows, std::size_t num_edges) {
    ptr_.reserve(num_rows + 1);
    ptr_.push_back(0);
    ids_.reserve(num_edges);
  }

  void append(CsrView part, NodeId first_node) {
    const std::int64_t first_edge = ptr_.back();
    for (NodeId r = 0; r < part.num_rows(); ++r) {
      ptr_.push_back(first_edge + part.rowptr[static_cast<std::size_t>(r) + 1]);
    }
    for (const NodeId id : part.col) {
      ids_.push_back(first_node + id);
    }
  }

  std::vector<std::int64_t> take_ptr() { return std::move(ptr_); }
  std::vector<NodeId> take_ids() { return std::move(ids_); }

 private:
  std::vector<std::int64_t> ptr_;
  std::vector<NodeId> ids_;
};

/// Positions of all parts, each behind those of the parts before.
template <class PositionsOf>
Positions concatenate(std::span<const Graph> graphs, const std::vector<std::int64_t>& edge_ptr,
                      const PositionsOf& positions_of) {
  return make_positions(edge_ptr.back(), kMaxNarrowEdges, [&](auto& all) {
    using Position = std::decay_t<decltype(all[0])>;
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      const EdgePositions part = positions_of(graphs[g]);
      for (EdgeId slot = 0; slot < graphs[g].num_edges(); ++slot) {
        all[static_cast<std::size_t>(edge_ptr[g] + slot)] =
            static_cast<Position>(edge_ptr[g] + part[slot]);
      }
    }
  });
}

bool has_transpose(const Graph& graph) { return graph.plan().csc_is_built(); }

std::optional<Transpose> concatenate_transposes(std::span<const Graph> graphs,
                                                const GraphBatch& batch) {
  if (!std::all_of(graphs.begin(), graphs.end(), has_transpose)) {
    return std::nullopt;
  }
  Transpose transpose;
  transpose.aliases_csr = std::all_of(graphs.begin(), graphs.end(), [](const Graph& graph) {
    return graph.plan().csc_aliases_csr();
  });
  if (!transpose.aliases_csr) {
    Concatenation rows(static_cast<std::size_t>(batch.ptr.back()),
                       static_cast<std::size_t>(batch.edge_ptr.back()));
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      rows.append(graphs[g].plan().csc(), static_cast<NodeId>(batch.ptr[g]));
    }
    transpose.ptr = rows.take_ptr();
    transpose.row = rows.take_ids();
  }
  transpose.to_csr = concatenate(graphs, batch.edge_ptr,
                                 [](const Graph& graph) { return graph.plan().csc_to_csr(); });
  return transpose;
}

[[noreturn]] void throw_bad_cut(const std::string& rule, const std::string& got) {
  throw InvalidArgument("unbatch_graphs: " + rule + ", got " + got);
}

void check_cut(const char* name, const std::vector<std::int64_t>& ptr, std::int64_t total) {
  if (ptr.front() != 0 || ptr.back() != total || !std::is_sorted(ptr.begin(), ptr.end())) {
    throw_bad_cut(std::string(name) + " must ascend from 0 to " + std::to_string(total),
                  std::to_string(ptr.front()) + " to " + std::to_string(ptr.back()));
  }
}

void check_batch(const GraphBatch& batch) {
  if (batch.graph.is_bipartite()) {
    throw_bad_cut("the graph must not be bipartite", "a bipartite one");
  }
  if (batch.graph.original_ids()) {
    throw_bad_cut("the graph must be in its original order", "a reordered one");
  }
  if (batch.ptr.size() != batch.edge_ptr.size()) {
    throw_bad_cut(
        "ptr and edge_ptr must have equally many entries",
        std::to_string(batch.ptr.size()) + " and " + std::to_string(batch.edge_ptr.size()));
  }
  if (batch.ptr.empty()) {
    if (batch.graph.num_nodes() != 0) {
      throw_bad_cut("ptr must have G + 1 entries", "none");
    }
    return;
  }
  check_cut("ptr", batch.ptr, batch.graph.num_nodes());
  check_cut("edge_ptr", batch.edge_ptr, batch.graph.num_edges());
}

/// The part of nodes [first, last) and arcs [first_edge, last_edge).
Graph cut_out(const Graph& whole, std::int64_t first, std::int64_t last, std::int64_t first_edge,
              std::int64_t last_edge) {
  const CsrView csr = whole.csr();
  Arrays arrays;
  const auto rows = csr.rowptr.subspan(static_cast<std::size_t>(first),
                                       static_cast<std::size_t>(last - first) + 1);
  if (rows.front() != first_edge || rows.back() != last_edge) {
    throw_bad_cut("edge_ptr must give the arcs into nodes " + std::to_string(first) + ".." +
                      std::to_string(last - 1),
                  std::to_string(first_edge) + ".." + std::to_string(last_edge - 1));
  }
  arrays.rowptr.reserve(rows.size());
  for (const std::int64_t start : rows) {
    arrays.rowptr.push_back(start - first_edge);
  }
  const auto num_edges = static_cast<std::size_t>(last_edge - first_edge);
  arrays.col.reserve(num_edges);
  for (const NodeId source : csr.col.subspan(static_cast<std::size_t>(first_edge), num_edges)) {
    if (source < first || source >= last) {
      throw_bad_cut("no arc may join two parts", "one from node " + std::to_string(source) +
                                                     " into nodes " + std::to_string(first) + ".." +
                                                     std::to_string(last - 1));
    }
    arrays.col.push_back(static_cast<NodeId>(source - first));
  }
  const EdgePositions eid = whole.eid();
  if (!eid.is_identity()) {
    arrays.eid = make_positions(last_edge - first_edge, kMaxNarrowEdges, [&](auto& part) {
      using Position = std::decay_t<decltype(part[0])>;
      for (std::size_t i = 0; i < part.size(); ++i) {
        const EdgeId position = eid[first_edge + static_cast<EdgeId>(i)];
        if (position < first_edge || position >= last_edge) {
          throw_bad_cut("positions must be contiguous within a part",
                        std::to_string(position) + " outside " + std::to_string(first_edge) + ".." +
                            std::to_string(last_edge - 1));
        }
        part[i] = static_cast<Position>(position - first_edge);
      }
    });
    graph_detail::drop_identity(arrays.eid);
  }
  const auto num_nodes = static_cast<NodeId>(last - first);
  return graph_detail::make_graph({num_nodes, num_nodes, false}, std::move(arrays));
}

}  // namespace

GraphBatch batch_graphs(std::span<const Graph> graphs) {
  GraphBatch batch;
  batch.ptr.reserve(graphs.size() + 1);
  batch.edge_ptr.reserve(graphs.size() + 1);
  batch.ptr.push_back(0);
  batch.edge_ptr.push_back(0);
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    if (graphs[g].is_bipartite()) {
      throw InvalidArgument("batch_graphs: graphs must not be bipartite, got one at graphs[" +
                            std::to_string(g) + "]");
    }
    if (graphs[g].original_ids()) {
      throw InvalidArgument(
          "batch_graphs: graphs must be in their original order, got a reordered "
          "one at graphs[" +
          std::to_string(g) + "]");
    }
    batch.ptr.push_back(batch.ptr.back() + graphs[g].num_nodes());
    batch.edge_ptr.push_back(batch.edge_ptr.back() + graphs[g].num_edges());
  }
  if (batch.ptr.back() > std::numeric_limits<NodeId>::max()) {
    throw ResourceLimit("batch_graphs: all graphs together must have fewer than 2^31 nodes, got " +
                            std::to_string(batch.ptr.back()),
                        "use smaller batches");
  }

  if (graphs.size() == 1) {
    batch.graph = graphs.front();  // with what its plan has built
    return batch;
  }
  Concatenation rows(static_cast<std::size_t>(batch.ptr.back()),
                     static_cast<std::size_t>(batch.edge_ptr.back()));
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    rows.append(graphs[g].csr(), static_cast<NodeId>(batch.ptr[g]));
  }
  Arrays arrays;
  arrays.rowptr = rows.take_ptr();
  arrays.col = rows.take_ids();
  const bool canonical = std::all_of(graphs.begin(), graphs.end(),
                                     [](const Graph& graph) { return graph.eid().is_identity(); });
  if (!canonical) {
    arrays.eid =
        concatenate(graphs, batch.edge_ptr, [](const Graph& graph) { return graph.eid(); });
  }
  const auto num_nodes = static_cast<NodeId>(batch.ptr.back());
  batch.graph = graph_detail::make_graph({num_nodes, num_nodes, false}, std::move(arrays),
                                         concatenate_transposes(graphs, batch));
  return batch;
}

std::vector<Graph> unbatch_graphs(const GraphBatch& batch) {
  check_batch(batch);
  std::vector<Graph> graphs;
  graphs.reserve(static_cast<std::size_t>(batch.num_graphs()));
  for (std::size_t g = 0; g + 1 < batch.ptr.size(); ++g) {
    graphs.push_back(cut_out(batch.graph, batch.ptr[g], batch.ptr[g + 1], batch.edge_ptr[g],
                             batch.edge_ptr[g + 1]));
  }
  return graphs;
}

}  // namespace isthmus
