#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// Readout by softmax attention: out_g = sum over nodes n of graph g of p_n x_n, where p is the
/// softmax over the nodes of g of w . x_n + b. [N, C] -> [G, C]; a graph without nodes gives zeros.
///
/// Tensors: gate_nn.weight [1, C], gate_nn.bias [1], initial values as torch::nn::Linear.
///
/// @par Source  Li et al.: Gated Graph Sequence Neural Networks, ICLR 2016 (arXiv:1511.05493). As
///              PyG's AttentionalAggregation(Linear(C, 1)).
class AttentionalAggregationImpl : public torch::nn::Cloneable<AttentionalAggregationImpl> {
 public:
  /// @param channels  C >= 1. @param seed  Of the initial values.
  explicit AttentionalAggregationImpl(std::int64_t channels, std::uint64_t seed = 0);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;
  /// @param ptr  G + 1 offsets, ptr[0] = 0, ending at N.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr);

  std::int64_t channels;
  std::uint64_t seed;
  Linear gate_nn{nullptr};
};
TORCH_MODULE(AttentionalAggregation);

}  // namespace isthmus::layers
