#include "dense_transport.hpp"

#include <algorithm>
#include <limits>

namespace isthmus::rewiring {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

double DenseTransport::solve(std::span<const std::int64_t> supply,
                             std::span<const std::int64_t> demand, std::span<const double> cost) {
  rows_ = supply.size();
  columns_ = demand.size();
  cost_ = cost;
  supply_.assign(supply.begin(), supply.end());
  demand_.assign(demand.begin(), demand.end());
  flow_.assign(rows_ * columns_, 0);
  row_dual_.assign(rows_, 0.0);
  column_dual_.assign(columns_, 0.0);
  for (std::size_t start = 0; start < rows_; ++start) {
    while (supply_[start] > 0) {
      const std::size_t end = find_path(start);
      shift_duals(end);
      send(start, end);
    }
  }
  double total = 0.0;
  for (std::size_t pair = 0; pair < flow_.size(); ++pair) {
    total += static_cast<double>(flow_[pair]) * cost_[pair];
  }
  return total;
}

/// The nearest column that lacks mass, by reduced costs.
std::size_t DenseTransport::find_path(std::size_t start) {
  row_before_.assign(columns_, rows_);
  column_before_.assign(rows_, columns_);
  column_distance_.assign(columns_, kInfinity);
  is_done_.assign(columns_, 0);
  row_distance_.assign(rows_, kInfinity);
  row_distance_[start] = 0.0;
  open_row(start);
  for (;;) {
    std::size_t nearest = columns_;
    for (std::size_t j = 0; j < columns_; ++j) {
      if (is_done_[j] == 0 &&
          (nearest == columns_ || column_distance_[j] < column_distance_[nearest])) {
        nearest = j;
      }
    }
    is_done_[nearest] = 1;
    if (demand_[nearest] > 0) {
      return nearest;
    }
    for (std::size_t i = 0; i < rows_; ++i) {
      if (row_distance_[i] == kInfinity && flow_[i * columns_ + nearest] > 0) {
        row_distance_[i] = column_distance_[nearest];
        column_before_[i] = nearest;
        open_row(i);
      }
    }
  }
}

void DenseTransport::open_row(std::size_t row) {
  for (std::size_t j = 0; j < columns_; ++j) {
    // Never below 0 but for rounding.
    const double reduced =
        std::max(0.0, cost_[row * columns_ + j] - row_dual_[row] - column_dual_[j]);
    if (is_done_[j] == 0 && row_distance_[row] + reduced < column_distance_[j]) {
      column_distance_[j] = row_distance_[row] + reduced;
      row_before_[j] = row;
    }
  }
}

void DenseTransport::shift_duals(std::size_t end) {
  const double reach = column_distance_[end];
  for (std::size_t i = 0; i < rows_; ++i) {
    row_dual_[i] += std::max(0.0, reach - row_distance_[i]);
  }
  for (std::size_t j = 0; j < columns_; ++j) {
    column_dual_[j] -= std::max(0.0, reach - column_distance_[j]);
  }
}

/// As much as fits along the path found.
void DenseTransport::send(std::size_t start, std::size_t end) {
  std::int64_t amount = std::min(supply_[start], demand_[end]);
  for (std::size_t i = row_before_[end]; i != start; i = row_before_[column_before_[i]]) {
    amount = std::min(amount, flow_[i * columns_ + column_before_[i]]);
  }
  for (std::size_t j = end;;) {
    const std::size_t i = row_before_[j];
    flow_[i * columns_ + j] += amount;
    if (i == start) {
      break;
    }
    j = column_before_[i];
    flow_[i * columns_ + j] -= amount;
  }
  supply_[start] -= amount;
  demand_[end] -= amount;
}

}  // namespace isthmus::rewiring
