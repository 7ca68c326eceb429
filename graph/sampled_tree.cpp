#include "sampled_tree.hpp"

#include <numeric>

#include "isthmus/core/philox.hpp"

namespace isthmus::graph_detail {
namespace {

constexpr std::uint32_t kSampleStream = 0x4E424F52U;  // "NBOR"
/// How far ahead marks are fetched: they lie anywhere in 8 N bytes.
constexpr std::size_t kFetchAhead = 16;
/// Up to this many draws, comparing with all earlier ones beats a bit per arc.
constexpr std::size_t kFewDraws = 32;

/// Which of 0..n-1 were drawn, one bit each; for draws of many.
class DrawnBits {
 public:
  void grow(std::int64_t n) {
    if (bits_.size() < index(n) / 64 + 1) {
      bits_.resize(index(n) / 64 + 1, 0);
    }
  }
  /// Notes i; true if it was not drawn yet.
  bool insert(EdgeId i) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (index(i) % 64);
    std::uint64_t& word = bits_[index(i) / 64];
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
  }
  void clear(std::span<const EdgeId> drawn) noexcept {
    for (const EdgeId i : drawn) {
      bits_[index(i) / 64] = 0;
    }
  }

 private:
  std::vector<std::uint64_t> bits_;
};

/// Fills `out` with a uniformly random subset of 0..n-1, ascending (Floyd). @pre out.size() <= n.
void draw_subset(RandomStream& draws, EdgeId n, std::span<EdgeId> out, DrawnBits& drawn) {
  const bool few = out.size() <= kFewDraws;
  if (!few) {
    drawn.grow(n);
  }
  std::size_t count = 0;
  for (EdgeId last = n - static_cast<EdgeId>(out.size()); last < n; ++last) {
    EdgeId value = draws.integer(last + 1);
    // A value that is there already gives way to `last`, which no earlier round could draw.
    if (few) {
      const auto chosen = out.first(count);
      value = std::find(chosen.begin(), chosen.end(), value) == chosen.end() ? value : last;
    } else if (!drawn.insert(value)) {
      value = last;
      static_cast<void>(drawn.insert(last));
    }
    out[count++] = value;
  }
  if (!few) {
    drawn.clear(out);
  }
  std::sort(out.begin(), out.end());
}

/// Draws slots.size() distinct arcs, or with `replace` that many in all, of a node's `degree` arcs
/// from `first` on; ascending.
void draw_slots(RandomStream& draws, EdgeId first, std::int64_t degree, bool replace,
                std::span<EdgeId> slots, DrawnBits& drawn) {
  if (replace) {
    std::generate(slots.begin(), slots.end(), [&] { return draws.integer(degree); });
    std::sort(slots.begin(), slots.end());
  } else {
    draw_subset(draws, degree, slots, drawn);
  }
  for (EdgeId& slot : slots) {
    slot += first;
  }
}

/// Turns sources into local ids from arc `first` on; a node met for the first time gets the next.
void name_sources(Tree& tree, std::size_t first, Marks& marks) {
  const std::size_t end = tree.source.size();
  for (std::size_t arc = first; arc < std::min(end, first + kFetchAhead); ++arc) {
    marks.fetch(tree.source[arc]);
  }
  for (std::size_t arc = first; arc < end; ++arc) {
    if (arc + kFetchAhead < end) {
      marks.fetch(tree.source[arc + kFetchAhead]);
    }
    const NodeId v = tree.source[arc];
    NodeId local = marks.find(v);
    if (local < 0) {
      local = static_cast<NodeId>(tree.nodes.size());
      marks.set(v, local);
      tree.nodes.push_back(v);
    }
    tree.source[arc] = local;
  }
}

}  // namespace

TreeGrower::TreeGrower(const Graph& graph, const NeighborSamplerOptions& options, BatchKey key)
    : csr_(graph.csr()), options_(options) {
  for (std::uint32_t hop = 0; hop < options.fanouts.size(); ++hop) {
    const auto words = philox4x32({key.epoch, key.batch, hop, kSampleStream},
                                  {static_cast<std::uint32_t>(options.seed),
                                   static_cast<std::uint32_t>(options.seed >> 32U)});
    hop_seed_.push_back(std::uint64_t{words[1]} << 32U | words[0]);
  }
}

Tree TreeGrower::grow(std::span<const NodeId> roots, std::uint32_t name, Marks& marks) const {
  Tree tree;
  tree.nodes.assign(roots.begin(), roots.end());
  marks.clear();
  for (std::size_t i = 0; i < roots.size(); ++i) {
    marks.set(roots[i], static_cast<NodeId>(i));
  }
  tree.hop_ptr = {0, tree.num_nodes()};
  tree.rowptr = {0};
  for (std::size_t hop = 0; hop < hop_seed_.size(); ++hop) {
    const std::size_t first_arc = tree.source.size();
    draw_hop(tree, hop, name);
    name_sources(tree, first_arc, marks);
    tree.hop_ptr.push_back(tree.num_nodes());
  }
  return tree;
}

void TreeGrower::draw_hop(Tree& tree, std::size_t hop, std::uint32_t name) const {
  const std::int64_t fanout = options_.fanouts[hop];
  const std::int64_t first = tree.hop_ptr[hop];
  const std::int64_t last = tree.hop_ptr[hop + 1];
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t degree = csr_.degree(tree.nodes[index(i)]);
    tree.rowptr.push_back(tree.rowptr.back() + (takes_all(degree, fanout) ? degree : fanout));
  }
  tree.source.resize(index(tree.rowptr.back()));
  tree.slot.resize(index(tree.rowptr.back()));
  for_row_chunks(first, last, [&](std::int64_t begin, std::int64_t end) {
    DrawnBits drawn;
    for (std::int64_t i = begin; i < end; ++i) {
      const NodeId v = tree.nodes[index(i)];
      const EdgeId first_slot = csr_.rowptr[index(v)];
      const auto row = index(tree.rowptr[index(i)]);
      const auto slots = std::span(tree.slot).subspan(row, index(tree.rowptr[index(i) + 1]) - row);
      if (takes_all(csr_.degree(v), fanout)) {
        std::iota(slots.begin(), slots.end(), first_slot);
      } else {
        RandomStream draws(hop_seed_[hop], name, static_cast<std::uint32_t>(v));
        draw_slots(draws, first_slot, csr_.degree(v), options_.replace, slots, drawn);
      }
      std::transform(slots.begin(), slots.end(), tree.source.begin() + tree.rowptr[index(i)],
                     [&](EdgeId slot) { return csr_.col[index(slot)]; });
    }
  });
}

}  // namespace isthmus::graph_detail
