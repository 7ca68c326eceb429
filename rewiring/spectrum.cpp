#include "isthmus/rewiring/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/linalg/component_networks.hpp"
#include "isthmus/linalg/eigenpairs.hpp"
#include "isthmus/linalg/largest_eigenvalue.hpp"

#include "cheeger_cut.hpp"

namespace isthmus::rewiring {
namespace {

using linalg::ComponentNetwork;
using linalg::Conductances;
using linalg::LaplacianKind;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr NodeId kMostExactCheeger = 26;
/// Eigenvalues as close as this share of the largest one are one multiple eigenvalue.
constexpr double kMultiple = 1e-8;
/// Pairs looked at where not all are.
constexpr std::int32_t kPairs = 3;

void check(const Graph& graph, const SpectrumOptions& options) {
  check_simple(graph, "spectrum");
  if (!(options.tolerance > 0.0) || options.max_iterations < 0 || options.dense_nodes < 0) {
    throw InvalidArgument(
        "spectrum: tolerance must be > 0, max_iterations and dense_nodes >= 0, got " +
        std::to_string(options.tolerance) + ", " + std::to_string(options.max_iterations) +
        " and " + std::to_string(options.dense_nodes));
  }
  if (options.max_exact_cheeger < 0 || options.max_exact_cheeger > kMostExactCheeger) {
    throw InvalidArgument("spectrum: max_exact_cheeger must be in 0.." +
                          std::to_string(kMostExactCheeger) + ", got " +
                          std::to_string(options.max_exact_cheeger));
  }
}

/// The ends of one spectrum.
struct Ends {
  double least = kUnknown;
  double largest = kUnknown;
  std::int32_t multiplicity = 0;
  std::vector<double> vector;  ///< Of `least`.
  bool converged = true;
};

Ends ends(const Conductances& network, LaplacianKind kind, const SpectrumOptions& options) {
  const NodeId n = network.graph.num_nodes();
  const bool all = n <= options.dense_nodes;
  linalg::EigenpairsResult pairs =
      linalg::eigenpairs(network, {.kind = kind,
                                   .pairs = all ? std::max<std::int32_t>(n - 1, 1) : kPairs,
                                   .tolerance = options.tolerance,
                                   .max_iterations = options.max_iterations,
                                   .dense_nodes = options.dense_nodes,
                                   .seed = options.seed,
                                   .cancel = options.cancel});
  if (pairs.value.empty()) {
    return {};
  }
  Ends found;
  found.least = pairs.value.front();
  found.converged = pairs.converged;
  found.vector = std::move(pairs.vector.front());
  if (all) {
    found.largest = pairs.value.back();
  } else {
    const linalg::LargestEigenvalueResult top = linalg::largest_eigenvalue(
        network, {.kind = kind, .seed = options.seed, .cancel = options.cancel});
    found.largest = top.value;
    found.converged = found.converged && top.converged;
  }
  found.multiplicity = static_cast<std::int32_t>(std::count_if(
      pairs.value.begin(), pairs.value.end(),
      [&](double value) { return value - found.least <= kMultiple * found.largest; }));
  return found;
}

void stop_if_cancelled(const SpectrumOptions& options) {
  if (options.cancel.requested()) {
    throw Interrupted("spectrum: cancelled");
  }
}

/// Of the only component that has edges.
Cheeger cheeger_of(const ComponentNetwork& part, const ComponentSpectrum& row,
                   const std::vector<double>& second, const SpectrumOptions& options) {
  Cheeger cheeger;
  cheeger.lower = row.lambda2_norm / 2.0;
  cheeger.upper = std::sqrt(2.0 * row.lambda2_norm);
  std::vector<double> position = second;
  const std::vector<double> strength = linalg::strengths(part.network);
  for (std::size_t v = 0; v < position.size(); ++v) {
    position[v] /= std::sqrt(strength[v]);
  }
  // The sign of an eigenvector is free: the node farthest from 0 is put on the positive side.
  const auto farthest = std::max_element(position.begin(), position.end(), [](double a, double b) {
    return std::abs(a) < std::abs(b);
  });
  if (*farthest < 0.0) {
    for (double& value : position) {
      value = -value;
    }
  }
  const rewiring_detail::Cut sweep = rewiring_detail::sweep_cut(part.network, position);
  cheeger.sweep_cut = sweep.conductance;
  cheeger.sweep_size = sweep.size;
  cheeger.sweep_valid = row.multiplicity_norm == 1;
  cheeger.exact = row.n <= options.max_exact_cheeger
                      ? rewiring_detail::narrowest_cut(part.network).conductance
                      : kUnknown;
  return cheeger;
}

}  // namespace

SpectrumResult spectrum(const Conductances& network, const SpectrumOptions& options) {
  check(network.graph, options);
  const linalg::ComponentNetworks apart = linalg::component_networks(network);
  SpectrumResult result;
  result.lambda_max = network.graph.num_nodes() == 0 ? kUnknown : 0.0;
  result.lambda_max_norm = result.lambda_max;
  result.cheeger = {.lower = kUnknown, .upper = kUnknown, .sweep_cut = kUnknown, .exact = kUnknown};
  std::int64_t with_edges = 0;
  for (const ComponentNetwork& part : apart.part) {
    stop_if_cancelled(options);
    const Ends plain = ends(part.network, LaplacianKind::kCombinatorial, options);
    const Ends norm = ends(part.network, LaplacianKind::kNormalized, options);
    stop_if_cancelled(options);
    const ComponentSpectrum row{.first_node = part.node.front(),
                                .n = static_cast<NodeId>(part.node.size()),
                                .lambda2 = plain.least,
                                .lambda_max = plain.largest,
                                .lambda2_norm = norm.least,
                                .lambda_max_norm = norm.largest,
                                .multiplicity = plain.multiplicity,
                                .multiplicity_norm = norm.multiplicity,
                                .converged = plain.converged && norm.converged};
    if (row.n > 1) {
      result.lambda_max = std::max(result.lambda_max, row.lambda_max);
      result.lambda_max_norm = std::max(result.lambda_max_norm, row.lambda_max_norm);
      result.cheeger = ++with_edges == 1 ? cheeger_of(part, row, norm.vector, options) : Cheeger{};
    }
    result.converged = result.converged && row.converged;
    result.components.push_back(row);
    report_progress(options.progress, {.what = "components",
                                       .done = static_cast<std::int64_t>(result.components.size()),
                                       .total = static_cast<std::int64_t>(apart.part.size())});
  }
  const bool connected = apart.part.size() == 1;
  if (network.graph.num_nodes() < 2) {
    result.lambda2 = kUnknown;
    result.lambda2_norm = kUnknown;
  } else if (connected) {
    result.lambda2 = result.components[0].lambda2;
    result.lambda2_norm = result.components[0].lambda2_norm;
  }
  return result;
}

}  // namespace isthmus::rewiring
