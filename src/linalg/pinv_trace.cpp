#include "isthmus/linalg/pinv_trace.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include <Eigen/Dense>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

namespace isthmus::linalg {
namespace {

using Eigen::Index;
/// Rows are nodes, as Pcg has them.
using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

RowMatrix random_signs(Index n, Index columns, std::uint64_t seed, std::uint32_t stream) {
  RandomStream draws(seed, stream);
  RowMatrix signs(n, columns);
  for (Index i = 0; i < n; ++i) {
    for (Index c = 0; c < columns; ++c) {
      signs(i, c) = (draws.bits() & 1U) == 0 ? -1.0 : 1.0;
    }
  }
  return signs;
}

}  // namespace

PinvTraceResult pinv_trace(const Pcg& solver, const PinvTraceOptions& options) {
  if (options.solves < 3 || !(options.tolerance > 0.0)) {
    throw InvalidArgument("pinv_trace: solves must be >= 3 and tolerance > 0, got " +
                          std::to_string(options.solves) + " and " +
                          std::to_string(options.tolerance));
  }
  PinvTraceResult result;
  const Index n = solver.network().graph.num_nodes();
  const Index columns = std::min<Index>(options.solves / 3, n - 1);
  if (columns < 1) {
    return result;
  }
  const auto pinv = [&](const RowMatrix& b) {
    const PcgResult solved =
        solver.solve({b.data(), static_cast<std::size_t>(b.size())}, b.cols(),
                     {.tolerance = options.tolerance, .cancel = options.cancel});
    result.converged = result.converged && solved.converged;
    return RowMatrix(Eigen::Map<const RowMatrix>(solved.x.data(), b.rows(), b.cols()));
  };
  const RowMatrix range = pinv(random_signs(n, columns, options.seed, 0));
  const RowMatrix basis = Eigen::HouseholderQR<Eigen::MatrixXd>(range).householderQ() *
                          Eigen::MatrixXd::Identity(n, columns);
  result.trace = basis.cwiseProduct(pinv(basis)).sum();
  // Random signs without their parts along 1, which L+ does not see, and along the basis.
  const Index probes = options.solves / 3;
  RowMatrix rest = random_signs(n, probes, options.seed, 1);
  rest -= basis * (basis.transpose() * rest);
  const Eigen::RowVectorXd sample = rest.cwiseProduct(pinv(rest)).colwise().sum();
  result.trace += sample.mean();
  if (probes > 1) {
    const double variance =
        (sample.array() - sample.mean()).square().sum() / static_cast<double>(probes - 1);
    result.standard_error = std::sqrt(variance / static_cast<double>(probes));
  }
  return result;
}

}  // namespace isthmus::linalg
