#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace isthmus {

/// A node: 0..num_nodes-1. Graphs of 2^31 or more nodes are refused.
using NodeId = std::int32_t;
/// A position among edges; the number of edges may exceed 2^31.
using EdgeId = std::int64_t;

/// A pair of nodes. As an arc: u is the source, v the destination. As an undirected edge: u <= v.
struct Edge {
  NodeId u = 0;
  NodeId v = 0;
  friend constexpr auto operator<=>(const Edge&, const Edge&) = default;
};

/// Read-only view of one compressed sparse row structure.
/// Row r owns col[rowptr[r] .. rowptr[r+1]).
struct CsrView {
  std::span<const std::int64_t> rowptr;  ///< num_rows + 1 entries, rowptr[0] = 0, never decreasing.
  std::span<const NodeId> col;           ///< nnz entries.

  [[nodiscard]] NodeId num_rows() const noexcept {
    return rowptr.empty() ? 0 : static_cast<NodeId>(rowptr.size() - 1);
  }
  [[nodiscard]] EdgeId num_edges() const noexcept { return static_cast<EdgeId>(col.size()); }
  [[nodiscard]] std::int64_t degree(NodeId row) const noexcept {
    return rowptr[static_cast<std::size_t>(row) + 1] - rowptr[static_cast<std::size_t>(row)];
  }
  [[nodiscard]] std::span<const NodeId> row(NodeId row) const noexcept {
    return col.subspan(static_cast<std::size_t>(rowptr[static_cast<std::size_t>(row)]),
                       static_cast<std::size_t>(degree(row)));
  }
};

/// Positions of edges: 32-bit while they fit, 64-bit above. Empty means the identity.
class EdgePositions {
 public:
  EdgePositions() = default;
  explicit EdgePositions(std::span<const std::int32_t> narrow) : narrow_(narrow) {}
  explicit EdgePositions(std::span<const std::int64_t> wide) : wide_(wide) {}

  [[nodiscard]] bool is_identity() const noexcept { return narrow_.empty() && wide_.empty(); }
  [[nodiscard]] EdgeId operator[](EdgeId slot) const noexcept {
    const auto i = static_cast<std::size_t>(slot);
    return !narrow_.empty() ? narrow_[i] : !wide_.empty() ? wide_[i] : slot;
  }
  [[nodiscard]] std::span<const std::int32_t> narrow() const noexcept { return narrow_; }
  [[nodiscard]] std::span<const std::int64_t> wide() const noexcept { return wide_; }

 private:
  std::span<const std::int32_t> narrow_;
  std::span<const std::int64_t> wide_;
};

/// Contiguous rows of roughly equal cost; boundaries depend on the graph only, never on threads.
/// Chunk c covers rows [first_row[c], first_row[c+1]).
struct RowChunks {
  std::vector<NodeId> first_row;
  [[nodiscard]] std::int64_t size() const noexcept {
    return first_row.empty() ? 0 : static_cast<std::int64_t>(first_row.size()) - 1;
  }
};

class Plan;

/// An immutable directed multigraph for message passing. A message runs source -> destination; row
/// v of the CSR lists the sources of v's incoming arcs (pull). Cheap to copy: copies share storage.
///
/// Order inside a row: ascending source id, then position in the input. So the order in which
/// unweighted arcs are given changes nothing. Parallel arcs, self-loops and isolated nodes are kept
/// as given, nothing is added or dropped. An undirected graph is one that stores both arcs. Only a
/// reordered() graph has other rows: they keep the order of the ids that the nodes had at first.
///
/// Thread-safe: all members are const, the lazy parts of the Plan are built once.
class Graph {
 public:
  /// No nodes, no arcs.
  Graph();

  /// From arcs src[e] -> dst[e]; stable counting sort, O(N + E). Held: 4 E + 8 N bytes, and 4 E
  /// more (8 E beyond 2^31 arcs) for positions unless the input is in canonical order already.
  /// While sorting: 8 E + 24 N more.
  /// @throws InvalidArgument  naming the arc, if sizes differ, an id is outside [0, num_nodes), or
  ///                          num_nodes < 0 (2^31 nodes and more cannot be asked for by type).
  static Graph from_coo(NodeId num_nodes, std::span<const NodeId> src, std::span<const NodeId> dst);
  /// Bipartite: sources 0..num_src-1 and destinations 0..num_dst-1 are two kinds of nodes, also
  /// where there are equally many.
  static Graph from_coo(NodeId num_src, NodeId num_dst, std::span<const NodeId> src,
                        std::span<const NodeId> dst);
  /// From arcs as 64-bit ids (what files and tensors hold); checks each before narrowing.
  /// Bipartite only if num_src != num_dst.
  /// @throws ResourceLimit  for 2^31 or more nodes.
  static Graph from_coo64(std::int64_t num_src, std::int64_t num_dst,
                          std::span<const std::int64_t> src, std::span<const std::int64_t> dst);
  /// From CSR by destination; takes the arrays over without copying where rows are sorted already.
  /// Positions are those in `col` as given. Bipartite only if num_src != rowptr.size() - 1.
  /// @throws InvalidArgument  if rowptr does not start at 0, decreases, or does not end at
  ///                          col.size(), or a source is outside [0, num_src).
  static Graph from_csr(NodeId num_src, std::vector<std::int64_t> rowptr, std::vector<NodeId> col);
  /// From undirected edges: both arcs of each (a loop {v,v} gives one arc). Positions: u -> v of
  /// the first edge, v -> u of it, u -> v of the second, ...
  static Graph from_edges(NodeId num_nodes, std::span<const Edge> edges);

  [[nodiscard]] NodeId num_src() const noexcept;
  [[nodiscard]] NodeId num_dst() const noexcept;
  [[nodiscard]] bool is_bipartite() const noexcept;
  /// Nodes of a non-bipartite graph (= num_src() = num_dst()).
  [[nodiscard]] NodeId num_nodes() const noexcept { return num_dst(); }
  [[nodiscard]] EdgeId num_edges() const noexcept;

  /// Incoming arcs by destination.
  [[nodiscard]] CsrView csr() const noexcept;
  /// eid()[slot] = position of that arc in the caller's input.
  [[nodiscard]] EdgePositions eid() const noexcept;
  /// Everything derived from the structure that kernels need; built on first use, shared by copies.
  [[nodiscard]] const Plan& plan() const noexcept;

  /// True if every arc u->v has as many copies v->u (loops ignored); false for bipartite graphs.
  /// O(N + E) once, then remembered: builds the plan's transpose.
  [[nodiscard]] bool is_symmetric() const;
  [[nodiscard]] bool has_self_loops() const;

  /// All arcs in the order of the rows.
  [[nodiscard]] std::vector<Edge> arcs() const;
  /// The undirected edges {u,v}, u <= v, sorted; k parallel edges come k times.
  /// @throws InvalidArgument  unless is_symmetric().
  [[nodiscard]] std::vector<Edge> edges() const;

  /// This graph and both arcs of each given edge (one arc for a loop). Arcs keep their positions,
  /// new ones follow in the order of from_edges(). @throws InvalidArgument  if bipartite.
  [[nodiscard]] Graph with_edges(std::span<const Edge> edges) const;
  /// This graph without its self-loops; the other arcs keep their order, and positions close up.
  /// A bipartite graph has none: it comes back unchanged.
  [[nodiscard]] Graph without_self_loops() const;
  /// Each arc with its reverse, parallel arcs merged (as PyG's to_undirected). Loops stay single.
  /// Positions are those of the rows. @throws InvalidArgument  if bipartite.
  [[nodiscard]] Graph symmetrised() const;
  /// Every arc reversed; each keeps its position in the caller's input.
  [[nodiscard]] Graph transposed() const;
  /// The same graph with its nodes renumbered: node i is this graph's node order[i]. Arcs keep
  /// their positions, and what a row lists keeps its order, forward and backward: that of the
  /// original ids, however often a graph is reordered. So whatever works row by row gives every
  /// node the same bits as before. The other members that give a graph keep the order, too.
  /// @throws InvalidArgument  if bipartite, or unless order holds each of 0..N-1 once.
  [[nodiscard]] Graph reordered(std::span<const NodeId> order) const;
  /// The id that each node had before reordered(), also after several; null where that is its own.
  [[nodiscard]] std::shared_ptr<const std::vector<NodeId>> original_ids() const;
  /// This graph as it was before reordered(); itself where it never was.
  [[nodiscard]] Graph in_original_order() const;

  /// Bytes held by the structure and by the parts of the plan built so far.
  [[nodiscard]] std::size_t bytes() const noexcept;

  struct Storage;  ///< Private to the graph room.
  explicit Graph(std::shared_ptr<const Storage> storage);

 private:
  std::shared_ptr<const Storage> storage_;
};

}  // namespace isthmus
