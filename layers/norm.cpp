#include "isthmus/layers/norm.hpp"

#include <c10/util/Exception.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/layer_norm.hpp"

namespace isthmus::layers {
namespace {

LayerNormImpl& as_layer_norm(torch::nn::Module& norm, const char* who) {
  auto* layer = norm.as<LayerNormImpl>();
  TORCH_CHECK(layer != nullptr, who, ": norm must be a BatchNorm or a LayerNorm, got ",
              norm.name());
  return *layer;
}

}  // namespace

std::shared_ptr<torch::nn::Module> make_norm(Norm norm, std::int64_t channels) {
  switch (norm) {
    case Norm::kNone:
      return nullptr;
    case Norm::kBatch:
      return BatchNorm(BatchNormOptions(channels).allow_single_element(true)).ptr();
    case Norm::kLayer:
      return LayerNorm(channels).ptr();
  }
  TORCH_CHECK(false, "make_norm: norm must be a named one, got ", static_cast<int>(norm));
}

at::Tensor apply_norm(torch::nn::Module& norm, const at::Tensor& x) {
  if (auto* batch = norm.as<BatchNormImpl>()) {
    return batch->forward(x);
  }
  return as_layer_norm(norm, "apply_norm").forward(x);
}

void reset_norm(torch::nn::Module& norm) {
  if (auto* batch = norm.as<BatchNormImpl>()) {
    batch->reset_parameters();
    return;
  }
  as_layer_norm(norm, "reset_norm").reset_parameters();
}

}  // namespace isthmus::layers
