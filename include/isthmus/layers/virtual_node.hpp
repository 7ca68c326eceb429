#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/initializer.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// Options of VirtualNode.
struct VirtualNodeOptions {
  VirtualNodeOptions(std::int64_t channels, std::int64_t layers)
      : channels_(channels), layers_(layers) {}

  TORCH_ARG(std::int64_t, channels);   ///< >= 0, of the nodes before every layer.
  TORCH_ARG(std::int64_t, layers);     ///< Message-passing layers around it, >= 0.
  TORCH_ARG(double, dropout) = 0.0;    ///< After each update, [0, 1).
  TORCH_ARG(bool, residual) = false;   ///< Updates are added to the state before.
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// One more node per graph, joined to all others, with weights of its own. With v_g its state in
/// graph g and x the nodes before layer l:
///
///     before every layer l:      x_i <- x_i + v_g,  g the graph of i
///     between layers l and l+1:  v_g <- dropout(mlp_l(v_g + sum over nodes of g of x_i))
///
/// where mlp_l is Linear(C, 2C), BatchNorm, ReLU, Linear(2C, C), BatchNorm, ReLU, and the x summed
/// are those that layer l was given, v_g included. Starts at `embedding`, zero at first.
///
/// Tensors: embedding [1, C]; mlps.l.lins.{0,1}.*, mlps.l.norms.{0,1}.module.* for l = 0 .. layers
/// - 2 (OGB: virtualnode_embedding.weight, mlp_virtualnode_list.l.{0,3}.*, .{1,4}.*).
///
/// @par Source  Gilmer et al.: Neural Message Passing for Quantum Chemistry, ICML 2017
///              (arXiv:1704.01212), as Hu et al., OGB (arXiv:2005.00687), build it.
class VirtualNodeImpl : public torch::nn::Cloneable<VirtualNodeImpl> {
 public:
  VirtualNodeImpl(std::int64_t channels, std::int64_t layers)
      : VirtualNodeImpl(VirtualNodeOptions(channels, layers)) {}
  explicit VirtualNodeImpl(const VirtualNodeOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;

  /// The state before the first layer: [G, C].
  [[nodiscard]] at::Tensor start(std::int64_t graphs) const;
  /// x [N, C] with the state of each node's graph added. @param ptr  G + 1 offsets.
  [[nodiscard]] at::Tensor add(const at::Tensor& x, const at::Tensor& state,
                               std::span<const std::int64_t> ptr) const;
  /// The state after layer `layer`, 0 <= layer < layers - 1, from what add() gave to that layer.
  /// In eval mode the key is not looked at.
  [[nodiscard]] at::Tensor update(std::int64_t layer, const at::Tensor& x, const at::Tensor& state,
                                  std::span<const std::int64_t> ptr, const ops::DropoutKey& key);

  VirtualNodeOptions options;
  at::Tensor embedding;
  torch::nn::ModuleList mlps{nullptr};
};
TORCH_MODULE(VirtualNode);

}  // namespace isthmus::layers
