#include "isthmus/layers/input.hpp"

#include <sstream>
#include <string>

#include <c10/util/Exception.h>

#include "isthmus/ops/linear.hpp"

namespace isthmus::layers {
namespace {

std::string shape_text(const NodeInput& x) {
  std::ostringstream text;
  if (const auto* sparse = std::get_if<ops::SparseMatrix>(&x)) {
    text << "sparse [" << sparse->rows() << ", " << sparse->cols() << "]";
  } else {
    const at::Tensor& dense = std::get<at::Tensor>(x);
    text << dense.scalar_type() << " " << dense.sizes();
  }
  return text.str();
}

}  // namespace

std::int64_t num_rows(const NodeInput& x) {
  const auto* sparse = std::get_if<ops::SparseMatrix>(&x);
  return sparse != nullptr ? sparse->rows() : std::get<at::Tensor>(x).size(0);
}

std::int64_t num_cols(const NodeInput& x) {
  const auto* sparse = std::get_if<ops::SparseMatrix>(&x);
  return sparse != nullptr ? sparse->cols() : std::get<at::Tensor>(x).size(1);
}

at::ScalarType scalar_type(const NodeInput& x) {
  const auto* sparse = std::get_if<ops::SparseMatrix>(&x);
  return sparse != nullptr ? sparse->dtype() : std::get<at::Tensor>(x).scalar_type();
}

bool is_sparse(const NodeInput& x) { return std::holds_alternative<ops::SparseMatrix>(x); }

at::Tensor to_dense(const NodeInput& x) {
  const auto* sparse = std::get_if<ops::SparseMatrix>(&x);
  return sparse != nullptr ? sparse->to_dense() : std::get<at::Tensor>(x);
}

NodeInput dropout(const NodeInput& x, double p, const ops::DropoutKey& key) {
  if (const auto* sparse = std::get_if<ops::SparseMatrix>(&x)) {
    return sparse->dropout(p, key);
  }
  return ops::dropout(std::get<at::Tensor>(x), p, key);
}

at::Tensor project(const NodeInput& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (const auto* sparse = std::get_if<ops::SparseMatrix>(&x)) {
    return ops::sparse_linear(*sparse, weight, bias);
  }
  return ops::linear(std::get<at::Tensor>(x), weight, bias);
}

void check_shape(std::string_view who, const NodeInput& x, std::int64_t rows,
                 std::int64_t channels) {
  bool fits = true;
  if (const auto* dense = std::get_if<at::Tensor>(&x)) {
    TORCH_CHECK(dense->defined(), who, ": x must be a tensor, got an undefined one");
    fits = dense->dim() == 2 && at::isFloatingType(dense->scalar_type());
  }
  fits = fits && (rows < 0 || num_rows(x) == rows) && num_cols(x) == channels;
  TORCH_CHECK(fits, who, ": x must be floating [", rows < 0 ? "N" : std::to_string(rows), ", ",
              channels, "], got ", shape_text(x));
}

}  // namespace isthmus::layers
