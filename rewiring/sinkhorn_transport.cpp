#include "sinkhorn_transport.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isthmus::rewiring {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

/// Masses in units of their sum.
void shares(std::span<const std::int64_t> mass, std::vector<double>& share) {
  double sum = 0.0;
  for (const std::int64_t one : mass) {
    sum += static_cast<double>(one);
  }
  share.clear();
  for (const std::int64_t one : mass) {
    share.push_back(static_cast<double>(one) / sum);
  }
}

}  // namespace

TransportBounds SinkhornTransport::solve(std::span<const std::int64_t> supply,
                                         std::span<const std::int64_t> demand,
                                         std::span<const double> cost, double regularization,
                                         std::int32_t rounds) {
  if (supply.empty()) {
    return {};
  }
  cost_ = cost;
  const double largest = *std::max_element(cost.begin(), cost.end());
  if (!(largest > 0.0)) {
    return {};
  }
  epsilon_ = regularization * largest;
  shares(supply, supply_);
  shares(demand, demand_);
  row_.assign(supply.size(), 0.0);
  column_.assign(demand.size(), 0.0);
  for (std::int32_t round = 0; round < rounds; ++round) {
    scale_rows();
    scale_columns();
  }
  double mass = 0.0;
  for (const std::int64_t one : supply) {
    mass += static_cast<double>(one);
  }
  return {mass * dual_value(), mass * plan_cost()};
}

/// Makes the rows of the plan exp(exponent) sum to the supply.
void SinkhornTransport::scale_rows() {
  for (std::size_t i = 0; i < rows(); ++i) {
    row_[i] = 0.0;
    double top = -kUnbounded;
    for (std::size_t j = 0; j < columns(); ++j) {
      top = std::max(top, exponent(i, j));
    }
    double sum = 0.0;
    for (std::size_t j = 0; j < columns(); ++j) {
      sum += std::exp(exponent(i, j) - top);
    }
    row_[i] = std::log(supply_[i]) - top - std::log(sum);
  }
}

/// Makes the columns sum to the demand. Rows are walked, as they lie in memory.
void SinkhornTransport::scale_columns() {
  std::fill(column_.begin(), column_.end(), 0.0);
  top_.assign(columns(), -kUnbounded);
  sum_.assign(columns(), 0.0);
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t j = 0; j < columns(); ++j) {
      top_[j] = std::max(top_[j], exponent(i, j));
    }
  }
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t j = 0; j < columns(); ++j) {
      sum_[j] += std::exp(exponent(i, j) - top_[j]);
    }
  }
  for (std::size_t j = 0; j < columns(); ++j) {
    column_[j] = std::log(demand_[j]) - top_[j] - std::log(sum_[j]);
  }
}

/// Rows and columns of the plan that carry too much are scaled down, and what is missing then goes
/// from each row to each column in proportion to what they lack.
double SinkhornTransport::plan_cost() {
  std::vector<double> keep(rows());       // of each row
  std::vector<double> lack_row(supply_);  // first all, then what is missing
  std::vector<double> lack_column(demand_);
  std::fill(sum_.begin(), sum_.end(), 0.0);  // of each column
  for (std::size_t i = 0; i < rows(); ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < columns(); ++j) {
      sum += std::exp(exponent(i, j));
    }
    keep[i] = sum > supply_[i] ? supply_[i] / sum : 1.0;
    for (std::size_t j = 0; j < columns(); ++j) {
      sum_[j] += keep[i] * std::exp(exponent(i, j));
    }
  }
  double cost = 0.0;
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t j = 0; j < columns(); ++j) {
      const double fits = sum_[j] > demand_[j] ? demand_[j] / sum_[j] : 1.0;
      const double mass = keep[i] * fits * std::exp(exponent(i, j));
      lack_row[i] -= mass;
      lack_column[j] -= mass;
      cost += mass * cost_[i * columns() + j];
    }
  }
  double lacking = 0.0;
  for (double& lack : lack_row) {
    lack = std::max(lack, 0.0);  // below 0 by rounding alone
    lacking += lack;
  }
  if (lacking > 0.0) {
    for (std::size_t i = 0; i < rows(); ++i) {
      for (std::size_t j = 0; j < columns(); ++j) {
        cost += lack_row[i] * std::max(lack_column[j], 0.0) / lacking * cost_[i * columns() + j];
      }
    }
  }
  return cost;
}

/// Of the best potentials of the columns beside those of the rows, and then of the rows beside
/// those.
double SinkhornTransport::dual_value() const {
  std::vector<double> best(columns(), kUnbounded);
  for (std::size_t i = 0; i < rows(); ++i) {
    for (std::size_t j = 0; j < columns(); ++j) {
      best[j] = std::min(best[j], cost_[i * columns() + j] - epsilon_ * row_[i]);
    }
  }
  double value = 0.0;
  for (std::size_t i = 0; i < rows(); ++i) {
    double least = kUnbounded;
    for (std::size_t j = 0; j < columns(); ++j) {
      least = std::min(least, cost_[i * columns() + j] - best[j]);
    }
    value += supply_[i] * least;
  }
  for (std::size_t j = 0; j < columns(); ++j) {
    value += demand_[j] * best[j];
  }
  return value;
}

}  // namespace isthmus::rewiring
