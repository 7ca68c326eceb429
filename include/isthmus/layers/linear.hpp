#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

/// Law of a weight's initial values.
enum class WeightInit : std::uint8_t {
  kKaimingUniform,  ///< U(-b, b), b = 1 / sqrt(in); bias the same: torch::nn::Linear, PyG's Linear
  kGlorot,          ///< U(-b, b), b = sqrt(6 / (in + out)); bias 0: PyG's GCNConv
};

/// Options of Linear.
struct LinearOptions {
  LinearOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< >= 0
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(WeightInit, init) = WeightInit::kKaimingUniform;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// y = x W' + b: [N, in] -> [N, out]; x dense or sparse. Tensors: weight [out, in], bias [out].
/// As a Conv it ignores the graph: the structure-blind layer.
class LinearImpl : public torch::nn::Cloneable<LinearImpl>, public Conv {
 public:
  LinearImpl(std::int64_t in_channels, std::int64_t out_channels)
      : LinearImpl(LinearOptions(in_channels, out_channels)) {}
  explicit LinearImpl(const LinearOptions& options);

  void reset() override;
  /// New initial values: weight, then bias.
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  [[nodiscard]] at::Tensor forward(const NodeInput& x);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& /*context*/) override {
    return forward(x);
  }
  [[nodiscard]] std::string_view type_name() const noexcept override { return "Linear"; }

  LinearOptions options;
  at::Tensor weight;
  at::Tensor bias;  ///< Undefined without bias.
};
TORCH_MODULE(Linear);

}  // namespace isthmus::layers
