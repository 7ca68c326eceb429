#include "isthmus/ops/message_aggregate.hpp"

#include <tuple>
#include <utility>

#include "isthmus/kernels/edge_messages.hpp"
#include "isthmus/kernels/simd_level.hpp"

#include "edge_functions.hpp"
#include "optional_tensor.hpp"

namespace isthmus::ops {
namespace {

using kernels::MessageKind;
using kernels::MessageReduction;

MessageKind kind_of(const char* op, MessageOf message) {
  switch (message) {
    case MessageOf::kSource:
      return MessageKind::kSource;
    case MessageOf::kEdge:
      return MessageKind::kEdge;
    case MessageOf::kSum:
      return MessageKind::kAdd;
    case MessageOf::kProduct:
      return MessageKind::kMultiply;
  }
  TORCH_CHECK(false, op, ": message must be a named one, got number ", static_cast<int>(message));
}

/// A reduction with a mask or weights that depend on the messages.
struct ReduceSpec {
  Graph graph;
  MessageKind kind = MessageKind::kAdd;
  MessageReduction reduction = MessageReduction::kSum;
  bool mean = false;
  bool relu = false;
  double eps = 0.0;
  bool has_start = false;
};

/// Factors of the messages, rows in place; undefined where the kind does not read them.
struct Factors {
  at::Tensor x;
  at::Tensor m;

  Factors(const at::Tensor& of_x, const at::Tensor& of_m, MessageKind kind)
      : x(kind == MessageKind::kEdge ? at::Tensor() : with_plain_rows(of_x)),
        m(kind == MessageKind::kSource ? at::Tensor() : with_plain_rows(of_m)) {}
  [[nodiscard]] const at::Tensor& any() const { return x.defined() ? x : m; }

  template <typename T>
  [[nodiscard]] kernels::Messages<T> messages(const Arcs& arcs, const ArcOrder& order,
                                              const ReduceSpec& spec) const {
    const CsrView csr = arcs.view();
    kernels::Messages<T> args{csr.rowptr.data(), csr.col.data(), order.get(), spec.kind};
    args.width = any().size(1);
    if (x.defined()) {
      args.x = shim::read<T>(x);
      args.x_stride = row_stride(x);
      args.prefetch = kernels::prefetch_distance(static_cast<std::size_t>(x.numel()) * sizeof(T));
    }
    if (m.defined()) {
      args.m = shim::read<T>(m);
      args.m_stride = row_stride(m);
    }
    args.relu = spec.relu;
    args.eps = static_cast<T>(spec.eps);
    return args;
  }
};

at::Tensor table_like(const at::Tensor& like, std::int64_t rows) {
  return at::empty({rows, like.size(1)}, like.options().requires_grad(false));
}

/// What backward reads of the forward pass, by reduction.
struct Trace {
  at::Tensor y;
  at::Tensor arg;      // kMax
  at::Tensor top;      // kSoftmax
  at::Tensor inverse;  // kSoftmax
  double t = 1.0;      // kSoftmax
};

/// Gradients at x and m, each only if wanted.
std::pair<at::Tensor, at::Tensor> gradients(const at::Tensor& g, const Factors& factors,
                                            const Trace& trace, const ReduceSpec& spec,
                                            std::pair<bool, bool> wanted) {
  const at::Tensor grad = with_plain_rows(g);
  const auto run = [&](const Arcs& arcs, at::Tensor& out, auto&& kernel) {
    const ArcOrder order(arcs);
    with_element_type(grad, [&](auto zero) {
      using T = decltype(zero);
      kernels::MessageGradient<T> args;
      args.messages = factors.messages<T>(arcs, order, spec);
      args.reduction = spec.reduction;
      args.grad = shim::read<T>(grad);
      args.grad_stride = row_stride(grad);
      args.scale = inverse_in_degree<T>(spec.graph, spec.mean);
      args.arg = read_or_none<std::int32_t>(trace.arg);
      args.t = static_cast<T>(trace.t);
      args.y = read_or_none<T>(trace.y);
      args.top = read_or_none<T>(trace.top);
      args.inverse = read_or_none<T>(trace.inverse);
      if (arcs.transposed) {
        args.csr_rowptr = spec.graph.csr().rowptr.data();
        args.csr_slot = order_of(spec.graph.plan().csc_to_csr());
      }
      args.out = shim::write<T>(out);
      args.out_stride = out.size(1);
      kernel(args, arcs.chunks());
    });
  };
  std::pair<at::Tensor, at::Tensor> result;
  if (wanted.first) {
    result.first = table_like(grad, spec.graph.num_src());
    run({spec.graph, true}, result.first, [](const auto& args, kernels::RowRanges chunks) {
      kernels::message_source_gradient(args, chunks);
    });
  }
  if (wanted.second) {
    result.second = table_like(grad, spec.graph.num_edges());
    run({spec.graph, false}, result.second, [](const auto& args, kernels::RowRanges chunks) {
      kernels::message_edge_gradient(args, chunks);
    });
  }
  return result;
}

/// Sum and mean of messages under relu, and the maximum.
struct MessageReduce : torch::autograd::Function<MessageReduce> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& m,
                            const at::Tensor& start, const ReduceSpec& spec) {
    ctx->set_materialize_grads(false);
    hold(ctx, "spec", spec);
    const Arcs arcs{spec.graph};
    const ArcOrder order(arcs);
    const Factors factors(x, m, spec.kind);
    const at::Tensor first = spec.has_start ? with_plain_rows(start) : at::Tensor();
    const bool max = spec.reduction == MessageReduction::kMax;
    at::Tensor out = table_like(factors.any(), spec.graph.num_dst());
    const at::Tensor arg =
        at::empty(max ? out.sizes() : at::IntArrayRef({0}), out.options().dtype(at::kInt));
    with_element_type(out, [&](auto zero) {
      using T = decltype(zero);
      const kernels::Messages<T> messages = factors.messages<T>(arcs, order, spec);
      if (max) {
        kernels::message_max(kernels::MessageMax<T>{messages, shim::write<T>(out), out.size(1),
                                                    shim::write<std::int32_t>(arg)},
                             arcs.chunks());
        return;
      }
      kernels::MessageSum<T> args{messages};
      args.row_scale = inverse_in_degree<T>(spec.graph, spec.mean);
      args.start = read_or_none<T>(first);
      args.start_stride = spec.has_start ? row_stride(first) : 0;
      args.out = shim::write<T>(out);
      args.out_stride = out.size(1);
      kernels::message_sum(args, arcs.chunks());
    });
    ctx->save_for_backward({x, m, arg});
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (!grads[0].defined()) {
      return result;
    }
    refuse_double_backward("message_aggregate");
    const auto& spec = held<ReduceSpec>(ctx, "spec");
    const variable_list saved = ctx->get_saved_variables();
    Trace trace;
    if (spec.reduction == MessageReduction::kMax) {
      trace.arg = saved[2];
    }
    std::tie(result[0], result[1]) =
        gradients(grads[0], Factors(saved[0], saved[1], spec.kind), trace, spec,
                  {ctx->needs_input_grad(0), ctx->needs_input_grad(1)});
    if (ctx->needs_input_grad(2)) {
      result[2] = grads[0];
    }
    return result;
  }
};

struct MessageSoftmax : torch::autograd::Function<MessageSoftmax> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& m,
                            const at::Tensor& t, const ReduceSpec& spec) {
    ctx->set_materialize_grads(false);
    hold(ctx, "spec", spec);
    const Arcs arcs{spec.graph};
    const ArcOrder order(arcs);
    const Factors factors(x, m, spec.kind);
    at::Tensor out = table_like(factors.any(), spec.graph.num_dst());
    const at::Tensor top = at::empty_like(out);
    const at::Tensor inverse = at::empty_like(out);
    const at::Tensor second =
        t.requires_grad() ? at::empty_like(out) : at::empty({0}, out.options());
    const double temperature = t.item<double>();
    with_element_type(out, [&](auto zero) {
      using T = decltype(zero);
      kernels::MessageSoftmax<T> args{factors.messages<T>(arcs, order, spec)};
      args.t = static_cast<T>(temperature);
      args.out = shim::write<T>(out);
      args.out_stride = out.size(1);
      args.top = shim::write<T>(top);
      args.inverse = shim::write<T>(inverse);
      args.second = t.requires_grad() ? shim::write<T>(second) : nullptr;
      kernels::message_softmax(args, arcs.chunks());
    });
    ctx->saved_data["t"] = temperature;
    ctx->save_for_backward({x, m, t, out, top, inverse, second});
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (!grads[0].defined()) {
      return result;
    }
    refuse_double_backward("softmax_aggregate");
    const auto& spec = held<ReduceSpec>(ctx, "spec");
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor& t = saved[2];
    const at::Tensor& y = saved[3];
    const Trace trace{y, {}, saved[4], saved[5], ctx->saved_data["t"].toDouble()};
    std::tie(result[0], result[1]) =
        gradients(grads[0], Factors(saved[0], saved[1], spec.kind), trace, spec,
                  {ctx->needs_input_grad(0), ctx->needs_input_grad(1)});
    if (ctx->needs_input_grad(2)) {  // the variance of the messages under their weights
      const at::Tensor slope = saved[6] - y * y;
      result[2] = matrix_dot(grads[0], slope).to(t.scalar_type()).reshape(t.sizes());
    }
    return result;
  }
};

/// The factors that the message reads, checked; the others undefined.
std::pair<at::Tensor, at::Tensor> check_factors(const char* op, const at::Tensor& x,
                                                const at::Tensor& m, const Graph& graph,
                                                MessageOf message) {
  std::pair<at::Tensor, at::Tensor> factors;
  if (message != MessageOf::kEdge) {
    check_matrix(op, "x", x);
    TORCH_CHECK(x.size(0) == graph.num_src(), op, ": x must have one row per source node, ",
                graph.num_src(), ", got ", x.size(0));
    factors.first = x;
  }
  if (message != MessageOf::kSource) {
    check_matrix(op, "m", m);
    const at::Tensor& like = message == MessageOf::kEdge ? m : x;
    check_table(op, "m", m, graph.num_edges(), "edge", like.size(1), like.scalar_type());
    factors.second = m;
  }
  return factors;
}

}  // namespace

at::Tensor message_aggregate(const at::Tensor& x, const at::Tensor& m, const Graph& graph,
                             const MessageOptions& options, const at::Tensor& start) {
  const char* op = "message_aggregate";
  const auto [source, edge] = check_factors(op, x, m, graph, options.message);
  const at::Tensor& like = source.defined() ? source : edge;
  const bool max = options.reduce == Reduce::kMax;
  const bool mean = options.reduce == Reduce::kMean;
  TORCH_CHECK(max || mean || options.reduce == Reduce::kSum, op,
              ": reduce must be kSum, kMean or kMax, got number ",
              static_cast<int>(options.reduce));
  if (start.defined()) {
    TORCH_CHECK(options.reduce == Reduce::kSum, op, ": start needs reduce kSum, got ",
                max ? "kMax" : "kMean");
    check_table(op, "start", start, graph.num_dst(), "destination node", like.size(1),
                like.scalar_type());
  }
  const MessageKind kind = kind_of(op, options.message);
  if (!options.relu && !max) {
    return message_sum(source, edge, start, {Arcs{graph}, kind, mean, start.defined()});
  }
  const ReduceSpec spec{
      graph,          kind,         max ? MessageReduction::kMax : MessageReduction::kSum,
      mean,           options.relu, options.eps,
      start.defined()};
  return MessageReduce::apply(or_placeholder(source, like), or_placeholder(edge, like),
                              or_placeholder(start, like), spec);
}

at::Tensor edge_aggregate(const at::Tensor& m, const Graph& graph, Reduce reduce) {
  check_matrix("edge_aggregate", "m", m);
  check_table("edge_aggregate", "m", m, graph.num_edges(), "edge", m.size(1), m.scalar_type());
  return message_aggregate({}, m, graph, {MessageOf::kEdge, reduce});
}

at::Tensor softmax_aggregate(const at::Tensor& x, const at::Tensor& m, const Graph& graph,
                             const at::Tensor& t, const MessageOptions& options) {
  const char* op = "softmax_aggregate";
  const auto [source, edge] = check_factors(op, x, m, graph, options.message);
  const at::Tensor& like = source.defined() ? source : edge;
  TORCH_CHECK(t.defined() && t.numel() == 1 && t.is_floating_point(), op,
              ": t must be a tensor of one real number, got ", t.defined() ? t.numel() : 0,
              " elements");
  const ReduceSpec spec{graph,
                        kind_of(op, options.message),
                        MessageReduction::kSoftmax,
                        false,
                        options.relu,
                        options.eps,
                        false};
  return MessageSoftmax::apply(or_placeholder(source, like), or_placeholder(edge, like), t, spec);
}

}  // namespace isthmus::ops
