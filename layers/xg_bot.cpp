#include "isthmus/layers/xg_bot.hpp"

namespace isthmus::layers {

GnnOptions xg_bot_options() {
  GnnOptions options{.layer_type = LayerType::kGin, .dim_in = 1, .dim_out = 2, .dim_inner = 64};
  options.layers_pre_mp = 1;
  options.layers_mp = 24;
  options.layers_post_mp = 1;
  options.stage_type = StageType::kReversible;
  options.norm = Norm::kLayer;
  options.dropout = 0.2;
  // Behind BatchNorm a hub's row may reach sqrt(N), so 24 layers 24 sqrt(N): 31,600 for the
  // published batches of twelve graphs.
  options.reversible.bits = 16;
  options.reversible.relu_after = true;
  options.reversible.norm_after = true;
  return options;
}

}  // namespace isthmus::layers
