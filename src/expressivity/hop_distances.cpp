#include "hop_distances.hpp"

#include <algorithm>
#include <bit>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

constexpr NodeId kSourcesPerWord = 64;

/// Searches from one block of sources; bit b of a word stands for source first + b.
class BlockSearch {
 public:
  BlockSearch(const CsrView& csr, std::uint16_t* distance)
      : csr_(csr),
        distance_(distance),
        seen_(index(csr.num_rows())),
        frontier_(index(csr.num_rows())),
        next_(index(csr.num_rows())) {}

  void run(NodeId first, NodeId last) {
    for (NodeId s = first; s < last; ++s) {
      frontier_[index(s)] = seen_[index(s)] = std::uint64_t{1} << (s - first);
      active_.push_back(s);
    }
    for (std::uint16_t level = 0; !active_.empty(); ++level) {
      settle(first, level);
      spread();
    }
  }

 private:
  /// Writes down the distance of what the last level reached.
  void settle(NodeId first, std::uint16_t level) {
    for (const NodeId v : active_) {
      for (std::uint64_t bits = frontier_[index(v)]; bits != 0; bits &= bits - 1) {
        const NodeId source = first + std::countr_zero(bits);
        distance_[index(std::int64_t{source} * csr_.num_rows() + v)] = level;
      }
    }
  }

  void spread() {
    reached_.clear();
    for (const NodeId v : active_) {
      const std::uint64_t bits = frontier_[index(v)];
      frontier_[index(v)] = 0;
      for (const NodeId u : csr_.row(v)) {
        const std::uint64_t fresh = bits & ~seen_[index(u)];
        if (fresh != 0) {
          if (next_[index(u)] == 0) {
            reached_.push_back(u);
          }
          next_[index(u)] |= fresh;
        }
      }
    }
    for (const NodeId u : reached_) {
      seen_[index(u)] |= next_[index(u)];
      frontier_[index(u)] = next_[index(u)];
      next_[index(u)] = 0;
    }
    std::swap(active_, reached_);
  }

  CsrView csr_;
  std::uint16_t* distance_;
  std::vector<std::uint64_t> seen_;
  std::vector<std::uint64_t> frontier_;
  std::vector<std::uint64_t> next_;
  std::vector<NodeId> active_;
  std::vector<NodeId> reached_;
};

}  // namespace

std::vector<std::uint16_t> hop_distances(const Graph& graph) {
  const std::int64_t n = graph.num_nodes();
  ISTHMUS_ASSERT(n <= kNoPath);
  std::vector<std::uint16_t> distance(index(n * n), kNoPath);
  parallel_chunks((n + kSourcesPerWord - 1) / kSourcesPerWord, [&](std::int64_t block) {
    const auto first = static_cast<NodeId>(block * kSourcesPerWord);
    const auto last = static_cast<NodeId>(std::min<std::int64_t>(first + kSourcesPerWord, n));
    BlockSearch(graph.csr(), distance.data()).run(first, last);
  });
  return distance;
}

}  // namespace isthmus::expressivity
