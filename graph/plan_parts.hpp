#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "isthmus/graph/plan.hpp"

#include "positions.hpp"

namespace isthmus {
namespace graph_detail {

/// Outgoing arcs by source. Where `aliases_csr`, ptr and row stay empty: they equal the CSR's.
struct Transpose {
  bool aliases_csr = false;
  std::vector<std::int64_t> ptr;
  std::vector<NodeId> row;
  Positions to_csr;
};

/// Counting sort of the slots by source; stable, so a row lists destinations in the order in which
/// they are visited (`visit`, all of them; empty: ascending) and parallel arcs stay in order. Looks
/// for the alias only if the graph is not bipartite. O(N + E).
[[nodiscard]] Transpose transpose_of(CsrView csr, NodeId num_src, bool bipartite,
                                     EdgeId max_narrow_edges, std::span<const NodeId> visit = {});

template <class T>
[[nodiscard]] std::size_t bytes_of(const std::vector<T>& values) noexcept {
  return values.size() * sizeof(T);
}
[[nodiscard]] inline std::size_t bytes_of(const RowChunks& chunks) noexcept {
  return bytes_of(chunks.first_row);
}
[[nodiscard]] inline std::size_t bytes_of(const Transpose& transpose) noexcept {
  return bytes_of(transpose.ptr) + bytes_of(transpose.row) + transpose.to_csr.bytes();
}

/// What the lazy parts of one plan cost so far.
struct BuildCost {
  std::atomic<std::int64_t> nanoseconds{0};
  std::atomic<std::size_t> bytes{0};
};

/// A value built on first use, once, whichever thread comes first.
template <class T>
class Lazy {
 public:
  template <class Build>
  const T& get(BuildCost& cost, const Build& build) {
    std::call_once(once_, [&] {
      const auto start = std::chrono::steady_clock::now();
      value_ = build();
      const auto spent = std::chrono::steady_clock::now() - start;
      cost.nanoseconds += std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
      cost.bytes += bytes_of(value_);
      built_.store(true, std::memory_order_release);
    });
    return value_;
  }
  /// The value if some thread has finished building it, else null.
  [[nodiscard]] const T* if_built() const noexcept {
    return built_.load(std::memory_order_acquire) ? &value_ : nullptr;
  }

 private:
  std::once_flag once_;
  std::atomic<bool> built_{false};
  T value_{};
};

}  // namespace graph_detail

struct Plan::Parts {
  Parts(NodeId num_sources, bool is_bipartite, EdgeId narrow_limit)
      : num_src(num_sources), bipartite(is_bipartite), max_narrow_edges(narrow_limit) {}

  const graph_detail::Transpose& transpose() {
    return lazy_transpose.get(cost, [this] {
      return graph_detail::transpose_of(csr, num_src, bipartite, max_narrow_edges, visit);
    });
  }

  CsrView csr;                    ///< Of the Storage that owns this plan; set there.
  std::span<const NodeId> visit;  ///< Nodes by original id; empty: 0, 1, 2, ... Set there, too.
  NodeId num_src;
  bool bipartite;
  EdgeId max_narrow_edges;
  graph_detail::BuildCost cost;
  graph_detail::Lazy<graph_detail::Transpose> lazy_transpose;
  graph_detail::Lazy<std::vector<std::int32_t>> in_degree;
  graph_detail::Lazy<std::vector<std::int32_t>> out_degree;
  graph_detail::Lazy<std::vector<float>> inv_in_degree_f32;
  graph_detail::Lazy<std::vector<double>> inv_in_degree_f64;
  graph_detail::Lazy<std::vector<float>> gcn_norm_f32;
  graph_detail::Lazy<std::vector<double>> gcn_norm_f64;
  graph_detail::Lazy<RowChunks> csr_chunks;
  graph_detail::Lazy<RowChunks> csc_chunks;
};

}  // namespace isthmus
