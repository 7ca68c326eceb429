#include "isthmus/graph/neighbor_sampler.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "sampled_tree.hpp"
#include "storage.hpp"

namespace isthmus {
namespace {

constexpr std::int64_t kTreesPerChunk = 16;
constexpr std::int64_t kMaxFanout = std::numeric_limits<NodeId>::max();

using graph_detail::for_row_chunks;
using graph_detail::index;
using graph_detail::Marks;
using graph_detail::Tree;

/// An arc into a row of the subgraph: local source, and slot in the whole graph.
using LocalArc = std::pair<NodeId, EdgeId>;

/// Arrays of a subgraph whose rows are filled in any order.
struct Rows {
  std::vector<std::int64_t> rowptr;
  std::vector<NodeId> col;
  std::vector<EdgeId> e_id;

  /// @pre rowptr[v + 1] holds the number of arcs into v.
  void lay_out() {
    std::partial_sum(rowptr.begin(), rowptr.end(), rowptr.begin());
    col.resize(index(rowptr.back()));
    e_id.resize(index(rowptr.back()));
  }
  /// Stores a row in canonical order, parallel arcs by slot.
  void store(std::int64_t v, std::vector<LocalArc>& arcs, EdgePositions eid) {
    std::sort(arcs.begin(), arcs.end());
    std::size_t at = index(rowptr[index(v)]);
    for (const auto& [source, slot] : arcs) {
      col[at] = source;
      e_id[at++] = eid[slot];
    }
  }
  [[nodiscard]] Graph take_graph() {
    const auto n = static_cast<NodeId>(rowptr.size() - 1);
    return graph_detail::make_graph({n, n, false}, {std::move(rowptr), std::move(col), {}});
  }
};

/// The nodes that one hop of one tree met, and where they stand in the sample.
struct Piece {
  const Tree* tree;
  std::size_t hop;
  std::int64_t base;  ///< Local id in the sample of the first.

  [[nodiscard]] std::int64_t first() const noexcept { return tree->hop_ptr[hop]; }
  [[nodiscard]] std::int64_t size() const noexcept { return tree->hop_ptr[hop + 1] - first(); }
};

/// Puts trees side by side, hop by hop.
class Assembly {
 public:
  Assembly(const std::vector<Tree>& trees, std::size_t hops) : trees_(trees), hops_(hops) {
    for (std::size_t hop = 0; hop <= hops; ++hop) {
      for (const Tree& tree : trees) {
        pieces_.push_back({&tree, hop, num_nodes_});
        num_nodes_ += pieces_.back().size();
      }
    }
    if (num_nodes_ > std::numeric_limits<NodeId>::max()) {
      throw ResourceLimit(
          "NeighborSampler::sample: a sample must have fewer than 2^31 nodes, got " +
              std::to_string(num_nodes_),
          "take fewer seeds a batch or smaller fan-outs");
    }
  }

  /// Nodes and counts; `graph` and `e_id` stay empty.
  [[nodiscard]] NeighborSample nodes() const {
    NeighborSample sample;
    sample.n_id.reserve(index(num_nodes_));
    sample.num_sampled_nodes.assign(hops_ + 1, 0);
    sample.num_sampled_edges.assign(hops_, 0);
    for (const Piece& piece : pieces_) {
      const auto begin = piece.tree->nodes.begin() + piece.first();
      sample.n_id.insert(sample.n_id.end(), begin, begin + piece.size());
      sample.num_sampled_nodes[piece.hop] += piece.size();
      if (piece.hop < hops_) {
        const std::int64_t* row = piece.tree->rowptr.data() + piece.first();
        sample.num_sampled_edges[piece.hop] += row[piece.size()] - row[0];
      }
    }
    sample.batch_size = sample.num_sampled_nodes.front();
    return sample;
  }

  /// The tree of each node.
  [[nodiscard]] std::vector<NodeId> tree_of_nodes() const {
    std::vector<NodeId> tree_of;
    tree_of.reserve(index(num_nodes_));
    for (const Piece& piece : pieces_) {
      tree_of.insert(tree_of.end(), index(piece.size()),
                     static_cast<NodeId>(piece.tree - trees_.data()));
    }
    return tree_of;
  }

  /// The drawn arcs.
  [[nodiscard]] Rows rows(EdgePositions eid) const {
    Rows rows;
    rows.rowptr.assign(index(num_nodes_) + 1, 0);
    for (const Piece& piece : pieces_) {
      for (std::int64_t i = 0; piece.hop < hops_ && i < piece.size(); ++i) {
        const std::int64_t* row = piece.tree->rowptr.data() + piece.first() + i;
        rows.rowptr[index(piece.base + i) + 1] = row[1] - row[0];
      }
    }
    rows.lay_out();
    const std::size_t expanded = hops_ * trees_.size();
    if (trees_.size() == 1) {  // few pieces, each wide
      for (std::size_t p = 0; p < expanded; ++p) {
        fill(pieces_[p], eid, rows);
      }
    } else {
      parallel_chunks(static_cast<std::int64_t>(expanded),
                      [&](std::int64_t p) { fill(pieces_[index(p)], eid, rows); });
    }
    return rows;
  }

 private:
  /// Local id in the sample of a tree's node that the hop after `hop`, or an earlier one, met.
  [[nodiscard]] NodeId in_sample(const Piece& of, NodeId local) const noexcept {
    std::size_t hop = of.hop + 1;
    while (of.tree->hop_ptr[hop] > local) {
      --hop;
    }
    const auto t = static_cast<std::size_t>(of.tree - trees_.data());
    return static_cast<NodeId>(pieces_[hop * trees_.size() + t].base + local -
                               of.tree->hop_ptr[hop]);
  }

  void fill(const Piece& piece, EdgePositions eid, Rows& rows) const {
    const Tree& tree = *piece.tree;
    for_row_chunks(0, piece.size(), [&](std::int64_t begin, std::int64_t end) {
      std::vector<LocalArc> arcs;
      for (std::int64_t i = begin; i < end; ++i) {
        const auto row = index(piece.first() + i);
        arcs.clear();
        for (auto arc = index(tree.rowptr[row]); arc < index(tree.rowptr[row + 1]); ++arc) {
          arcs.emplace_back(in_sample(piece, tree.source[arc]), tree.slot[arc]);
        }
        rows.store(piece.base + i, arcs, eid);
      }
    });
  }

  const std::vector<Tree>& trees_;
  std::size_t hops_;
  std::vector<Piece> pieces_;  ///< Of hop 0, tree by tree, then of hop 1, ...
  std::int64_t num_nodes_ = 0;
};

/// Every arc of the graph between marked nodes, local node v being nodes[v].
Rows induced_rows(const Graph& graph, const std::vector<NodeId>& nodes, const Marks& marks) {
  const CsrView csr = graph.csr();
  const auto num_nodes = static_cast<std::int64_t>(nodes.size());
  Rows rows;
  rows.rowptr.assign(nodes.size() + 1, 0);
  for_row_chunks(0, num_nodes, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const auto row = csr.row(nodes[index(v)]);
      rows.rowptr[index(v) + 1] = std::count_if(
          row.begin(), row.end(), [&](NodeId source) { return marks.find(source) >= 0; });
    }
  });
  rows.lay_out();
  for_row_chunks(0, num_nodes, [&](std::int64_t begin, std::int64_t end) {
    std::vector<LocalArc> arcs;
    for (std::int64_t v = begin; v < end; ++v) {
      arcs.clear();
      EdgeId slot = csr.rowptr[index(nodes[index(v)])];
      for (const NodeId source : csr.row(nodes[index(v)])) {
        if (const NodeId local = marks.find(source); local >= 0) {
          arcs.emplace_back(local, slot);
        }
        ++slot;
      }
      rows.store(v, arcs, graph.eid());
    }
  });
  return rows;
}

void check_seeds(std::span<const NodeId> seeds, NodeId num_nodes, Marks& marks) {
  marks.clear();
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const auto where = [i] { return "NeighborSampler::sample: seeds[" + std::to_string(i) + "]"; };
    if (seeds[i] < 0 || seeds[i] >= num_nodes) {
      throw InvalidArgument(where() + " must be in [0, " + std::to_string(num_nodes) + "), got " +
                            std::to_string(seeds[i]));
    }
    if (const NodeId earlier = marks.find(seeds[i]); earlier >= 0) {
      throw InvalidArgument(where() + " must differ from all before it, got " +
                            std::to_string(seeds[i]) + " as seeds[" + std::to_string(earlier) +
                            "]");
    }
    marks.set(seeds[i], static_cast<NodeId>(i));
  }
}

}  // namespace

/// Marks that no call uses at the moment.
class NeighborSampler::ScratchPool {
 public:
  explicit ScratchPool(NodeId num_nodes) : num_nodes_(num_nodes) {}

  class Lease {
   public:
    explicit Lease(ScratchPool& pool) : pool_(pool), marks_(pool.take()) {}
    ~Lease() { pool_.give(std::move(marks_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] Marks& operator*() const noexcept { return *marks_; }

   private:
    ScratchPool& pool_;
    std::unique_ptr<Marks> marks_;
  };

 private:
  std::unique_ptr<Marks> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Marks> marks = std::move(idle_.back());
        idle_.pop_back();
        return marks;
      }
      idle_.reserve(++made_);  // so that give() never allocates
    }
    return std::make_unique<Marks>(num_nodes_);
  }
  void give(std::unique_ptr<Marks> marks) noexcept {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(marks));
  }

  NodeId num_nodes_;
  std::mutex mutex_;
  std::size_t made_ = 0;
  std::vector<std::unique_ptr<Marks>> idle_;
};

NeighborSampler::NeighborSampler(Graph graph, NeighborSamplerOptions options)
    : graph_(std::move(graph)), options_(std::move(options)) {
  if (graph_.is_bipartite()) {
    throw InvalidArgument("NeighborSampler: the graph must not be bipartite, got " +
                          std::to_string(graph_.num_src()) + " sources and " +
                          std::to_string(graph_.num_dst()) + " destinations");
  }
  for (std::size_t hop = 0; hop < options_.fanouts.size(); ++hop) {
    const std::int64_t fanout = options_.fanouts[hop];
    if (fanout < -1 || fanout > kMaxFanout) {
      throw InvalidArgument("NeighborSampler: fanouts[" + std::to_string(hop) +
                            "] must be in [-1, 2^31), got " + std::to_string(fanout));
    }
  }
  scratch_ = std::make_unique<ScratchPool>(graph_.num_nodes());
}

NeighborSampler::~NeighborSampler() = default;
NeighborSampler::NeighborSampler(NeighborSampler&&) noexcept = default;
NeighborSampler& NeighborSampler::operator=(NeighborSampler&&) noexcept = default;

NeighborSample NeighborSampler::sample(std::span<const NodeId> seeds, BatchKey key) const {
  const ScratchPool::Lease marks(*scratch_);
  check_seeds(seeds, graph_.num_nodes(), *marks);

  const graph_detail::TreeGrower grower(graph_, options_, key);
  const bool disjoint = options_.arcs == SampledArcs::kDisjoint;
  std::vector<Tree> trees(disjoint ? seeds.size() : 1);
  if (disjoint) {
    const auto num_seeds = static_cast<std::int64_t>(seeds.size());
    parallel_chunks((num_seeds + kTreesPerChunk - 1) / kTreesPerChunk, [&](std::int64_t chunk) {
      const ScratchPool::Lease own(*scratch_);
      const auto end = std::min(seeds.size(), index((chunk + 1) * kTreesPerChunk));
      for (auto t = index(chunk * kTreesPerChunk); t < end; ++t) {
        trees[t] =
            grower.grow(seeds.subspan(t, 1), static_cast<std::uint32_t>(seeds[t]) + 1U, *own);
      }
    });
  } else {
    trees[0] = grower.grow(seeds, 0, *marks);
  }

  const Assembly assembly(trees, options_.fanouts.size());
  NeighborSample sample = assembly.nodes();
  if (disjoint) {
    sample.batch = assembly.tree_of_nodes();
  }
  Rows rows = options_.arcs == SampledArcs::kInduced ? induced_rows(graph_, sample.n_id, *marks)
                                                     : assembly.rows(graph_.eid());
  sample.e_id = std::move(rows.e_id);
  sample.graph = rows.take_graph();
  return sample;
}

}  // namespace isthmus
