#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/linalg/laplacian.hpp"
#include "isthmus/rewiring/diffusion.hpp"

namespace isthmus::rewiring {

/// S = sum of c_k T_k(T) over k, T_k Chebyshev's polynomials: [c_0, c_1, ..., c_last], so many that
/// no entry of S changes by more than the tolerance of the options without the rest. T has its
/// eigenvalues in [-1, 1], where |T_k| <= 1.
///
/// PageRank, with b = 1 - alpha, s = sqrt(1 - b^2), r = (1 - s) / b: c_k = 2 alpha r^k / s, half of
/// it for k = 0. Heat: c_k = 2 e^-t I_k(t), half of it for k = 0, I_k the modified Bessel
/// functions.
[[nodiscard]] std::vector<double> diffusion_series(const DiffusionOptions& options);

/// Columns of S by that series, kLanes neighbouring ones at a time: each term is one product with T
/// on what lies within so many hops. Nodes that the graph's symmetries exchange get the same values
/// up to rounding, so that their ties are seen.
class DiffusionSeries {
 public:
  static constexpr std::size_t kLanes = 4;

  /// `degree`: 1 + the conductances of each node.
  DiffusionSeries(const linalg::Conductances& network, std::span<const double> degree,
                  std::span<const double> series);

  /// Columns first .. first + count - 1, 1 <= count <= kLanes.
  void columns(NodeId first, std::size_t count);
  /// The rows that any of them reached, in any order.
  [[nodiscard]] std::span<const NodeId> reached() const noexcept { return reached_; }
  /// S_uv of v = first + lane.
  [[nodiscard]] double entry(NodeId u, std::size_t lane) const noexcept;

 private:
  void reach(NodeId u);
  /// Term k, and its share of the sum.
  void add_term(std::size_t k);

  const linalg::Conductances& network_;
  std::span<const double> degree_;
  std::span<const double> series_;
  // [N, kLanes] over sqrt(1 + d): the sum so far, the term at hand, the one before.
  std::vector<double> sum_, term_, before_;
  std::vector<std::uint8_t> is_reached_;
  std::vector<NodeId> reached_;
};

}  // namespace isthmus::rewiring
