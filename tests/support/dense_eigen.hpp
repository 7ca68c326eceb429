#pragma once

#include <Eigen/Core>

/// What oracles ask of dense matrices. Compiled once: Eigen's decompositions cost each unit that
/// names them seconds.
namespace isthmus::test {

struct SymmetricEigen {
  Eigen::VectorXd values;   // ascending
  Eigen::MatrixXd vectors;  // in columns
};

[[nodiscard]] SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& matrix);

[[nodiscard]] Eigen::MatrixXd inverse(const Eigen::MatrixXd& matrix);

/// By a complete orthogonal decomposition.
[[nodiscard]] Eigen::MatrixXd pseudo_inverse(const Eigen::MatrixXd& matrix);

/// The sum of matrix^k / k!.
[[nodiscard]] Eigen::MatrixXd exponential(const Eigen::MatrixXd& matrix);

}  // namespace isthmus::test
