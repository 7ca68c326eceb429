#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace isthmus::rewiring {

/// Cheapest transport of integer masses at real costs, dense: shortest augmenting paths by Dijkstra
/// with potentials. Keeps its memory from one problem to the next.
class DenseTransport {
 public:
  /// Least cost of shipping `supply` to `demand`, of equal sums, at cost[i * demand.size() + j] >=
  /// 0 a unit.
  [[nodiscard]] double solve(std::span<const std::int64_t> supply,
                             std::span<const std::int64_t> demand, std::span<const double> cost);
  /// Mass from i to j in the plan that solve() found last.
  [[nodiscard]] std::int64_t flow(std::size_t i, std::size_t j) const {
    return flow_[i * columns_ + j];
  }

 private:
  std::size_t find_path(std::size_t start);
  void open_row(std::size_t row);
  void shift_duals(std::size_t end);
  void send(std::size_t start, std::size_t end);

  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::span<const double> cost_;
  std::vector<std::int64_t> supply_;
  std::vector<std::int64_t> demand_;
  std::vector<std::int64_t> flow_;
  std::vector<double> row_dual_;
  std::vector<double> column_dual_;
  // Of one search: distances, and the way back.
  std::vector<double> row_distance_;
  std::vector<double> column_distance_;
  std::vector<std::size_t> row_before_;     ///< Of a column.
  std::vector<std::size_t> column_before_;  ///< Of a row.
  std::vector<std::uint8_t> is_done_;       ///< Of a column.
};

}  // namespace isthmus::rewiring
