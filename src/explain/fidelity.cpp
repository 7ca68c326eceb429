#include "isthmus/explain/fidelity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "isthmus/core/error.hpp"

namespace isthmus::explain {
namespace {

std::size_t best(const std::vector<double>& p) {
  return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
}

void check(const FidelityProbe& probe, ExplanationType type) {
  const std::size_t classes = probe.whole.size();
  if (classes == 0 || probe.without.size() != classes || probe.only.size() != classes) {
    throw InvalidArgument("fidelity: probes must have as many classes each, >= 1, got " +
                          std::to_string(classes) + ", " + std::to_string(probe.without.size()) +
                          " and " + std::to_string(probe.only.size()));
  }
  if (type == ExplanationType::kPhenomenon &&
      (probe.label < 0 || probe.label >= static_cast<std::int64_t>(classes))) {
    throw InvalidArgument("fidelity: label must be in 0.." + std::to_string(classes - 1) +
                          " where a phenomenon is explained, got " + std::to_string(probe.label));
  }
}

/// Sum of p log(p / q); terms with p = 0 are 0.
double divergence(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0.0;
  for (std::size_t c = 0; c < p.size(); ++c) {
    sum += p[c] > 0.0 ? p[c] * std::log(p[c] / q[c]) : 0.0;
  }
  return std::max(sum, 0.0);
}

}  // namespace

Fidelity fidelity(std::span<const FidelityProbe> probes, ExplanationType type) {
  Fidelity result;
  result.targets = static_cast<std::int64_t>(probes.size());
  for (const FidelityProbe& probe : probes) {
    check(probe, type);
    const bool model = type == ExplanationType::kModel;
    const std::size_t c = model ? best(probe.whole) : static_cast<std::size_t>(probe.label);
    const bool whole_is_c = best(probe.whole) == c;
    // For a model, whole_is_c holds by definition and this is 1 - 1(y(.) = y(G)).
    result.plus += whole_is_c != (best(probe.without) == c) ? 1.0 : 0.0;
    result.minus += whole_is_c != (best(probe.only) == c) ? 1.0 : 0.0;
    result.plus_probability += probe.whole[c] - probe.without[c];
    result.minus_probability += probe.whole[c] - probe.only[c];
    result.unfaithfulness += 1.0 - std::exp(-divergence(probe.whole, probe.only));
    result.sparsity += 1.0 - probe.share;
  }
  const double n = probes.empty() ? std::numeric_limits<double>::quiet_NaN()
                                  : static_cast<double>(probes.size());
  for (double* sum : {&result.plus, &result.minus, &result.plus_probability,
                      &result.minus_probability, &result.unfaithfulness, &result.sparsity}) {
    *sum /= n;
  }
  result.characterisation = result.plus == 0.0 || result.minus == 1.0
                                ? 0.0
                                : 1.0 / (0.5 / result.plus + 0.5 / (1.0 - result.minus));
  return result;
}

double curve_area(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    throw InvalidArgument("curve_area: y must have " + std::to_string(x.size()) +
                          " values as x has, got " + std::to_string(y.size()));
  }
  if (x.size() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double area = 0.0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    if (!(x[i] > x[i - 1])) {
      throw InvalidArgument("curve_area: x must ascend, got " + std::to_string(x[i]) + " after " +
                            std::to_string(x[i - 1]));
    }
    area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2.0;
  }
  return area / (x.back() - x.front());
}

}  // namespace isthmus::explain
