#include "isthmus/ops/aggregate.hpp"

#include <utility>

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/bf16_table.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/simd_level.hpp"

#include "gin_adjoint.hpp"
#include "op_support.hpp"
#include "reductions.hpp"

namespace isthmus::ops {
namespace {

/// A vector of the plan that multiplies messages or rows.
enum class Scale { kNone, kInvInDegree, kGcnNorm };

/// The linear map x -> R (c I + A) S x, with A the adjacency matrix (or its transpose), R and S
/// diagonal. Its adjoint has the same form.
struct Pull {
  Graph graph;
  bool transposed = false;
  Scale source = Scale::kNone;  // S
  Scale row = Scale::kNone;     // R
  bool self_as_source = false;  // c = 1 and S applies: GCN
  [[nodiscard]] Pull adjoint() const { return {graph, !transposed, row, source, self_as_source}; }
};

template <typename T>
const T* scale_of(const Plan& plan, Scale scale) {
  constexpr bool kSingle = std::is_same_v<T, float>;
  switch (scale) {
    case Scale::kNone:
      return nullptr;
    case Scale::kInvInDegree:
      if constexpr (kSingle) {
        return plan.inv_in_degree_f32().data();
      } else {
        return plan.inv_in_degree_f64().data();
      }
    case Scale::kGcnNorm:
      if constexpr (kSingle) {
        return plan.gcn_norm_f32().data();
      } else {
        return plan.gcn_norm_f64().data();
      }
  }
  return nullptr;
}

void read_table(const at::Tensor& rows, kernels::SegmentSum<double>& args) {
  args.x = shim::read<double>(rows);
}
void read_table(const at::Tensor& rows, kernels::SegmentSum<float>& args) {
  if (rows.scalar_type() == at::kBFloat16) {
    args.x_bf16 = reinterpret_cast<const std::uint16_t*>(shim::read<at::BFloat16>(rows));
  } else {
    args.x = shim::read<float>(rows);
  }
}

/// out = the map applied to x, in float where x is bfloat16 (then without self term).
/// `self_factor`: c of GIN, or none.
at::Tensor run(const at::Tensor& x, const Pull& pull, const double* self_factor) {
  const Plan& plan = pull.graph.plan();
  const CsrView csr = pull.transposed ? plan.csc() : plan.csr();
  const RowChunks& chunks = pull.transposed ? plan.csc_chunks() : plan.csr_chunks();
  const at::Tensor rows = with_plain_rows(x);
  const at::ScalarType type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  at::Tensor out = at::empty({csr.num_rows(), x.size(1)}, x.options().dtype(type));
  with_element_type(out, [&](auto zero) {
    using T = decltype(zero);
    kernels::SegmentSum<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    read_table(rows, args);
    args.x_stride = row_stride(rows);
    args.width = x.size(1);
    args.source_scale = scale_of<T>(plan, pull.source);
    args.row_scale = scale_of<T>(plan, pull.row);
    if (self_factor != nullptr || pull.self_as_source) {
      args.self = args.x;
      args.self_stride = args.x_stride;
      args.self_scale = pull.self_as_source ? args.source_scale : nullptr;
      args.self_factor = self_factor != nullptr ? static_cast<T>(*self_factor) : T{1};
    }
    args.out = shim::write<T>(out);
    args.out_stride = x.size(1);
    args.prefetch = kernels::prefetch_distance(x.nbytes());
    kernels::segment_sum(args, {chunks.first_row.data(), chunks.size()});
  });
  return out;
}

struct PullFunction : torch::autograd::Function<PullFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Pull& pull) {
    ctx->set_materialize_grads(false);
    hold(ctx, "pull", pull);
    return run(x, pull, nullptr);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor(), at::Tensor()};
    }
    return {apply(grads[0], held<Pull>(ctx, "pull").adjoint()), at::Tensor()};
  }
};

/// x rounded to bfloat16 for the gather; its gradient is that of the map in full precision.
struct Bf16Function : torch::autograd::Function<Bf16Function> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Pull& pull) {
    ctx->set_materialize_grads(false);
    hold(ctx, "pull", pull);
    if (x.scalar_type() == at::kBFloat16) {
      return run(x, pull, nullptr);
    }
    const at::Tensor rows = with_plain_rows(x);
    const at::Tensor table = at::empty(x.sizes(), x.options().dtype(at::kBFloat16));
    kernels::bf16_table(rows_of<float>(rows),
                        reinterpret_cast<std::uint16_t*>(shim::write<at::BFloat16>(table)));
    return run(table, pull, nullptr);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    return PullFunction::backward(ctx, grads);
  }
};

struct GinFunction : torch::autograd::Function<GinFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& eps,
                            const Pull& pull) {
    ctx->set_materialize_grads(false);
    ctx->save_for_backward({x, eps});
    hold(ctx, "pull", pull);
    const double factor = 1.0 + eps.item<double>();
    return run(x, pull, &factor);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(3);
    if (!grads[0].defined()) {
      return result;
    }
    const variable_list saved = ctx->get_saved_variables();
    if (ctx->needs_input_grad(0)) {
      result[0] = apply(grads[0], saved[1], held<Pull>(ctx, "pull").adjoint());
    }
    if (ctx->needs_input_grad(1)) {
      result[1] =
          matrix_dot(grads[0], saved[0]).to(saved[1].scalar_type()).reshape(saved[1].sizes());
    }
    return result;
  }
};

void check_count(const char* op, const at::Tensor& x, const Graph& graph) {
  TORCH_CHECK(x.size(0) == graph.num_src(), op, ": x must have one row per source node, ",
              graph.num_src(), ", got ", x.size(0));
}

void check_rows(const char* op, const at::Tensor& x, const Graph& graph) {
  check_matrix(op, "x", x);
  check_count(op, x, graph);
}

void check_square(const char* op, const Graph& graph) {
  TORCH_CHECK(!graph.is_bipartite(), op,
              ": graph must have the same source and destination nodes, ",
              "got a bipartite one with ", graph.num_src(), " and ", graph.num_dst());
}

}  // namespace

at::Tensor aggregate(const at::Tensor& x, const Graph& graph, Reduce reduce) {
  check_rows("aggregate", x, graph);
  switch (reduce) {
    case Reduce::kSum:
      return PullFunction::apply(x, Pull{graph});
    case Reduce::kMean:
      return PullFunction::apply(x, Pull{.graph = graph, .row = Scale::kInvInDegree});
    case Reduce::kMax:
    case Reduce::kMin:
      return reduce_extreme(x, graph, reduce == Reduce::kMin);
    case Reduce::kVar:
    case Reduce::kStd:
      return reduce_variance(x, graph, reduce == Reduce::kStd);
  }
  TORCH_CHECK(false, "aggregate: reduce must be a named one, got ", static_cast<int>(reduce));
}

at::Tensor aggregate_bf16(const at::Tensor& x, const Graph& graph, Reduce reduce) {
  const bool half = x.defined() && x.scalar_type() == at::kBFloat16;
  TORCH_CHECK(!half || !x.requires_grad(),
              "aggregate_bf16: x must not require a gradient if it is BFloat16; got one that does ",
              "(float features do take one)");
  TORCH_CHECK(half || !x.defined() || x.scalar_type() == at::kFloat,
              "aggregate_bf16: x must be float or BFloat16, got ", x.scalar_type());
  if (half) {
    TORCH_CHECK(x.dim() == 2 && x.device().is_cpu(),
                "aggregate_bf16: x must be a CPU matrix, got shape ", x.sizes(), " on ",
                x.device());
  } else {
    check_matrix("aggregate_bf16", "x", x);
  }
  check_count("aggregate_bf16", x, graph);
  TORCH_CHECK(reduce == Reduce::kSum || reduce == Reduce::kMean,
              "aggregate_bf16: reduce must be kSum or kMean, got another one");
  return Bf16Function::apply(
      x, Pull{.graph = graph, .row = reduce == Reduce::kMean ? Scale::kInvInDegree : Scale::kNone});
}

at::Tensor gin_aggregate(const at::Tensor& x, const Graph& graph, const at::Tensor& eps) {
  check_square("gin_aggregate", graph);
  check_rows("gin_aggregate", x, graph);
  TORCH_CHECK(eps.defined() && eps.numel() == 1 && eps.is_floating_point(),
              "gin_aggregate: eps must be a tensor of one real number, got ",
              eps.defined() ? eps.numel() : 0, " elements");
  return GinFunction::apply(x, eps, Pull{graph});
}

at::Tensor gin_adjoint(const at::Tensor& g, const Graph& graph, const at::Tensor& eps) {
  return GinFunction::apply(g, eps, Pull{graph}.adjoint());
}

at::Tensor gcn_aggregate(const at::Tensor& x, const Graph& graph) {
  check_square("gcn_aggregate", graph);
  check_rows("gcn_aggregate", x, graph);
  Pull pull{graph.has_self_loops() ? graph.without_self_loops() : graph};
  pull.source = Scale::kGcnNorm;
  pull.row = Scale::kGcnNorm;
  pull.self_as_source = true;
  return PullFunction::apply(x, pull);
}

}  // namespace isthmus::ops
