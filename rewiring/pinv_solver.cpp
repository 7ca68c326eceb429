#include "pinv_solver.hpp"

#include <numeric>
#include <utility>

#include "isthmus/linalg/pinv_trace.hpp"

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

void take_means_off(std::vector<double>& x, std::int64_t columns) {
  const std::size_t width = index(columns);
  const std::size_t n = width == 0 ? 0 : x.size() / width;
  std::vector<double> mean(width);
  for (std::size_t v = 0; v < n; ++v) {
    for (std::size_t c = 0; c < width; ++c) {
      mean[c] += x[v * width + c];
    }
  }
  for (double& value : mean) {
    value /= static_cast<double>(n);
  }
  for (std::size_t v = 0; v < n; ++v) {
    for (std::size_t c = 0; c < width; ++c) {
      x[v * width + c] -= mean[c];
    }
  }
}

}  // namespace

PinvSolver::PinvSolver(const linalg::Conductances& network, const Options& options)
    : n_(network.graph.num_nodes()), seed_(options.seed) {
  if (options.kind == SolverKind::kFactor) {
    factor_.emplace(network, linalg::SparseCholeskyOptions{.order = options.order,
                                                           .memory_limit = options.memory_limit});
  } else {
    pcg_.emplace(network, options.seed);
  }
}

PinvSolver::Answer PinvSolver::solve(std::vector<double> b, std::int64_t columns, double tolerance,
                                     const CancelToken& cancel) const {
  if (pcg_) {  // takes means off by itself
    linalg::PcgResult solved = pcg_->solve(b, columns, {.tolerance = tolerance, .cancel = cancel});
    return {std::move(solved.x), solved.converged};
  }
  take_means_off(b, columns);
  Answer answer{factor_->solve(b, columns), true};
  take_means_off(answer.x, columns);
  return answer;
}

TotalResistance PinvSolver::total(std::int32_t trace_solves, const CancelToken& cancel) const {
  if (factor_) {
    const std::vector<double> diagonal = pinv_diagonal(*factor_, factor_->selected_inverse());
    return {.value = n_ * std::accumulate(diagonal.begin(), diagonal.end(), 0.0)};
  }
  const linalg::PinvTraceResult trace =
      linalg::pinv_trace(*pcg_, {.solves = trace_solves, .seed = seed_, .cancel = cancel});
  return {.value = n_ * trace.trace,
          .standard_error = n_ * trace.standard_error,
          .converged = trace.converged};
}

std::vector<double> pinv_diagonal(const linalg::SparseCholesky& factor,
                                  const linalg::SelectedInverse& inverse) {
  const auto n = static_cast<double>(inverse.diagonal.size());
  const std::vector<double> g1 = factor.solve(std::vector<double>(inverse.diagonal.size(), 1.0), 1);
  const double sum = std::accumulate(g1.begin(), g1.end(), 0.0);
  std::vector<double> diagonal = inverse.diagonal;
  for (std::size_t v = 0; v < diagonal.size(); ++v) {
    diagonal[v] += sum / n / n - 2.0 * g1[v] / n;
  }
  return diagonal;
}

}  // namespace isthmus::rewiring
