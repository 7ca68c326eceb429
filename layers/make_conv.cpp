#include "make_conv.hpp"

#include <algorithm>

#include <c10/util/Exception.h>

#include "isthmus/layers/appnp.hpp"
#include "isthmus/layers/dagnn.hpp"
#include "isthmus/layers/edge_conv.hpp"
#include "isthmus/layers/gat_conv.hpp"
#include "isthmus/layers/gated_gcn_conv.hpp"
#include "isthmus/layers/gatv2_conv.hpp"
#include "isthmus/layers/gcn2_conv.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gen_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/gine_conv.hpp"
#include "isthmus/layers/graph_conv.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/pna_conv.hpp"
#include "isthmus/layers/rgcn_conv.hpp"
#include "isthmus/layers/sage_conv.hpp"
#include "isthmus/layers/sg_conv.hpp"
#include "isthmus/layers/transformer_conv.hpp"

namespace isthmus::layers {
namespace {

/// An attention layer of `out` columns in all. The plain last layer of a stack takes the mean of
/// its heads, the others put them side by side if the options say so.
template <typename Conv, typename ConvOptions>
std::shared_ptr<torch::nn::Module> attention_conv(const GnnOptions& options, std::int64_t in,
                                                  std::int64_t out, bool plain) {
  const std::int64_t heads = plain ? options.heads_last : options.heads;
  const bool concat = options.concat && !plain;
  return Conv(ConvOptions(in, concat ? out / heads : out)
                  .heads(heads)
                  .concat(concat)
                  .dropout(options.attn_dropout))
      .ptr();
}

}  // namespace

std::shared_ptr<torch::nn::Module> make_conv(const GnnOptions& options, std::int64_t in,
                                             std::int64_t out, std::int64_t index) {
  const bool plain = is_plain_conv(options, index);
  switch (options.layer_type) {
    case LayerType::kGcn:
      return GcnConv(GcnConvOptions(in, out).degree_norm(options.degree_norm)).ptr();
    case LayerType::kSage:
      return SageConv(SageConvOptions(in, out)
                          .agg(options.agg.value_or(ops::Reduce::kMean))
                          .project(options.sage_project))
          .ptr();
    case LayerType::kGin:
      return GinConv(GinConvOptions(in, out)
                         .hidden_channels(options.dim_inner)
                         .norm(is_graph_norm(options.norm) ? Norm::kNone : options.norm)
                         .act(options.act)
                         .agg(options.agg.value_or(ops::Reduce::kSum))
                         .train_eps(options.gin_train_eps))
          .ptr();
    case LayerType::kLinear:
      return Linear(in, out).ptr();
    case LayerType::kSg:
      return SgConv(SgConvOptions(in, out).hops(options.hops > 0 ? options.hops : 1)).ptr();
    case LayerType::kAppnp:
      return Appnp(options.hops > 0 ? options.hops : 10, options.alpha).ptr();
    case LayerType::kGcn2:
      return Gcn2Conv(Gcn2ConvOptions(out, options.alpha)
                          .theta(options.theta)
                          .layer(index + 1)
                          .shared_weights(options.shared_weights))
          .ptr();
    case LayerType::kDagnn:
      return Dagnn(DagnnOptions(out).hops(options.hops > 0 ? options.hops : 10)).ptr();
    case LayerType::kGat:
      return attention_conv<GatConv, GatConvOptions>(options, in, out, plain);
    case LayerType::kGatv2:
      return attention_conv<Gatv2Conv, Gatv2ConvOptions>(options, in, out, plain);
    case LayerType::kTransformer:
      return attention_conv<TransformerConv, TransformerConvOptions>(options, in, out, plain);
    case LayerType::kGine:
      return GineConv(GineConvOptions(in, out)
                          .hidden_channels(options.dim_inner)
                          .edge_channels(options.edge_dim)
                          .norm(is_graph_norm(options.norm) ? Norm::kNone : options.norm)
                          .act(options.act)
                          .train_eps(options.gin_train_eps))
          .ptr();
    case LayerType::kGraphConv:
      return GraphConv(GraphConvOptions(in, out).agg(options.agg.value_or(ops::Reduce::kSum)))
          .ptr();
    case LayerType::kGen:
      return GenConv(GenConvOptions(in, out)
                         .aggregation(options.gen_aggr)
                         .learn_t(options.gen_learn)
                         .learn_p(options.gen_learn)
                         .norm(is_graph_norm(options.norm) ? Norm::kNone : options.norm)
                         .bias(options.gen_bias)
                         .edge_channels(options.edge_dim))
          .ptr();
    case LayerType::kGatedGcn:
      return GatedGcnConv(
                 GatedGcnConvOptions(in, out)
                     .edge_channels(index > 0 ? in : std::max<std::int64_t>(1, options.edge_dim))
                     .batch_norm(options.norm == Norm::kBatch)
                     .residual(options.stage_type == StageType::kSkipSum)
                     .dropout(options.dropout)
                     .plain_nodes(true))
          .ptr();
    case LayerType::kRgcn:
      return RgcnConv(RgcnConvOptions(in, out, options.num_relations)
                          .num_bases(options.num_bases)
                          .agg(options.agg.value_or(ops::Reduce::kMean)))
          .ptr();
    case LayerType::kPna:
      return PnaConv(PnaConvOptions(in, out).shape(options.pna).act(options.act)).ptr();
    case LayerType::kEdge:
      return EdgeConv(EdgeConvOptions(in, out)
                          .hidden_channels({options.dim_inner})
                          .norm(is_graph_norm(options.norm) ? Norm::kNone : options.norm)
                          .act(options.act)
                          .agg(options.agg.value_or(ops::Reduce::kMax)))
          .ptr();
  }
  TORCH_CHECK(false, "Gnn: layer_type must be a named one, got ",
              static_cast<int>(options.layer_type));
}

bool is_plain_conv(const GnnOptions& options, std::int64_t index) {
  return last_layer_gives_scores(options) && index + 1 == options.layers_mp;
}

Conv& as_conv(torch::nn::Module& module) {
  auto* conv = dynamic_cast<Conv*>(&module);
  TORCH_CHECK(conv != nullptr, "Gnn: a message-passing layer must be a Conv, got ", module.name());
  return *conv;
}

}  // namespace isthmus::layers
