#include "diffusion_series.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

using Lanes = Eigen::Array<double, static_cast<int>(DiffusionSeries::kLanes), 1>;
using LanesOf = Eigen::Map<Lanes>;

LanesOf lanes_of(std::vector<double>& of, NodeId u) {
  return LanesOf(of.data() + index(u) * DiffusionSeries::kLanes);
}

/// Each term is `ratio` times the one before; what they leave out is at most the tolerance.
std::vector<double> page_rank_series(const DiffusionOptions& options) {
  const double b = 1.0 - options.alpha;
  const double s = std::sqrt(1.0 - b * b);
  const double ratio = (1.0 - s) / b;
  std::vector<double> series{options.alpha / s};
  double term = 2.0 * series[0];
  while (term * ratio / (1.0 - ratio) > options.tolerance) {
    term *= ratio;
    series.push_back(term);
  }
  return series;
}

/// I_k / I_(k-1) = 1 / (2 k / t + I_(k+1) / I_k), from far out inwards; I_0 + 2 I_1 + 2 I_2 + ... =
/// e^t then tells I_0 e^-t.
std::vector<double> heat_series(const DiffusionOptions& options) {
  const double t = options.time;
  // I_k(t) <= (t / 2)^k / k! times I_0(t), and falls as exp(-k^2 / 2 t) before: beyond both.
  const auto last = static_cast<std::size_t>(
      std::ceil(2.0 * t + 50.0 + 12.0 * std::sqrt(t * (1.0 - std::log(options.tolerance)))));
  std::vector<double> series(last + 1);
  double ratio = 0.0;
  for (std::size_t k = last; k >= 1; --k) {
    ratio = 1.0 / (2.0 * static_cast<double>(k) / t + ratio);
    series[k] = ratio;
  }
  double product = 2.0;
  double sum = 1.0;
  for (std::size_t k = 1; k <= last; ++k) {
    product *= series[k];
    series[k] = product;
    sum += product;
  }
  series[0] = 1.0;
  double left_out = 0.0;
  while (series.size() > 1 && left_out + series.back() / sum <= options.tolerance) {
    left_out += series.back() / sum;
    series.pop_back();
  }
  for (double& term : series) {
    term /= sum;
  }
  return series;
}

}  // namespace

std::vector<double> diffusion_series(const DiffusionOptions& options) {
  return options.kernel == DiffusionKernel::kHeat ? heat_series(options)
                                                  : page_rank_series(options);
}

DiffusionSeries::DiffusionSeries(const linalg::Conductances& network,
                                 std::span<const double> degree, std::span<const double> series)
    : network_(network),
      degree_(degree),
      series_(series),
      sum_(degree.size() * kLanes),
      term_(degree.size() * kLanes),
      before_(degree.size() * kLanes),
      is_reached_(degree.size()) {}

double DiffusionSeries::entry(NodeId u, std::size_t lane) const noexcept {
  return sum_[index(u) * kLanes + lane] * std::sqrt(degree_[index(u)]);
}

void DiffusionSeries::reach(NodeId u) {
  if (is_reached_[index(u)] == 0) {
    is_reached_[index(u)] = 1;
    reached_.push_back(u);
  }
}

void DiffusionSeries::add_term(std::size_t k) {
  // T_1 = x, then T_(k+1) = 2 x T_k - T_(k-1): the new term takes the place of the one before.
  const double factor = k == 1 ? 1.0 : 2.0;
  const double coefficient = series_[k];
  const CsrView csr = network_.graph.csr();
  const bool weighted = !network_.weight.empty();
  for (const NodeId u : reached_) {
    // (D + I)^-1 (A + I) at u.
    Lanes total = lanes_of(term_, u);
    for (EdgeId slot = csr.rowptr[index(u)]; slot < csr.rowptr[index(u) + 1]; ++slot) {
      const LanesOf neighbour = lanes_of(term_, csr.col[index(slot)]);
      if (weighted) {
        total += network_.weight[index(slot)] * neighbour;
      } else {
        total += neighbour;
      }
    }
    LanesOf next = lanes_of(before_, u);
    next = total * (factor / degree_[index(u)]) - next;
    lanes_of(sum_, u) += coefficient * next;
  }
}

void DiffusionSeries::columns(NodeId first, std::size_t count) {
  for (const NodeId u : reached_) {
    lanes_of(sum_, u).setZero();
    lanes_of(term_, u).setZero();
    lanes_of(before_, u).setZero();
    is_reached_[index(u)] = 0;
  }
  reached_.clear();
  for (std::size_t lane = 0; lane < count; ++lane) {
    const NodeId v = first + static_cast<NodeId>(lane);
    reach(v);
    const double one = 1.0 / std::sqrt(degree_[index(v)]);
    term_[index(v) * kLanes + lane] = one;
    sum_[index(v) * kLanes + lane] = series_[0] * one;
  }
  const CsrView csr = network_.graph.csr();
  std::size_t grown = 0;
  for (std::size_t k = 1; k < series_.size(); ++k) {
    for (const std::size_t end = reached_.size(); grown < end; ++grown) {
      for (const NodeId w : csr.row(reached_[grown])) {
        reach(w);
      }
    }
    add_term(k);
    term_.swap(before_);
  }
}

}  // namespace isthmus::rewiring
