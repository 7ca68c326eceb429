#include "reductions.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/segment_extreme.hpp"
#include "isthmus/kernels/segment_variance.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/aggregate.hpp"

#include "op_support.hpp"

namespace isthmus::ops {
namespace {

std::int64_t prefetch_for(const at::Tensor& table) {
  return kernels::prefetch_distance(static_cast<std::size_t>(table.numel()) *
                                    static_cast<std::size_t>(table.element_size()));
}

std::int64_t longest_row(CsrView csr) {
  std::int64_t longest = 0;
  for (std::size_t r = 0; r + 1 < csr.rowptr.size(); ++r) {
    longest = std::max(longest, csr.rowptr[r + 1] - csr.rowptr[r]);
  }
  return longest;
}

/// Room for offsets of `rows` x `width`, 16 bits where every row is short enough.
at::Tensor empty_offsets(CsrView csr, std::int64_t width) {
  const std::int64_t longest = longest_row(csr);
  TORCH_CHECK(longest <= std::numeric_limits<std::int32_t>::max(),
              "aggregate: a row must have fewer than 2^31 arcs for kMax and kMin, got ", longest);
  const std::int64_t stride =
      (width + kernels::kOffsetStride - 1) / kernels::kOffsetStride * kernels::kOffsetStride;
  return at::empty({csr.num_rows(), stride},
                   longest <= kernels::kMostNarrowEdges ? at::kShort : at::kInt);
}

template <typename T>
void select(const at::Tensor& rows, const Graph& graph, bool minimum, const at::Tensor& arg,
            const at::Tensor& out) {
  const CsrView csr = graph.plan().csr();
  kernels::SegmentExtreme<T> args;
  args.rowptr = csr.rowptr.data();
  args.col = csr.col.data();
  args.x = shim::read<T>(rows);
  args.x_stride = row_stride(rows);
  args.width = args.out_stride = rows.size(1);
  args.minimum = minimum;
  args.out = shim::write<T>(out);
  if (arg.defined()) {
    args.arg_stride = arg.size(1);
    if (arg.scalar_type() == at::kShort) {
      args.narrow_arg = shim::write<std::int16_t>(arg);
    } else {
      args.arg = shim::write<std::int32_t>(arg);
    }
  }
  args.prefetch = prefetch_for(rows);
  kernels::segment_extreme(args, ranges_of(graph.plan().csr_chunks()));
}

template <typename T>
void spread(const at::Tensor& g, const Graph& graph, const at::Tensor& arg, const at::Tensor& out) {
  const Plan& plan = graph.plan();
  const CsrView csc = plan.csc();
  const EdgePositions slots = plan.csc_to_csr();
  kernels::SegmentExtremeBackward<T> args;
  args.rowptr = csc.rowptr.data();
  args.col = csc.col.data();
  if (!slots.narrow().empty()) {
    args.narrow_slot = slots.narrow().data();
  } else if (!slots.wide().empty()) {
    args.slot = slots.wide().data();
  }
  args.forward_rowptr = plan.csr().rowptr.data();
  args.g = shim::read<T>(g);
  args.g_stride = row_stride(g);
  args.width = args.out_stride = g.size(1);
  args.arg_stride = arg.size(1);
  if (arg.scalar_type() == at::kShort) {
    args.narrow_arg = shim::read<std::int16_t>(arg);
  } else {
    args.arg = shim::read<std::int32_t>(arg);
  }
  args.out = shim::write<T>(out);
  args.prefetch = prefetch_for(g);
  kernels::segment_extreme_backward(args, ranges_of(plan.csc_chunks()));
}

struct ExtremeFunction : torch::autograd::Function<ExtremeFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Graph& graph,
                            bool minimum, bool wants_gradient) {
    ctx->set_materialize_grads(false);
    const at::Tensor rows = with_plain_rows(x);
    const CsrView csr = graph.plan().csr();
    const at::Tensor out = at::empty({csr.num_rows(), x.size(1)}, x.options());
    const at::Tensor arg = wants_gradient ? empty_offsets(csr, x.size(1)) : at::Tensor();
    with_element_type(x,
                      [&](auto zero) { select<decltype(zero)>(rows, graph, minimum, arg, out); });
    if (wants_gradient) {
      hold(ctx, "graph", graph);
      ctx->save_for_backward({arg});
    }
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (grads[0].defined()) {
      refuse_double_backward("aggregate with kMax or kMin");
      const Graph& graph = held<Graph>(ctx, "graph");
      const at::Tensor arg = ctx->get_saved_variables()[0];
      const at::Tensor g = with_plain_rows(grads[0]);
      result[0] = at::empty({graph.num_src(), g.size(1)}, g.options());
      with_element_type(g, [&](auto zero) { spread<decltype(zero)>(g, graph, arg, result[0]); });
    }
    return result;
  }
};

/// 1 / in-degree as a column that broadcasts over features; a view of the plan's numbers.
at::Tensor inverse_degrees(const Graph& graph, at::ScalarType type) {
  const Plan& plan = graph.plan();
  const auto view = [&](auto span) {
    using T = std::remove_const_t<typename decltype(span)::element_type>;
    return at::from_blob(const_cast<T*>(span.data()), {graph.num_dst(), 1}, type);
  };
  return type == at::kFloat ? view(plan.inv_in_degree_f32()) : view(plan.inv_in_degree_f64());
}

template <typename T>
void vary(const at::Tensor& rows, const Graph& graph, bool root, const at::Tensor& mean,
          const at::Tensor& out) {
  const Plan& plan = graph.plan();
  const CsrView csr = plan.csr();
  kernels::SegmentVariance<T> args;
  args.rowptr = csr.rowptr.data();
  args.col = csr.col.data();
  args.x = shim::read<T>(rows);
  args.x_stride = row_stride(rows);
  args.width = args.out_stride = args.mean_stride = rows.size(1);
  if constexpr (std::is_same_v<T, float>) {
    args.row_scale = plan.inv_in_degree_f32().data();
  } else {
    args.row_scale = plan.inv_in_degree_f64().data();
  }
  args.root = root;
  args.eps = static_cast<T>(kStdEps);
  args.out = shim::write<T>(out);
  args.mean = mean.defined() ? shim::write<T>(mean) : nullptr;
  args.prefetch = prefetch_for(rows);
  kernels::segment_variance(args, ranges_of(plan.csr_chunks()));
}

template <typename T>
void pull_variance(const at::Tensor& x, const Graph& graph, const at::Tensor& coefficient,
                   const at::Tensor& mean, const at::Tensor& out) {
  const Plan& plan = graph.plan();
  const CsrView csc = plan.csc();
  kernels::SegmentVarianceBackward<T> args;
  args.rowptr = csc.rowptr.data();
  args.col = csc.col.data();
  args.x = shim::read<T>(x);
  args.x_stride = row_stride(x);
  args.width = args.out_stride = args.mean_stride = x.size(1);
  args.coefficient = shim::read<T>(coefficient);
  args.coefficient_stride = row_stride(coefficient);
  args.mean = shim::read<T>(mean);
  args.out = shim::write<T>(out);
  args.prefetch = prefetch_for(mean);
  kernels::segment_variance_backward(args, ranges_of(plan.csc_chunks()));
}

/// The gradient of the variance once more, by differentiable parts: A' c x - A' (c mean).
at::Tensor differentiable_gradient(const at::Tensor& g, const at::Tensor& x, const Graph& graph) {
  const Graph transposed = graph.transposed();
  const at::Tensor c = g * inverse_degrees(graph, g.scalar_type()) * 2.0;
  const at::Tensor mean = aggregate(x, graph, Reduce::kMean);
  return x * aggregate(c, transposed, Reduce::kSum) - aggregate(c * mean, transposed, Reduce::kSum);
}

struct VarianceFunction : torch::autograd::Function<VarianceFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Graph& graph,
                            bool root, bool wants_gradient) {
    ctx->set_materialize_grads(false);
    const at::Tensor rows = with_plain_rows(x);
    at::Tensor out = at::empty({graph.num_dst(), x.size(1)}, x.options());
    const at::Tensor mean = wants_gradient ? at::empty_like(out) : at::Tensor();
    with_element_type(x, [&](auto zero) { vary<decltype(zero)>(rows, graph, root, mean, out); });
    if (wants_gradient) {
      hold(ctx, "graph", graph);
      ctx->saved_data["root"] = root;
      if (root) {
        ctx->save_for_backward({x, mean, out});
      } else {
        ctx->save_for_backward({x, mean});
      }
    }
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (!grads[0].defined()) {
      return result;
    }
    const Graph& graph = held<Graph>(ctx, "graph");
    const bool root = ctx->saved_data["root"].toBool();
    const variable_list saved = ctx->get_saved_variables();
    if (root) {
      refuse_double_backward("aggregate with kStd");
    } else if (at::GradMode::is_enabled()) {
      result[0] = differentiable_gradient(grads[0], saved[0], graph);
      return result;
    }
    // Rows without arcs have std 0: what is divided by it there is never read.
    at::Tensor c = grads[0] * inverse_degrees(graph, grads[0].scalar_type());
    c = with_plain_rows(root ? c.div_(saved[2]) : c.mul_(2.0));
    const at::Tensor x = with_plain_rows(saved[0]);
    result[0] = at::empty({graph.num_src(), x.size(1)}, x.options());
    with_element_type(
        x, [&](auto zero) { pull_variance<decltype(zero)>(x, graph, c, saved[1], result[0]); });
    return result;
  }
};

/// Whether anybody may ask for a gradient; inside a Function grad mode is off.
bool wants_gradient(const at::Tensor& x) { return at::GradMode::is_enabled() && x.requires_grad(); }

}  // namespace

at::Tensor reduce_extreme(const at::Tensor& x, const Graph& graph, bool minimum) {
  return ExtremeFunction::apply(x, graph, minimum, wants_gradient(x));
}

at::Tensor reduce_variance(const at::Tensor& x, const Graph& graph, bool root) {
  return VarianceFunction::apply(x, graph, root, wants_gradient(x));
}

}  // namespace isthmus::ops
