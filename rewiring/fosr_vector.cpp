#include "fosr_vector.hpp"

#include <cmath>
#include <cstddef>

namespace isthmus::rewiring {
namespace {

/// A unit vector with less than this after deflation was one of root degrees and rounding.
constexpr double kVanished = 1e-24;

}  // namespace

std::vector<double> FosrVector::scaled() const {
  std::vector<double> y(x_.size());
  for (std::size_t v = 0; v < y.size(); ++v) {
    y[v] = x_[v] / std::sqrt(1.0 + network_.degree(static_cast<NodeId>(v)));
  }
  return y;
}

SecondEigenpair FosrVector::start_exact(std::span<const NodeId> nodes) {
  SecondEigenpair pair = second_eigenpair(network_, cosine_start(nodes));
  x_ = pair.vector;
  update_estimate();
  return pair;
}

bool FosrVector::start_from(std::span<const double> start, std::int64_t power_iters) {
  x_.assign(start.begin(), start.end());
  bool ok = normalize(x_);
  for (std::int64_t i = 0; i < power_iters && ok; ++i) {
    ok = power_step();
  }
  update_estimate();
  return ok;
}

bool FosrVector::power_step() {
  network_.deflate(x_);
  if (!(dot(x_, x_) > kVanished)) {
    return false;
  }
  std::vector<double> y(x_.size());
  network_.multiply(x_, y);
  for (std::size_t v = 0; v < y.size(); ++v) {
    x_[v] += y[v];
  }
  return normalize(x_);
}

void FosrVector::update_estimate() {
  std::vector<double> y(x_.size());
  network_.multiply(x_, y);
  estimate_ = 1.0 - dot(x_, y);
}

}  // namespace isthmus::rewiring
