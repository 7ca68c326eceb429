#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::linalg {

/// What a factor would take, known before any arithmetic.
struct FillPrediction {
  std::vector<NodeId> order;     ///< [N] Nodes as they would be eliminated.
  std::int64_t entries = 0;      ///< Stored numbers of the factor.
  double multiplications = 0.0;  ///< To compute it.
  std::int64_t bytes = 0;        ///< At the peak of factor and selected inverse.
};

/// Orders the nodes by approximate minimum degree, or takes `order`, and predicts the fill.
/// @param order  [N] Each node once, or empty.
/// @throws InvalidArgument  if the graph is not simple, or order is no permutation of the nodes.
/// @throws ResourceLimit    for 2^30 arcs and more, which the ordering cannot number.
/// @par Cost    The ordering's, then O(E a(N)).
/// @par Source  Amestoy, Davis, Duff: An Approximate Minimum Degree Ordering Algorithm, SIAM J.
///              Matrix Anal. Appl. 17(4), 1996; Gilbert, Ng, Peyton: An Efficient Algorithm to
///              Compute Row and Column Counts for Sparse Cholesky Factorization, same journal
///              15(4), 1994.
[[nodiscard]] FillPrediction predict_fill(const Graph& graph, std::span<const NodeId> order = {});

/// Entries of the grounded inverse G on the edges of a graph.
struct SelectedInverse {
  std::vector<double> diagonal;  ///< [N] G_vv; 0 at a grounded node.
  std::vector<double> arc;       ///< [E] G_uv of each arc, by the order of the rows.
};

/// Options of SparseCholesky.
struct SparseCholeskyOptions {
  std::span<const NodeId> order = {};  ///< As in predict_fill(), best its `order`.
  std::int64_t memory_limit = -1;      ///< Bytes; -1: what the machine says is available.
};

/// The Cholesky factor of the Laplacian of a network with one node of each component grounded (held
/// at 0 volt): the node of it that is last in the order. G is the inverse, with zeros in the rows
/// and columns of grounded nodes; R(u,v) = G_uu + G_vv - 2 G_uv.
///
/// Multifrontal: columns of almost the same pattern are one dense panel.
///
/// @par Cost    predict_fill() tells. 707 x 707 nodes of a grid: 2.5e7 entries, 3.1e9
///              multiplications.
/// @par Source  Duff, Reid: The Multifrontal Solution of Indefinite Sparse Symmetric Linear
///              Equations, ACM TOMS 9(3), 1983; Takahashi, Fagan, Chin: Formation of a Sparse Bus
///              Impedance Matrix and its Application to Short Circuit Study, PICA 1973.
class SparseCholesky {
 public:
  /// @throws InvalidArgument  as predict_fill(), and for weights of another number than arcs or
  ///                          not positive and finite.
  /// @throws ResourceLimit    before any arithmetic, naming both numbers, beyond memory_limit.
  explicit SparseCholesky(const Conductances& network, const SparseCholeskyOptions& options = {});

  /// G b of columns of b, [N, columns]; entries of b at grounded nodes are not looked at.
  /// With each component's sum of b 0, this is L+ b up to a constant on each component.
  /// @throws InvalidArgument  if b has another size.
  /// @par Cost  Two reads of the factor for eight columns; one thread each eight.
  [[nodiscard]] std::vector<double> solve(std::span<const double> b, std::int64_t columns) const;

  /// G on the edges, from the pattern of the factor alone.
  /// @par Cost  About twice the factorisation; the bytes of the factor once more.
  [[nodiscard]] SelectedInverse selected_inverse() const;

  /// The grounded node of each component, ascending.
  [[nodiscard]] const std::vector<NodeId>& grounded() const noexcept;
  [[nodiscard]] std::int64_t entries() const noexcept;
  /// The natural logarithm of the determinant of the grounded Laplacian: of a connected graph
  /// without conductances, that of its number of spanning trees.
  [[nodiscard]] double log_determinant() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace isthmus::linalg
