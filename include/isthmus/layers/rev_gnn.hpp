#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// Depth and width of a published RevGNN: 112 x 64, 80 or 224; 1001 x 80 (Deep); 448 x 224 (Wide).
struct RevGnnSize {
  std::int64_t num_layers = 112;  ///< L >= 1
  std::int64_t channels = 64;     ///< D, a multiple of 2 (of 8 with dropout).
};

/// The network inside RevGnn as options of Gnn: Linear(16, D); Linear(8, D) for features of edges;
/// L grouped reversible layers, 2 groups of d = D / 2, of blocks
///
///     F(u) = mlp(z_i + max_{e: j -> i} (relu(z_j + W_e a_e + b_e) + 1e-7)),
///     z = mask * relu(LayerNorm(u)),   mlp = Linear(d, 2d), LayerNorm, ReLU, Linear(2d, d)
///
/// with one mask a step for all layers, p = 0.1 (published for Wide: 0.2); LayerNorm(D), ReLU,
/// dropout, Linear(D, 112).
[[nodiscard]] GnnOptions rev_gnn_options(const RevGnnSize& size = {});

/// RevGNN for ogbn-proteins: what a node's species says, by a Linear of its own, beside its
/// features; then the Gnn of the options. L C (4d^2 + Dd + 10d) + 72 + 140D + 112 parameters, at
/// 112 x 64: 1,457,080.
///
/// Tensors: node_one_hot.*, gnn.*.
///
/// @par Source  Li, Müller, Ghanem, Koltun: Training Graph Neural Networks with 1000 Layers, ICML
///              2021 (arXiv:2106.07476).
class RevGnnImpl : public torch::nn::Module {
 public:
  /// @param options  dim_in is the features' columns and the num_species together.
  explicit RevGnnImpl(const GnnOptions& options = rev_gnn_options(), std::int64_t num_species = 8);

  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  /// Training step that masks are drawn for.
  void set_step(std::uint32_t step) noexcept { gnn->set_step(step); }

  /// @param x        [N, dim_in - num_species]; published: means over the features of a node's
  ///                 edges.
  /// @param species  [N, num_species], one-hot.
  /// @param context  edge_attr [E, edge_dim].
  /// @return         [N, dim_out], a logit per task.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& species,
                                   const ConvContext& context);

  Linear node_one_hot{nullptr};
  Gnn gnn{nullptr};

 private:
  std::int64_t num_species_;
};
TORCH_MODULE(RevGnn);

}  // namespace isthmus::layers
