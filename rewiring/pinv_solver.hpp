#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/linalg/laplacian.hpp"
#include "isthmus/linalg/pcg.hpp"
#include "isthmus/linalg/sparse_cholesky.hpp"

namespace isthmus::rewiring {

/// How L+ is applied to vectors.
enum class SolverKind : std::uint8_t {
  kFactor,     ///< By a sparse Cholesky factor: exact but for rounding.
  kIterative,  ///< By preconditioned conjugate gradients.
};

/// R_tot of a connected network.
struct TotalResistance {
  double value = 0.0;
  double standard_error = 0.0;  ///< 0 where it is exact.
  bool converged = true;
};

/// L+ of one connected network as products with vectors.
class PinvSolver {
 public:
  struct Options {
    SolverKind kind = SolverKind::kIterative;
    std::span<const NodeId> order = {};  ///< kFactor: linalg::predict_fill()'s, or empty.
    std::int64_t memory_limit = -1;      ///< kFactor: bytes; -1: what is available.
    std::uint64_t seed = 0;
  };
  struct Answer {
    std::vector<double> x;  ///< [N, columns], of mean 0.
    bool converged = true;
  };

  /// @throws ResourceLimit  if the factor does not fit.
  PinvSolver(const linalg::Conductances& network, const Options& options);

  /// L+ b; the means of b are taken off. Columns by eights, one thread each eight.
  /// @param tolerance  kIterative: as PcgOptions::tolerance.
  [[nodiscard]] Answer solve(std::vector<double> b, std::int64_t columns, double tolerance,
                             const CancelToken& cancel = {}) const;

  /// Exact by the factor's selected inverse, or estimated by linalg::pinv_trace().
  [[nodiscard]] TotalResistance total(std::int32_t trace_solves, const CancelToken& cancel) const;

 private:
  NodeId n_;
  std::uint64_t seed_;
  std::optional<linalg::SparseCholesky> factor_;
  std::optional<linalg::Pcg> pcg_;
};

/// diag(L+), [N]: G_ii - 2 (G 1)_i / n + 1'G 1 / n^2.
[[nodiscard]] std::vector<double> pinv_diagonal(const linalg::SparseCholesky& factor,
                                                const linalg::SelectedInverse& inverse);

}  // namespace isthmus::rewiring
