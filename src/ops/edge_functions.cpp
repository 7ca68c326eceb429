#include "edge_functions.hpp"

#include "isthmus/kernels/edge_dot.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/kernels/weighted_sum.hpp"

#include "optional_tensor.hpp"

namespace isthmus::ops {
namespace {

using kernels::EdgeMapKind;
using kernels::MessageKind;

std::int64_t prefetch_of(const at::Tensor& table) {
  return kernels::prefetch_distance(static_cast<std::size_t>(table.numel()) * table.element_size());
}

at::Tensor table_of(std::int64_t rows, std::int64_t columns, const at::Tensor& like) {
  return at::empty({rows, columns}, like.options().requires_grad(false));
}

struct WeightedSum : torch::autograd::Function<WeightedSum> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w,
                            const at::Tensor& start, const WeightedSpec& spec) {
    ctx->set_materialize_grads(false);
    ctx->save_for_backward({x, w});
    hold(ctx, "spec", spec);
    const CsrView csr = spec.arcs.view();
    const at::Tensor rows = with_plain_rows(x);
    const at::Tensor first = spec.has_start ? with_plain_rows(start) : at::Tensor();
    const at::Tensor weights = weights_by_slot(spec.arcs, w, spec.mean);
    at::Tensor out = table_of(csr.num_rows(), x.size(1), x);
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      kernels::WeightedSum<T> args;
      args.rowptr = csr.rowptr.data();
      args.col = csr.col.data();
      args.weight = shim::read<T>(weights);
      args.heads = spec.heads;
      args.x = shim::read<T>(rows);
      args.x_stride = row_stride(rows);
      args.width = x.size(1);
      args.row_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && !spec.arcs.transposed);
      args.start = read_or_none<T>(first);
      args.start_stride = spec.has_start ? row_stride(first) : 0;
      args.out = shim::write<T>(out);
      args.out_stride = x.size(1);
      args.prefetch = prefetch_of(x);
      kernels::weighted_sum(args, spec.arcs.chunks());
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    const at::Tensor& g = grads[0];
    if (!g.defined()) {
      return result;
    }
    const auto& spec = held<WeightedSpec>(ctx, "spec");
    const variable_list saved = ctx->get_saved_variables();
    if (ctx->needs_input_grad(0)) {
      result[0] = weighted_sum(g, saved[1], {}, {spec.arcs.reversed(), spec.mean, spec.heads});
    }
    if (ctx->needs_input_grad(1)) {
      const DotSpec dot{spec.arcs.graph, spec.mean, spec.heads};
      result[1] = spec.arcs.transposed ? edge_dots(g, saved[0], dot) : edge_dots(saved[0], g, dot);
    }
    if (ctx->needs_input_grad(2)) {
      result[2] = g;
    }
    return result;
  }
};

struct EdgeDots : torch::autograd::Function<EdgeDots> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& u, const at::Tensor& v,
                            const DotSpec& spec) {
    ctx->set_materialize_grads(false);
    ctx->save_for_backward({u, v});
    hold(ctx, "spec", spec);
    const Arcs arcs{spec.graph};
    const ArcOrder order(arcs);
    const at::Tensor x = with_plain_rows(u);
    const at::Tensor y = with_plain_rows(v);
    at::Tensor out = table_of(spec.graph.num_edges(), spec.heads, u);
    with_element_type(u, [&](auto zero) {
      using T = decltype(zero);
      kernels::EdgeDot<T> args;
      args.rowptr = arcs.view().rowptr.data();
      args.col = arcs.view().col.data();
      args.order = order.get();
      args.x = shim::read<T>(x);
      args.x_stride = row_stride(x);
      args.y = shim::read<T>(y);
      args.y_stride = row_stride(y);
      args.width = u.size(1);
      args.heads = spec.heads;
      args.row_scale = inverse_in_degree<T>(spec.graph, spec.mean);
      args.out = shim::write<T>(out);
      args.prefetch = prefetch_of(u);
      kernels::edge_dot(args, arcs.chunks());
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(3);
    const at::Tensor& g = grads[0];
    if (!g.defined()) {
      return result;
    }
    const auto& spec = held<DotSpec>(ctx, "spec");
    const variable_list saved = ctx->get_saved_variables();
    const Arcs arcs{spec.graph};
    if (ctx->needs_input_grad(0)) {
      result[0] = weighted_sum(saved[1], g, {}, {arcs.reversed(), spec.mean, spec.heads});
    }
    if (ctx->needs_input_grad(1)) {
      result[1] = weighted_sum(saved[0], g, {}, {arcs, spec.mean, spec.heads});
    }
    return result;
  }
};

/// Messages of nodes alone: the register kernel without edge values.
template <typename T>
void sum_of_sources(const at::Tensor& x, const at::Tensor& start, const MessageSumSpec& spec,
                    const at::Tensor& out) {
  const CsrView csr = spec.arcs.view();
  kernels::SegmentSum<T> args;
  args.rowptr = csr.rowptr.data();
  args.col = csr.col.data();
  args.x = shim::read<T>(x);
  args.x_stride = row_stride(x);
  args.width = x.size(1);
  args.source_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && spec.arcs.transposed);
  args.row_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && !spec.arcs.transposed);
  args.self = read_or_none<T>(start);
  args.self_stride = start.defined() ? row_stride(start) : 0;
  args.out = shim::write<T>(out);
  args.out_stride = x.size(1);
  args.prefetch = prefetch_of(x);
  kernels::segment_sum(args, spec.arcs.chunks());
}

template <typename T>
void sum_with_edges(const at::Tensor& x, const at::Tensor& m, const at::Tensor& start,
                    const MessageSumSpec& spec, const at::Tensor& out) {
  const CsrView csr = spec.arcs.view();
  const ArcOrder order(spec.arcs);
  kernels::MessageSum<T> args;
  args.messages = {csr.rowptr.data(), csr.col.data(), order.get(), spec.kind};
  if (x.defined()) {
    args.messages.x = shim::read<T>(x);
    args.messages.x_stride = row_stride(x);
    args.messages.prefetch = prefetch_of(x);
  }
  args.messages.m = shim::read<T>(m);
  args.messages.m_stride = row_stride(m);
  args.messages.width = m.size(1);
  args.source_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && spec.arcs.transposed);
  args.row_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && !spec.arcs.transposed);
  args.start = read_or_none<T>(start);
  args.start_stride = start.defined() ? row_stride(start) : 0;
  args.out = shim::write<T>(out);
  args.out_stride = m.size(1);
  kernels::message_sum(args, spec.arcs.chunks());
}

struct MessageSum : torch::autograd::Function<MessageSum> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& m,
                            const at::Tensor& start, const MessageSumSpec& spec) {
    ctx->set_materialize_grads(false);
    hold(ctx, "spec", spec);
    if (spec.kind == MessageKind::kMultiply) {
      ctx->save_for_backward({x, m});
    }
    const bool has_x = spec.kind != MessageKind::kEdge;
    const at::Tensor& like = has_x ? x : m;
    const at::Tensor rows = has_x ? with_plain_rows(x) : at::Tensor();
    const at::Tensor first = spec.has_start ? with_plain_rows(start) : at::Tensor();
    at::Tensor out = table_of(spec.arcs.view().num_rows(), like.size(1), like);
    with_element_type(like, [&](auto zero) {
      using T = decltype(zero);
      if (spec.kind == MessageKind::kSource) {
        sum_of_sources<T>(rows, first, spec, out);
      } else {
        sum_with_edges<T>(rows, with_plain_rows(m), first, spec, out);
      }
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    const at::Tensor& g = grads[0];
    if (!g.defined()) {
      return result;
    }
    const auto& spec = held<MessageSumSpec>(ctx, "spec");
    const bool product = spec.kind == MessageKind::kMultiply;
    const variable_list saved = ctx->get_saved_variables();
    if (ctx->needs_input_grad(0)) {
      const Arcs back = spec.arcs.reversed();
      result[0] = product ? message_sum(g, saved[1], {}, {back, MessageKind::kMultiply, spec.mean})
                          : message_sum(g, {}, {}, {back, MessageKind::kSource, spec.mean});
    }
    if (ctx->needs_input_grad(1)) {
      result[1] = product ? edge_map(saved[0], g, {spec.arcs, EdgeMapKind::kMultiply, spec.mean})
                          : edge_map({}, g, {spec.arcs, EdgeMapKind::kRow, spec.mean});
    }
    if (ctx->needs_input_grad(2)) {
      result[2] = g;
    }
    return result;
  }
};

struct MapEdges : torch::autograd::Function<MapEdges> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& y,
                            const EdgeMapSpec& spec) {
    ctx->set_materialize_grads(false);
    hold(ctx, "spec", spec);
    if (spec.kind == EdgeMapKind::kMultiply) {
      ctx->save_for_backward({x, y});
    }
    const bool has_x = spec.kind != EdgeMapKind::kRow;
    const bool has_y = spec.kind != EdgeMapKind::kSource;
    const at::Tensor& like = has_x ? x : y;
    const at::Tensor columns = has_x ? with_plain_rows(x) : at::Tensor();
    const at::Tensor rows = has_y ? with_plain_rows(y) : at::Tensor();
    const CsrView csr = spec.arcs.view();
    const ArcOrder order(spec.arcs);
    at::Tensor out = table_of(spec.arcs.graph.num_edges(), like.size(1), like);
    with_element_type(like, [&](auto zero) {
      using T = decltype(zero);
      kernels::EdgeMap<T> args{csr.rowptr.data(), csr.col.data(), order.get(), spec.kind};
      args.x = read_or_none<T>(columns);
      args.x_stride = has_x ? row_stride(columns) : 0;
      args.y = read_or_none<T>(rows);
      args.y_stride = has_y ? row_stride(rows) : 0;
      args.width = like.size(1);
      args.source_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && spec.arcs.transposed);
      args.row_scale = inverse_in_degree<T>(spec.arcs.graph, spec.mean && !spec.arcs.transposed);
      args.out = shim::write<T>(out);
      args.out_stride = like.size(1);
      kernels::edge_map(args, spec.arcs.chunks());
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(3);
    const at::Tensor& g = grads[0];
    if (!g.defined()) {
      return result;
    }
    const auto& spec = held<EdgeMapSpec>(ctx, "spec");
    const Arcs back = spec.arcs.reversed();
    const bool product = spec.kind == EdgeMapKind::kMultiply;
    const variable_list saved = ctx->get_saved_variables();
    if (ctx->needs_input_grad(0)) {
      result[0] = product ? message_sum(saved[1], g, {}, {back, MessageKind::kMultiply, spec.mean})
                          : message_sum({}, g, {}, {back, MessageKind::kEdge, spec.mean});
    }
    if (ctx->needs_input_grad(1)) {
      result[1] = product
                      ? message_sum(saved[0], g, {}, {spec.arcs, MessageKind::kMultiply, spec.mean})
                      : message_sum({}, g, {}, {spec.arcs, MessageKind::kEdge, spec.mean});
      if (spec.kind == EdgeMapKind::kSubtract) {
        result[1] = result[1].neg();
      }
    }
    return result;
  }
};

}  // namespace

at::Tensor weighted_sum(const at::Tensor& x, const at::Tensor& w, const at::Tensor& start,
                        const WeightedSpec& spec) {
  return WeightedSum::apply(x, w, or_placeholder(start, x), spec);
}

at::Tensor edge_dots(const at::Tensor& u, const at::Tensor& v, const DotSpec& spec) {
  return EdgeDots::apply(u, v, spec);
}

at::Tensor message_sum(const at::Tensor& x, const at::Tensor& m, const at::Tensor& start,
                       const MessageSumSpec& spec) {
  const at::Tensor& like = x.defined() ? x : m;
  return MessageSum::apply(or_placeholder(x, like), or_placeholder(m, like),
                           or_placeholder(start, like), spec);
}

at::Tensor edge_map(const at::Tensor& x, const at::Tensor& y, const EdgeMapSpec& spec) {
  const at::Tensor& like = x.defined() ? x : y;
  return MapEdges::apply(or_placeholder(x, like), or_placeholder(y, like), spec);
}

}  // namespace isthmus::ops
