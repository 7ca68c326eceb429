#include "isthmus/ops/dropout.hpp"

#include <vector>

#include "isthmus/kernels/dropout.hpp"

#include "dropout_rows.hpp"
#include "op_support.hpp"

namespace isthmus::ops {
namespace {

struct Mask {
  kernels::DropoutLaw law;
  std::vector<std::int32_t> rows;  ///< Numbers of the rows, or none.
};

/// Linear in x and its own adjoint: backward draws the same mask again.
struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Mask& mask) {
    ctx->set_materialize_grads(false);
    hold(ctx, "mask", mask);
    const at::Tensor rows = with_plain_rows(x);
    at::Tensor out = at::empty(x.sizes(), x.options());
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      kernels::dropout(kernels::Dropout<T>{rows_of<T>(rows), mask.law, shim::write<T>(out),
                                           x.size(1), row_ids(mask.rows)});
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor(), at::Tensor()};
    }
    return {apply(grads[0], held<Mask>(ctx, "mask")), at::Tensor()};
  }
};

}  // namespace

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key) {
  check_matrix("dropout", "x", x);
  TORCH_CHECK(p >= 0.0 && p < 1.0, "dropout: p must be in [0, 1), got ", p);
  if (p == 0.0) {
    return x;
  }
  check_row_ids("dropout", key, x.size(0));
  return DropoutFunction::apply(
      x, Mask{law_of("dropout", p, key), {key.rows.begin(), key.rows.end()}});
}

at::Tensor dropout_marks(std::int64_t rows, std::int64_t columns, double p, const DropoutKey& key) {
  TORCH_CHECK(rows >= 0 && columns >= 0, "dropout_marks: rows and columns must be >= 0, got ", rows,
              " and ", columns);
  TORCH_CHECK(p >= 0.0 && p < 1.0, "dropout_marks: p must be in [0, 1), got ", p);
  check_row_ids("dropout_marks", key, rows);
  at::Tensor marks = at::empty({rows, kernels::mark_words(columns)}, at::kInt);
  kernels::dropout_marks({rows, columns, law_of("dropout_marks", p, key),
                          reinterpret_cast<std::uint32_t*>(shim::write<std::int32_t>(marks)),
                          row_ids(key.rows)});
  return marks;
}

}  // namespace isthmus::ops
