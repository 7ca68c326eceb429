#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace isthmus::rewiring {

/// The least cost of a transport lies between these.
struct TransportBounds {
  double lower = 0.0;  ///< Value of feasible potentials.
  double upper = 0.0;  ///< Cost of a feasible plan.
};

/// Transport with an entropy, in the log domain: bounds of the least cost. Keeps its memory from
/// one problem to the next.
class SinkhornTransport {
 public:
  /// `supply` and `demand` > 0, of equal sums; cost[i * demand.size() + j] >= 0 a unit.
  /// @param regularization  > 0, of the largest cost.
  /// @param rounds          >= 1.
  [[nodiscard]] TransportBounds solve(std::span<const std::int64_t> supply,
                                      std::span<const std::int64_t> demand,
                                      std::span<const double> cost, double regularization,
                                      std::int32_t rounds);

 private:
  [[nodiscard]] double exponent(std::size_t i, std::size_t j) const {
    return row_[i] + column_[j] - cost_[i * columns() + j] / epsilon_;
  }
  [[nodiscard]] std::size_t rows() const { return row_.size(); }
  [[nodiscard]] std::size_t columns() const { return column_.size(); }
  void scale_rows();
  void scale_columns();
  [[nodiscard]] double plan_cost();
  [[nodiscard]] double dual_value() const;

  std::span<const double> cost_;
  double epsilon_ = 1.0;
  std::vector<double> supply_;  ///< Of each row, in sum 1.
  std::vector<double> demand_;
  std::vector<double> row_;  ///< Potentials over epsilon.
  std::vector<double> column_;
  // Of scale_columns(): largest exponent of a column, and the sum beside it.
  std::vector<double> top_;
  std::vector<double> sum_;
};

}  // namespace isthmus::rewiring
