#include "op_support.hpp"

#include <vector>

namespace isthmus::ops {
namespace {

struct SumRows : torch::autograd::Function<SumRows> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& g) {
    ctx->set_materialize_grads(false);
    ctx->saved_data["rows"] = g.size(0);
    const at::Tensor rows = with_plain_rows(g);
    std::vector<double> sum(static_cast<std::size_t>(g.size(1)));
    at::Tensor out = at::empty({g.size(1)}, g.options());
    with_element_type(g, [&](auto zero) {
      using T = decltype(zero);
      kernels::column_sums(rows_of<T>(rows), sum.data());
      T* element = shim::write<T>(out);
      for (std::size_t c = 0; c < sum.size(); ++c) {
        element[c] = static_cast<T>(sum[c]);
      }
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor()};
    }
    return {grads[0].unsqueeze(0).expand({ctx->saved_data["rows"].toInt(), -1})};
  }
};

struct Dot : torch::autograd::Function<Dot> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b) {
    ctx->set_materialize_grads(false);
    ctx->save_for_backward({a, b});
    const at::Tensor a_rows = with_plain_rows(a);
    const at::Tensor b_rows = with_plain_rows(b);
    const auto columns = static_cast<std::size_t>(a.size(1));
    std::vector<double> sum(columns);
    std::vector<double> dots(columns);
    with_element_type(a, [&](auto zero) {
      using T = decltype(zero);
      kernels::column_dots(rows_of<T>(a_rows), rows_of<T>(b_rows), nullptr, sum.data(),
                           dots.data());
    });
    double total = 0.0;
    for (const double value : dots) {
      total += value;
    }
    return at::full({}, total, a.options());
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor(), at::Tensor()};
    }
    const variable_list saved = ctx->get_saved_variables();
    return {grads[0] * saved[1], grads[0] * saved[0]};
  }
};

}  // namespace

void check_matrix(const char* op, const char* argument, const at::Tensor& x) {
  TORCH_CHECK(x.defined(), op, ": ", argument, " must be a matrix, got an undefined tensor");
  TORCH_CHECK(x.device().is_cpu(), op, ": ", argument,
              " must be a CPU tensor (this build has no CUDA backend), got one on ", x.device());
  TORCH_CHECK(x.layout() == at::kStrided, op, ": ", argument, " must be dense, got layout ",
              x.layout());
  TORCH_CHECK(x.dim() == 2, op, ": ", argument, " must have 2 dimensions, got shape ", x.sizes());
  TORCH_CHECK(x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble, op, ": ", argument,
              " must be float or double, got ", x.scalar_type());
}

void check_vector(const char* op, const char* argument, const at::Tensor& vector, std::int64_t size,
                  at::ScalarType type) {
  if (!vector.defined()) {
    return;
  }
  TORCH_CHECK(vector.device().is_cpu(), op, ": ", argument,
              " must be a CPU tensor (this build has no CUDA backend), got one on ",
              vector.device());
  TORCH_CHECK(vector.dim() == 1 && vector.size(0) == size, op, ": ", argument, " must have shape [",
              size, "], got ", vector.sizes());
  TORCH_CHECK(vector.scalar_type() == type, op, ": ", argument, " must be ", type,
              " as the matrix is, got ", vector.scalar_type());
}

at::Tensor with_plain_rows(const at::Tensor& x) {
  const bool plain_columns = x.size(1) <= 1 || x.stride(1) == 1;
  const bool plain_rows = x.size(0) <= 1 || x.stride(0) >= x.size(1);
  // A set conjugate or negation bit means that the memory does not hold the values.
  return plain_columns && plain_rows && !x.is_neg() ? x : x.contiguous().resolve_neg();
}

std::int64_t row_stride(const at::Tensor& x) {
  return x.size(0) <= 1 ? x.size(1) : std::max(x.stride(0), x.size(1));
}

void refuse_double_backward(const char* op) {
  TORCH_CHECK(!at::GradMode::is_enabled(), op,
              ": create_graph must be false, got true: this op has no double backward");
}

at::Tensor sum_rows(const at::Tensor& g) { return SumRows::apply(g); }
at::Tensor matrix_dot(const at::Tensor& a, const at::Tensor& b) { return Dot::apply(a, b); }

}  // namespace isthmus::ops
