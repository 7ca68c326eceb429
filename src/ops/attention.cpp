#include "isthmus/ops/attention.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/attention.hpp"
#include "isthmus/kernels/simd_level.hpp"

#include "arcs.hpp"
#include "op_support.hpp"
#include "optional_tensor.hpp"

namespace isthmus::ops {
namespace {

using kernels::AttentionScore;

/// What a call is made of beside its tensors.
struct Call {
  Graph graph;
  AttentionScore score = AttentionScore::kAdditive;
  std::int64_t heads = 1;
  std::int64_t channels = 1;
  double slope = 0.0;
  double scale = 1.0;
  bool self_loops = false;
  kernels::DropoutLaw dropout;
};

/// The tables, their rows readable in place; for kLeakyDot the value is the key.
struct Tables {
  at::Tensor query, key, value, att;
};

Tables tables_of(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                 const at::Tensor& att, AttentionScore score) {
  Tables tables;
  tables.query = with_plain_rows(query);
  tables.key = with_plain_rows(key);
  tables.value = score == AttentionScore::kLeakyDot ? tables.key : with_plain_rows(value);
  tables.att = given(att);
  return tables;
}

template <typename T>
kernels::AttentionTerms<T> terms_of(const Call& call, const Tables& tables, bool transposed) {
  const Plan& plan = call.graph.plan();
  const CsrView rows = transposed ? plan.csc() : plan.csr();
  kernels::AttentionTerms<T> terms;
  terms.edges.rowptr = rows.rowptr.data();
  terms.edges.col = rows.col.data();
  if (transposed) {
    terms.edges.slots = order_of(plan.csc_to_csr());
  }
  terms.edges.positions = order_of(call.graph.eid());
  terms.edges.self_loops = call.self_loops;
  terms.score = call.score;
  terms.heads = call.heads;
  terms.channels = call.channels;
  terms.query = rows_of<T>(tables.query);
  terms.key = rows_of<T>(tables.key);
  terms.value = rows_of<T>(tables.value);
  terms.att = read_or_none<T>(tables.att);
  terms.slope = static_cast<T>(call.slope);
  terms.scale = static_cast<T>(call.scale);
  terms.dropout = call.dropout;
  terms.prefetch =
      kernels::prefetch_distance(static_cast<std::size_t>(tables.value.numel()) * sizeof(T));
  return terms;
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  /// @param value, att  Placeholders where the score has none.
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, const at::Tensor& att, const Call& call) {
    ctx->set_materialize_grads(false);
    hold(ctx, "call", call);
    const Tables tables = tables_of(query, key, value, att, call.score);
    at::Tensor out = at::empty({query.size(0), call.heads * call.channels}, query.options());
    const at::Tensor row_max = at::empty({query.size(0), call.heads}, query.options());
    const at::Tensor row_sum = at::empty({query.size(0), call.heads}, query.options());
    with_element_type(query, [&](auto zero) {
      using T = decltype(zero);
      kernels::Attention<T> args;
      args.terms = terms_of<T>(call, tables, false);
      args.out = shim::write<T>(out);
      args.out_stride = out.size(1);
      args.row_max = shim::write<T>(row_max);
      args.row_sum = shim::write<T>(row_sum);
      kernels::attention(args, ranges_of(call.graph.plan().csr_chunks()));
    });
    ctx->save_for_backward({query, key, value, att, out, row_max, row_sum});
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(5);
    if (!grads[0].defined()) {
      return result;
    }
    refuse_double_backward("attention");
    const Call& call = held<Call>(ctx, "call");
    const variable_list saved = ctx->get_saved_variables();
    const Tables tables = tables_of(saved[0], saved[1], saved[2], saved[3], call.score);
    const bool leaky_dot = call.score == AttentionScore::kLeakyDot;
    const bool wants_query = ctx->needs_input_grad(0);
    const bool wants_key = ctx->needs_input_grad(1);
    const bool wants_value = !leaky_dot && ctx->needs_input_grad(2);
    const bool wants_att = leaky_dot && ctx->needs_input_grad(3);
    const at::Tensor grad = with_plain_rows(grads[0]);
    const at::Tensor out = with_plain_rows(saved[4]);
    const at::Tensor state = at::empty({out.size(0), 3 * call.heads}, out.options());
    with_element_type(out, [&](auto zero) {
      using T = decltype(zero);
      const auto fresh = [](bool wanted, const at::Tensor& like, at::Tensor& into) -> T* {
        if (!wanted) {
          return nullptr;
        }
        into = at::empty(like.sizes(), like.options());
        return shim::write<T>(into);
      };
      kernels::AttentionBackward<T> args;
      args.terms = terms_of<T>(call, tables, false);
      args.grad = rows_of<T>(grad);
      args.out = rows_of<T>(out);
      args.row_max = shim::read<T>(saved[5]);
      args.row_sum = shim::read<T>(saved[6]);
      args.state = shim::write<T>(state);
      args.dquery = fresh(wants_query, tables.query, result[0]);
      args.dquery_stride = tables.query.size(1);
      std::vector<double> datt(wants_att ? static_cast<std::size_t>(out.size(1)) : 0);
      args.datt = wants_att ? datt.data() : nullptr;
      kernels::attention_backward_rows(args, ranges_of(call.graph.plan().csr_chunks()));
      if (wants_att) {
        T* to = fresh(true, saved[3], result[3]);
        for (std::size_t f = 0; f < datt.size(); ++f) {
          to[f] = static_cast<T>(datt[f]);
        }
      }
      if (!wants_key && !wants_value) {
        return;
      }
      args.terms = terms_of<T>(call, tables, true);
      if (leaky_dot) {
        args.dvalue = fresh(true, tables.key, result[1]);
      } else {
        args.dkey = fresh(wants_key, tables.key, result[1]);
        args.dvalue = fresh(wants_value, tables.value, result[2]);
      }
      args.dkey_stride = tables.key.size(1);
      args.dvalue_stride = tables.value.size(1);
      kernels::attention_backward_sources(args, ranges_of(call.graph.plan().csc_chunks()));
    });
    return result;
  }
};

void check_score_table(const char* op, const char* name, const at::Tensor& table, std::int64_t rows,
                       std::int64_t columns, const at::Tensor& like) {
  check_matrix(op, name, table);
  TORCH_CHECK(table.size(0) == rows && table.size(1) == columns, op, ": ", name, " must be [", rows,
              ", ", columns, "], got ", table.sizes());
  TORCH_CHECK(table.scalar_type() == like.scalar_type(), op, ": ", name, " must be ",
              like.scalar_type(), " as the others are, got ", table.scalar_type());
}

/// The call on the graph as the options want it.
Call call_of(const char* op, const Graph& graph, AttentionScore score, std::int64_t heads,
             std::int64_t columns, const AttentionOptions& options) {
  TORCH_CHECK(heads >= 1, op, ": heads must be >= 1, got ", heads);
  TORCH_CHECK(columns >= heads && columns % heads == 0, op,
              ": columns must be a positive multiple of the heads, ", heads, ", got ", columns);
  TORCH_CHECK(options.dropout >= 0.0 && options.dropout < 1.0, op,
              ": dropout must be in [0, 1), got ", options.dropout);
  TORCH_CHECK(!options.self_loops || !graph.is_bipartite(), op,
              ": graph must have one set of nodes with self_loops, got a bipartite one with ",
              graph.num_src(), " sources and ", graph.num_dst(), " destinations");
  Call call;
  call.graph = options.self_loops && graph.has_self_loops() ? graph.without_self_loops() : graph;
  call.score = score;
  call.heads = heads;
  call.channels = columns / heads;
  call.slope = options.negative_slope;
  call.scale = options.scale.value_or(1.0 / std::sqrt(static_cast<double>(call.channels)));
  call.self_loops = options.self_loops;
  if (options.dropout > 0.0) {
    const std::int64_t positions = call.graph.num_edges() + call.graph.num_dst();
    TORCH_CHECK(positions <= std::int64_t{std::numeric_limits<std::uint32_t>::max()}, op,
                ": dropout needs a graph of fewer than 2^32 arcs and nodes, got ", positions);
    call.dropout = kernels::dropout_law(options.dropout, options.key.seed, options.key.layer,
                                        options.key.step);
  }
  return call;
}

}  // namespace

at::Tensor gat_attention(const at::Tensor& x, const at::Tensor& src_score,
                         const at::Tensor& dst_score, const Graph& graph,
                         const AttentionOptions& options) {
  const char* op = "gat_attention";
  check_matrix(op, "x", x);
  check_matrix(op, "src_score", src_score);
  const std::int64_t heads = src_score.size(1);
  const Call call = call_of(op, graph, AttentionScore::kAdditive, heads, x.size(1), options);
  check_score_table(op, "x", x, graph.num_src(), x.size(1), x);
  check_score_table(op, "src_score", src_score, graph.num_src(), heads, x);
  check_score_table(op, "dst_score", dst_score, graph.num_dst(), heads, x);
  return AttentionFunction::apply(dst_score, src_score, x, or_placeholder({}, x), call);
}

at::Tensor gatv2_attention(const at::Tensor& src, const at::Tensor& dst, const at::Tensor& att,
                           const Graph& graph, const AttentionOptions& options) {
  const char* op = "gatv2_attention";
  check_matrix(op, "src", src);
  check_matrix(op, "att", att);
  const std::int64_t heads = att.size(0);
  const Call call = call_of(op, graph, AttentionScore::kLeakyDot, heads, src.size(1), options);
  check_score_table(op, "src", src, graph.num_src(), src.size(1), src);
  check_score_table(op, "dst", dst, graph.num_dst(), src.size(1), src);
  check_score_table(op, "att", att, heads, call.channels, src);
  return AttentionFunction::apply(dst, src, or_placeholder({}, src), att, call);
}

at::Tensor dot_attention(const DotAttentionInputs& inputs, const Graph& graph,
                         const AttentionOptions& options) {
  const char* op = "dot_attention";
  check_matrix(op, "value", inputs.value);
  const at::Tensor& value = inputs.value;
  const Call call = call_of(op, graph, AttentionScore::kDot, inputs.heads, value.size(1), options);
  check_score_table(op, "value", value, graph.num_src(), value.size(1), value);
  check_score_table(op, "key", inputs.key, graph.num_src(), value.size(1), value);
  check_score_table(op, "query", inputs.query, graph.num_dst(), value.size(1), value);
  return AttentionFunction::apply(inputs.query, inputs.key, value, or_placeholder({}, value), call);
}

}  // namespace isthmus::ops
