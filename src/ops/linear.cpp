#include "isthmus/ops/linear.hpp"

#include "isthmus/kernels/panel_gemm.hpp"

#include "op_support.hpp"

namespace isthmus::ops {
namespace {

/// Which operand is transposed. The gradients of each form are products of the other forms.
enum class Form { kPlain, kRightTransposed, kLeftTransposed };

bool fits_panel(Form form, const at::Tensor& a, const at::Tensor& b) {
  const std::int64_t columns = form == Form::kRightTransposed ? b.size(0) : b.size(1);
  return a.size(1) <= kPanelWidth && columns <= kPanelWidth;
}

/// a b, a b' or a' b, plus a bias row where given.
at::Tensor multiply(Form form, const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias) {
  if (!fits_panel(form, a, b)) {
    const at::Tensor left = form == Form::kLeftTransposed ? a.t() : a;
    const at::Tensor right = form == Form::kRightTransposed ? b.t() : b;
    return bias.defined() ? at::addmm(bias, left, right) : at::mm(left, right);
  }
  const at::Tensor left = with_plain_rows(a);
  // A weight is at most 256 x 256: turning it costs nothing beside the product.
  const at::Tensor right = form == Form::kRightTransposed ? b.t().contiguous() : with_plain_rows(b);
  const at::Tensor start = bias.defined() ? bias.contiguous() : bias;
  const bool left_transposed = form == Form::kLeftTransposed;
  at::Tensor out =
      at::empty({left_transposed ? left.size(1) : left.size(0), right.size(1)}, a.options());
  with_element_type(a, [&](auto zero) {
    using T = decltype(zero);
    kernels::PanelGemm<T> args;
    args.rows = out.size(0);
    args.columns = out.size(1);
    args.depth = right.size(0);
    args.a = shim::read<T>(left);
    args.a_row = left_transposed ? 1 : row_stride(left);
    args.a_col = left_transposed ? row_stride(left) : 1;
    args.b = shim::read<T>(right);
    args.b_row = row_stride(right);
    args.c = shim::write<T>(out);
    args.c_row = out.size(1);
    args.bias = read_or_none<T>(start);
    if (left_transposed) {
      kernels::panel_gemm_tall(args);
    } else {
      kernels::panel_gemm(args);
    }
  });
  return out;
}

struct Product : torch::autograd::Function<Product> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b,
                            Form form) {
    ctx->set_materialize_grads(false);
    ctx->save_for_backward({a, b});
    hold(ctx, "form", form);
    return multiply(form, a, b, {});
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(3);
    const at::Tensor& g = grads[0];
    if (!g.defined()) {
      return result;
    }
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor& a = saved[0];
    const at::Tensor& b = saved[1];
    const bool for_a = ctx->needs_input_grad(0);
    const bool for_b = ctx->needs_input_grad(1);
    switch (held<Form>(ctx, "form")) {
      case Form::kPlain:
        result[0] = for_a ? apply(g, b, Form::kRightTransposed) : at::Tensor();
        result[1] = for_b ? apply(a, g, Form::kLeftTransposed) : at::Tensor();
        break;
      case Form::kRightTransposed:
        result[0] = for_a ? apply(g, b, Form::kPlain) : at::Tensor();
        result[1] = for_b ? apply(g, a, Form::kLeftTransposed) : at::Tensor();
        break;
      case Form::kLeftTransposed:
        result[0] = for_a ? apply(b, g, Form::kRightTransposed) : at::Tensor();
        result[1] = for_b ? apply(a, g, Form::kPlain) : at::Tensor();
        break;
    }
    return result;
  }
};

struct Linear : torch::autograd::Function<Linear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias) {
    ctx->set_materialize_grads(false);
    ctx->save_for_backward({x, weight});
    return multiply(Form::kRightTransposed, x, weight, bias);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(3);
    const at::Tensor& g = grads[0];
    if (!g.defined()) {
      return result;
    }
    const variable_list saved = ctx->get_saved_variables();
    if (ctx->needs_input_grad(0)) {
      result[0] = Product::apply(g, saved[1], Form::kPlain);
    }
    if (ctx->needs_input_grad(1)) {
      result[1] = Product::apply(g, saved[0], Form::kLeftTransposed);
    }
    if (ctx->needs_input_grad(2)) {
      result[2] = sum_rows(g);
    }
    return result;
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  check_matrix("linear", "x", x);
  check_matrix("linear", "weight", weight);
  TORCH_CHECK(weight.scalar_type() == x.scalar_type(), "linear: weight must be ", x.scalar_type(),
              " as x is, got ", weight.scalar_type());
  TORCH_CHECK(weight.size(1) == x.size(1), "linear: weight must have shape [out, ", x.size(1),
              "] for x of shape ", x.sizes(), ", got ", weight.sizes());
  check_vector("linear", "bias", bias, weight.size(0), x.scalar_type());
  if (!bias.defined()) {  // a Function takes no undefined tensor from LibTorch 2 on
    return Product::apply(x, weight, Form::kRightTransposed);
  }
  return Linear::apply(x, weight, bias);
}

}  // namespace isthmus::ops
