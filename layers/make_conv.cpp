#include "make_conv.hpp"

#include <algorithm>

#include <c10/util/Exception.h>

#include "isthmus/layers/gated_gcn_conv.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gen_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/gine_conv.hpp"
#include "isthmus/layers/graph_conv.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/rgcn_conv.hpp"
#include "isthmus/layers/sage_conv.hpp"

namespace isthmus::layers {

std::shared_ptr<torch::nn::Module> make_conv(const GnnOptions& options, std::int64_t in,
                                             std::int64_t out, std::int64_t index) {
  switch (options.layer_type) {
    case LayerType::kGcn:
      return GcnConv(in, out).ptr();
    case LayerType::kSage:
      return SageConv(SageConvOptions(in, out).agg(options.agg.value_or(ops::Reduce::kMean))).ptr();
    case LayerType::kGin:
      return GinConv(GinConvOptions(in, out)
                         .hidden_channels(options.dim_inner)
                         .norm(options.norm)
                         .act(options.act)
                         .agg(options.agg.value_or(ops::Reduce::kSum))
                         .train_eps(options.gin_train_eps))
          .ptr();
    case LayerType::kLinear:
      return Linear(in, out).ptr();
    case LayerType::kGine:
      return GineConv(GineConvOptions(in, out)
                          .hidden_channels(options.dim_inner)
                          .edge_channels(options.edge_dim)
                          .norm(options.norm)
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
                         .norm(options.norm)
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
  }
  TORCH_CHECK(false, "Gnn: layer_type must be a named one, got ",
              static_cast<int>(options.layer_type));
}

Conv& as_conv(torch::nn::Module& module) {
  auto* conv = dynamic_cast<Conv*>(&module);
  TORCH_CHECK(conv != nullptr, "Gnn: a message-passing layer must be a Conv, got ", module.name());
  return *conv;
}

}  // namespace isthmus::layers
