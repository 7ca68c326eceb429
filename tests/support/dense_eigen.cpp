#include "support/dense_eigen.hpp"

#include <Eigen/Dense>
#include <unsupported/Eigen/MatrixFunctions>

namespace isthmus::test {

SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& matrix) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(matrix);
  return {solved.eigenvalues(), solved.eigenvectors()};
}

Eigen::MatrixXd inverse(const Eigen::MatrixXd& matrix) { return matrix.inverse(); }

Eigen::MatrixXd pseudo_inverse(const Eigen::MatrixXd& matrix) {
  return matrix.completeOrthogonalDecomposition().pseudoInverse();
}

Eigen::MatrixXd exponential(const Eigen::MatrixXd& matrix) { return matrix.exp(); }

}  // namespace isthmus::test
