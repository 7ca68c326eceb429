#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "pinv_solver.hpp"

namespace isthmus::rewiring {

/// Estimates of R and B of all pairs of one connected network, kept while edges are added.
///
/// Y = (1/sqrt k) S' L+ and Z = (1/sqrt k) S W^1/2 B L+, S and S' of random signs, B the incidence
/// matrix: B(s,t) is about |Y (e_s - e_t)|^2, R(s,t) about |Z (e_s - e_t)|^2, each with a relative
/// standard deviation of at most sqrt(2 / k). An edge st of conductance w, v = L+ (e_s - e_t) and
/// c = w / (1 + w R), changes them by
///
///     Y -= c (Y_s - Y_t) v',    Z += (-c (Z_s - Z_t) + c / sqrt(w k) p) v',
///
/// p a fresh vector of random signs: the sketch of the network with that edge, without a solve.
class ResistanceSketch {
 public:
  struct Options {
    std::int64_t columns = 128;  ///< k, >= 1; rounded up to a multiple of eight.
    double tolerance = 1e-6;     ///< Of the solves; far below the sketch's own error.
    std::uint64_t seed = 0;
    CancelToken cancel = {};
    /// done(columns solved, columns in all), of both matrices.
    std::function<void(std::int64_t, std::int64_t)> done = {};
  };

  /// @pre solver is of the network. @par Cost  2 k solves, 16 k bytes a node.
  ResistanceSketch(const linalg::Conductances& network, const PinvSolver& solver,
                   const Options& options);

  [[nodiscard]] NodeId num_nodes() const noexcept { return n_; }
  /// k as it was rounded.
  [[nodiscard]] std::int64_t columns() const noexcept { return columns_; }
  [[nodiscard]] bool converged() const noexcept { return converged_; }

  /// [2 k]: Y e_v, then Z e_v.
  [[nodiscard]] std::span<const double> row(NodeId v) const noexcept;
  [[nodiscard]] double biharmonic_sq(NodeId s, NodeId t) const;
  [[nodiscard]] double resistance(NodeId s, NodeId t) const;
  /// B / (1 + R).
  [[nodiscard]] double score(NodeId s, NodeId t) const;

  /// @param v  L+ (e_s - e_t) before the edge. @param draw  A number of its own for each edge.
  /// @par Cost  O(N k).
  void add_edge(Edge edge, double weight, std::span<const double> v, std::uint32_t draw);

 private:
  NodeId n_;
  std::int64_t columns_;
  std::uint64_t seed_;
  bool converged_ = true;
  std::vector<double> rows_;  ///< [N, 2 k]
};

}  // namespace isthmus::rewiring
