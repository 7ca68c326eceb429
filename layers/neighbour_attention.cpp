#include "neighbour_attention.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include <ATen/Functions.h>

#include "isthmus/ops/dropout.hpp"
#include "isthmus/ops/edge_softmax.hpp"
#include "isthmus/ops/sddmm.hpp"
#include "isthmus/ops/weighted_aggregate.hpp"

#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

/// The arcs that attention runs over, loops that it adds behind the others as the fused ops number
/// them, with mask 1.
MaskedGraph attended(const ConvContext& context, bool self_loops) {
  if (!self_loops) {
    return {context.graph, context.edge_mask};
  }
  MaskedGraph arcs = without_loops(context);
  std::vector<Edge> loops;
  for (NodeId v = 0; v < context.graph.num_nodes(); ++v) {
    loops.push_back({v, v});
  }
  const at::Tensor ones =
      at::ones({context.graph.num_nodes()}, arcs.mask.options().requires_grad(false));
  return {arcs.graph.with_edges(loops), at::cat({arcs.mask, ones})};
}

at::Tensor heads_of(const at::Tensor& table, std::int64_t heads) {
  return table.reshape({table.size(0), heads, table.size(1) / heads});
}

/// sum over arcs e: j -> i of p_e w_e value_j, p the softmax of scores [E, H].
at::Tensor attend(const at::Tensor& scores, const at::Tensor& value, const MaskedGraph& arcs,
                  const ops::AttentionOptions& options) {
  at::Tensor p = ops::edge_softmax(scores, arcs.graph);
  if (options.dropout > 0.0) {
    p = ops::dropout(p, options.dropout, options.key);
  }
  return ops::weighted_aggregate(heads_of(value, scores.size(1)), p * arcs.mask.unsqueeze(1),
                                 arcs.graph)
      .flatten(1);
}

}  // namespace

at::Tensor neighbour_gat(const at::Tensor& x, const at::Tensor& src_score,
                         const at::Tensor& dst_score, const ConvContext& context,
                         const ops::AttentionOptions& options) {
  if (!is_masked(context)) {
    return ops::gat_attention(x, src_score, dst_score, context.graph, options);
  }
  const MaskedGraph arcs = attended(context, options.self_loops);
  const at::Tensor sums = ops::sddmm(src_score, dst_score, arcs.graph, ops::EdgeOp::kAdd);
  return attend(at::leaky_relu(sums, options.negative_slope), x, arcs, options);
}

at::Tensor neighbour_gatv2(const at::Tensor& src, const at::Tensor& dst, const at::Tensor& att,
                           const ConvContext& context, const ops::AttentionOptions& options) {
  if (!is_masked(context)) {
    return ops::gatv2_attention(src, dst, att, context.graph, options);
  }
  const MaskedGraph arcs = attended(context, options.self_loops);
  const at::Tensor sums =
      heads_of(ops::sddmm(src, dst, arcs.graph, ops::EdgeOp::kAdd), att.size(0));
  const at::Tensor scores = (at::leaky_relu(sums, options.negative_slope) * att).sum(2);
  return attend(scores, src, arcs, options);
}

at::Tensor neighbour_dot(const ops::DotAttentionInputs& inputs, const ConvContext& context,
                         const ops::AttentionOptions& options) {
  if (!is_masked(context)) {
    return ops::dot_attention(inputs, context.graph, options);
  }
  const MaskedGraph arcs = attended(context, options.self_loops);
  const at::Tensor key = heads_of(inputs.key, inputs.heads);
  const at::Tensor dots =
      ops::sddmm(key, heads_of(inputs.query, inputs.heads), arcs.graph, ops::EdgeOp::kDot);
  const double scale = options.scale.value_or(1.0 / std::sqrt(static_cast<double>(key.size(2))));
  return attend(dots * scale, inputs.value, arcs, options);
}

}  // namespace isthmus::layers
