#include "isthmus/ops/gin_mlp.hpp"

#include <string>

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/gin_mlp.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/linear.hpp"

#include "gin_adjoint.hpp"
#include "op_support.hpp"

namespace isthmus::ops {
namespace {

struct Spec {
  Graph graph;
  bool projected = false;  // x holds products: no first weight
  bool relu = false;
};

/// What a forward pass leaves for backward; undefined without a tape.
struct Kept {
  at::Tensor h;
  at::Tensor u;
};

at::Tensor run_forward(const variable_list& in, const Spec& spec, bool tape, Kept& kept) {
  const Plan& plan = spec.graph.plan();
  const CsrView csr = plan.csr();
  const RowChunks& chunks = plan.csr_chunks();
  const at::Tensor x = with_plain_rows(in[0]);
  const at::Tensor w1 = spec.projected ? at::Tensor() : in[2].t().contiguous();
  const at::Tensor b1 = in[3].contiguous();
  const at::Tensor w2 = in[4].t().contiguous();
  const at::Tensor b2 = in[5].contiguous();
  const std::int64_t hidden = b1.size(0);
  at::Tensor out = at::empty({x.size(0), b2.size(0)}, x.options());
  if (tape) {
    kept.u = at::empty({x.size(0), hidden}, x.options());
    kept.h = spec.projected ? at::Tensor() : at::empty({x.size(0), x.size(1)}, x.options());
  }
  const double factor = 1.0 + in[1].item<double>();
  with_element_type(x, [&](auto zero) {
    using T = decltype(zero);
    kernels::GinMlp<T> args;
    args.sum.rowptr = csr.rowptr.data();
    args.sum.col = csr.col.data();
    args.sum.x = shim::read<T>(x);
    args.sum.x_stride = row_stride(x);
    args.sum.width = x.size(1);
    args.sum.self = args.sum.x;
    args.sum.self_stride = args.sum.x_stride;
    args.sum.self_factor = static_cast<T>(factor);
    args.sum.prefetch = kernels::prefetch_distance(static_cast<std::size_t>(x.numel()) * sizeof(T));
    args.hidden = hidden;
    args.outputs = b2.size(0);
    args.w1 = read_or_none<T>(w1);
    args.b1 = shim::read<T>(b1);
    args.w2 = shim::read<T>(w2);
    args.b2 = shim::read<T>(b2);
    args.h = kept.h.defined() ? shim::write<T>(kept.h) : nullptr;
    args.u = kept.u.defined() ? shim::write<T>(kept.u) : nullptr;
    args.out = shim::write<T>(out);
    args.relu = spec.relu;
    kernels::gin_mlp(args, {chunks.first_row.data(), chunks.size()});
  });
  return out;
}

/// Inputs of both functions and their gradients, in this order.
enum Input { kX, kEps, kWeight1, kBias1, kWeight2, kBias2, kInputs };

/// All gradients but the last step to x: [kX] is that of the aggregated rows.
variable_list run_backward(const at::Tensor& grad, const variable_list& saved, const Spec& spec,
                           bool wants_dh) {
  const at::Tensor g = with_plain_rows(grad);
  const at::Tensor& u = saved[kInputs];
  const at::Tensor w1 = spec.projected ? at::Tensor() : saved[kWeight1].contiguous();
  const at::Tensor w2 = saved[kWeight2].contiguous();
  variable_list result(kInputs);
  if (wants_dh) {
    result[kX] = at::empty({u.size(0), spec.projected ? u.size(1) : w1.size(1)}, u.options());
  }
  result[kWeight1] = spec.projected ? at::Tensor() : at::empty_like(w1);
  result[kBias1] = at::empty({u.size(1)}, u.options());
  result[kWeight2] = at::empty_like(w2);
  result[kBias2] = at::empty({w2.size(0)}, u.options());
  with_element_type(u, [&](auto zero) {
    using T = decltype(zero);
    const auto write = [](const at::Tensor& t) -> T* {
      return t.defined() ? shim::write<T>(t) : nullptr;
    };
    kernels::GinMlpBackward<T> args;
    args.rows = u.size(0);
    args.inputs = spec.projected ? 0 : w1.size(1);
    args.hidden = u.size(1);
    args.outputs = w2.size(0);
    args.grad = shim::read<T>(g);
    args.grad_stride = row_stride(g);
    args.out = spec.relu ? shim::read<T>(saved[kInputs + 2]) : nullptr;
    args.h = spec.projected ? nullptr : shim::read<T>(saved[kInputs + 1]);
    args.u = shim::read<T>(u);
    args.w1 = read_or_none<T>(w1);
    args.w2 = shim::read<T>(w2);
    args.dh = write(result[kX]);
    args.dw1 = write(result[kWeight1]);
    args.db1 = write(result[kBias1]);
    args.dw2 = write(result[kWeight2]);
    args.db2 = write(result[kBias2]);
    kernels::gin_mlp_backward(args);
  });
  return result;
}

/// The same gradients from differentiable ops, for a gradient of the gradient. Masks are constant.
variable_list differentiable_backward(const at::Tensor& grad, const variable_list& saved,
                                      const Spec& spec) {
  const at::Tensor h = gin_aggregate(saved[kX], spec.graph, saved[kEps]);
  const at::Tensor z =
      spec.projected ? h + saved[kBias1] : linear(h, saved[kWeight1], saved[kBias1]);
  const at::Tensor u = at::relu(z);
  const at::Tensor g = spec.relu ? grad * (saved[kInputs + 2] > 0).to(grad.scalar_type()) : grad;
  const at::Tensor du = at::mm(g, saved[kWeight2]) * (u > 0).detach().to(grad.scalar_type());
  variable_list result(kInputs);
  result[kX] = spec.projected ? du : at::mm(du, saved[kWeight1]);
  result[kWeight1] = spec.projected ? at::Tensor() : at::mm(du.t(), h);
  result[kBias1] = sum_rows(du);
  result[kWeight2] = at::mm(g.t(), u);
  result[kBias2] = sum_rows(g);
  return result;
}

// Where x is projected already there is no first weight; a Function takes no undefined tensor from
// LibTorch 2 on, so its place is taken by the bias once more, which gets no gradient for that.
struct GinMlpFunction : torch::autograd::Function<GinMlpFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& eps,
                            const at::Tensor& weight_1, const at::Tensor& bias_1,
                            const at::Tensor& weight_2, const at::Tensor& bias_2, const Spec& spec,
                            bool tape) {
    ctx->set_materialize_grads(false);
    variable_list saved{x, eps, weight_1, bias_1, weight_2, bias_2};
    Kept kept;
    at::Tensor out = run_forward(saved, spec, tape, kept);
    if (tape) {
      saved.push_back(kept.u);
      saved.push_back(spec.projected ? kept.u : kept.h);
      saved.push_back(out);
      ctx->save_for_backward(saved);
      hold(ctx, "spec", spec);
    }
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return variable_list(kInputs + 2);
    }
    const variable_list saved = ctx->get_saved_variables();
    const Spec& spec = held<Spec>(ctx, "spec");
    const bool for_x = ctx->needs_input_grad(kX);
    const bool for_eps = ctx->needs_input_grad(kEps);
    variable_list result = at::GradMode::is_enabled()
                               ? differentiable_backward(grads[0], saved, spec)
                               : run_backward(grads[0], saved, spec, for_x || for_eps);
    const at::Tensor dh = result[kX];
    if (for_eps) {
      result[kEps] =
          matrix_dot(dh, saved[kX]).to(saved[kEps].scalar_type()).reshape(saved[kEps].sizes());
    }
    result[kX] = for_x ? gin_adjoint(dh, spec.graph, saved[kEps]) : at::Tensor();
    result.resize(kInputs + 2);  // the specification and the tape have none
    return result;
  }
};

void check_width(const char* what, std::int64_t width) {
  TORCH_CHECK(width <= kPanelWidth, "gin_mlp: ", what, " must be at most ", kPanelWidth, ", got ",
              width);
}

void check_weight(const char* name, const at::Tensor& weight, std::int64_t out, std::int64_t in,
                  at::ScalarType type) {
  check_matrix("gin_mlp", name, weight);
  TORCH_CHECK(weight.scalar_type() == type, "gin_mlp: ", name, " must be ", type, " as x is, got ",
              weight.scalar_type());
  TORCH_CHECK(weight.size(0) == out && weight.size(1) == in, "gin_mlp: ", name,
              " must have shape [", out, ", ", in, "], got ", weight.sizes());
}

}  // namespace

at::Tensor gin_mlp(const at::Tensor& x, const Graph& graph, const at::Tensor& eps,
                   const GinMlpWeights& weights) {
  check_matrix("gin_mlp", "x", x);
  TORCH_CHECK(!graph.is_bipartite(), "gin_mlp: graph must have the same source and destination ",
              "nodes, got a bipartite one with ", graph.num_src(), " and ", graph.num_dst());
  TORCH_CHECK(x.size(0) == graph.num_nodes(), "gin_mlp: x must have one row per node, ",
              graph.num_nodes(), ", got ", x.size(0));
  TORCH_CHECK(eps.defined() && eps.numel() == 1 && eps.is_floating_point(),
              "gin_mlp: eps must be a tensor of one real number, got ",
              eps.defined() ? eps.numel() : 0, " elements");
  TORCH_CHECK(weights.bias_1.defined() && weights.bias_2.defined(),
              "gin_mlp: bias_1 and bias_2 must be given, got an undefined tensor");
  const Spec spec{graph, !weights.weight_1.defined(), weights.relu};
  const std::int64_t hidden = weights.bias_1.numel();
  const std::int64_t out = weights.bias_2.numel();
  check_width("in", x.size(1));
  check_width("hidden", hidden);
  check_width("out", out);
  check_vector("gin_mlp", "bias_1", weights.bias_1, hidden, x.scalar_type());
  check_vector("gin_mlp", "bias_2", weights.bias_2, out, x.scalar_type());
  if (spec.projected) {
    TORCH_CHECK(x.size(1) == hidden, "gin_mlp: x must have ", hidden,
                " columns as bias_1 has elements where weight_1 is undefined, got ", x.size(1));
  } else {
    check_weight("weight_1", weights.weight_1, hidden, x.size(1), x.scalar_type());
  }
  check_weight("weight_2", weights.weight_2, out, hidden, x.scalar_type());
  bool tape = x.requires_grad() || eps.requires_grad();
  for (const at::Tensor& weight :
       {weights.weight_1, weights.bias_1, weights.weight_2, weights.bias_2}) {
    tape = tape || (weight.defined() && weight.requires_grad());
  }
  return GinMlpFunction::apply(x, eps, spec.projected ? weights.bias_1 : weights.weight_1,
                               weights.bias_1, weights.weight_2, weights.bias_2, spec,
                               tape && at::GradMode::is_enabled());
}

}  // namespace isthmus::ops
