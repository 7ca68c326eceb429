#include "isthmus/layers/norm.hpp"

#include <c10/util/Exception.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/diff_group_norm.hpp"
#include "isthmus/layers/graph_norm.hpp"
#include "isthmus/layers/layer_norm.hpp"
#include "isthmus/layers/pair_norm.hpp"
#include "isthmus/ops/batch_norm.hpp"

namespace isthmus::layers {

bool is_graph_norm(Norm norm) noexcept {
  return norm == Norm::kGraph || norm == Norm::kPair || norm == Norm::kDiffGroup;
}

std::shared_ptr<torch::nn::Module> make_norm(Norm norm, std::int64_t channels,
                                             std::int64_t groups) {
  switch (norm) {
    case Norm::kNone:
      return nullptr;
    case Norm::kBatch:
      return BatchNorm(BatchNormOptions(channels).allow_single_element(true)).ptr();
    case Norm::kLayer:
      return LayerNorm(channels).ptr();
    case Norm::kGraph:
      return GraphNorm(channels).ptr();
    case Norm::kPair:
      return PairNorm().ptr();
    case Norm::kDiffGroup:
      return DiffGroupNorm(DiffGroupNormOptions(channels, groups).allow_single_element(true)).ptr();
  }
  TORCH_CHECK(false, "make_norm: norm must be a named one, got ", static_cast<int>(norm));
}

at::Tensor apply_norm(torch::nn::Module& norm, const at::Tensor& x,
                      std::span<const std::int64_t> ptr) {
  if (auto* batch = norm.as<BatchNormImpl>()) {
    return batch->forward(x);
  }
  if (auto* layer = norm.as<LayerNormImpl>()) {
    return layer->forward(x);
  }
  if (auto* graph = norm.as<GraphNormImpl>()) {
    return graph->forward(x, ptr);
  }
  if (auto* pair = norm.as<PairNormImpl>()) {
    return pair->forward(x, ptr);
  }
  auto* groups = norm.as<DiffGroupNormImpl>();
  TORCH_CHECK(groups != nullptr, "apply_norm: norm must be made by make_norm(), got ", norm.name());
  return groups->forward(x);
}

at::Tensor apply_norm(torch::nn::Module& norm, const at::Tensor& x, const AfterNorm& after,
                      std::span<const std::int64_t> ptr) {
  const auto* layer = norm.as<LayerNormImpl>();
  if (layer != nullptr && layer->options.mode() == LayerNormMode::kNode &&
      after.act == Activation::kRelu) {
    return ops::layer_norm_relu(x, layer->weight, layer->bias, layer->options.eps(), after.dropout,
                                after.key);
  }
  return ops::dropout(activate(apply_norm(norm, x, ptr), after.act), after.dropout, after.key);
}

void reset_norm(torch::nn::Module& norm, Initializer& init) {
  if (auto* batch = norm.as<BatchNormImpl>()) {
    batch->reset_parameters();
  } else if (auto* layer = norm.as<LayerNormImpl>()) {
    layer->reset_parameters();
  } else if (auto* graph = norm.as<GraphNormImpl>()) {
    graph->reset_parameters();
  } else if (auto* groups = norm.as<DiffGroupNormImpl>()) {
    groups->reset_parameters(init);
  } else {
    TORCH_CHECK(norm.as<PairNormImpl>() != nullptr,
                "reset_norm: norm must be made by make_norm(), got ", norm.name());
  }
}

}  // namespace isthmus::layers
