#include "make_conv.hpp"

#include <c10/util/Exception.h>

#include "isthmus/layers/edge_conv.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/pna_conv.hpp"
#include "isthmus/layers/sage_conv.hpp"

namespace isthmus::layers {

std::shared_ptr<torch::nn::Module> make_conv(const GnnOptions& options, std::int64_t in,
                                             std::int64_t out, std::int64_t /*index*/) {
  switch (options.layer_type) {
    case LayerType::kGcn:
      return GcnConv(in, out).ptr();
    case LayerType::kSage:
      return SageConv(SageConvOptions(in, out)
                          .agg(options.agg.value_or(ops::Reduce::kMean))
                          .project(options.sage_project))
          .ptr();
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
    case LayerType::kPna:
      return PnaConv(PnaConvOptions(in, out).shape(options.pna).act(options.act)).ptr();
    case LayerType::kEdge:
      return EdgeConv(EdgeConvOptions(in, out)
                          .hidden_channels({options.dim_inner})
                          .norm(options.norm)
                          .act(options.act)
                          .agg(options.agg.value_or(ops::Reduce::kMax)))
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
