#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::linalg_detail {

/// A sparse G D G' that is close to the Laplacian of a network: a preconditioner for meshes and
/// power-law graphs alike.
///
/// Nodes are eliminated, those of few neighbours first. Exact elimination of v, with neighbours of
/// conductances w_1 <= .. <= w_d of sum W, leaves a clique; here each neighbour i keeps one edge of
/// it, to a k > i drawn with probability w_k / S_i, S_i = sum_{k > i} w_k, of conductance
/// w_i S_i / W: the clique in expectation. So the number of edges never grows.
///
/// @par Source  Kyng, Sachdeva: Approximate Gaussian Elimination for Laplacians, FOCS 2016; Gao,
///              Kyng, Spielman: Robust and Practical Solution of Laplacian Equations by Approximate
///              Elimination, arXiv:2303.00709.
class ApproximateCholesky {
 public:
  /// @pre  The graph is simple, conductances are > 0.
  /// @par Cost  O(E log d) and 32 bytes an arc while it works; 12 bytes an entry after.
  ApproximateCholesky(const linalg::Conductances& network, std::uint64_t seed);

  /// x becomes (G D G')+ x, up to a constant on each component; x has K values a node.
  template <int K>
  void solve(std::span<double> x) const;

  /// Entries of G below its diagonal.
  [[nodiscard]] std::int64_t entries() const noexcept {
    return static_cast<std::int64_t>(row_.size());
  }

 private:
  std::vector<NodeId> order_;          ///< [N] Nodes as they were eliminated.
  std::vector<std::int64_t> begin_;    ///< [N + 1] Of the column of order_[i].
  std::vector<NodeId> row_;            ///< The nodes in it ...
  std::vector<double> share_;          ///< ... and w_i / W of each.
  std::vector<double> inverse_pivot_;  ///< [N] 1 / W; 0 where no neighbour was left.
};

}  // namespace isthmus::linalg_detail
