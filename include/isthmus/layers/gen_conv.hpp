#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/message_norm.hpp"
#include "isthmus/layers/norm.hpp"

namespace isthmus::layers {

/// Options of GenConv. Its network is `num_layers` Linear layers, inner ones expansion * out wide.
struct GenConvOptions {
  GenConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< >= 0
  TORCH_ARG(GenAggregation, aggregation) = GenAggregation::kSoftmax;
  TORCH_ARG(double, t) = 1.0;                  ///< Inverse temperature of kSoftmax, initial value.
  TORCH_ARG(bool, learn_t) = false;            ///< t is the parameter aggr_module.t.
  TORCH_ARG(double, p) = 1.0;                  ///< Power of kPowerMean, initial value; != 0.
  TORCH_ARG(bool, learn_p) = false;            ///< p is the parameter aggr_module.p.
  TORCH_ARG(Norm, norm) = Norm::kBatch;        ///< Between the layers of the network.
  TORCH_ARG(std::int64_t, num_layers) = 2;     ///< >= 1
  TORCH_ARG(std::int64_t, expansion) = 2;      ///< >= 1
  TORCH_ARG(double, eps) = 1e-7;               ///< Added to each message.
  TORCH_ARG(bool, bias) = false;               ///< Of every Linear.
  TORCH_ARG(bool, msg_norm) = false;           ///< Messages get the length of x_i (MessageNorm).
  TORCH_ARG(bool, learn_msg_scale) = false;    ///< ... times msg_norm.scale, which is learnt.
  TORCH_ARG(std::int64_t, edge_channels) = 0;  ///< Columns of edge features; 0: none are used.
  TORCH_ARG(std::uint64_t, seed) = 0;          ///< Of the initial values.
};

/// The number that an aggregation learns, as PyG's aggr_module: t or p [1].
class GenPowerImpl : public torch::nn::Cloneable<GenPowerImpl> {
 public:
  /// `key` is "t" or "p".
  explicit GenPowerImpl(std::string key);
  void reset() override;

  std::string key;
  at::Tensor value;
};
TORCH_MODULE(GenPower);

/// The network behind the aggregation: Linear, norm, ReLU, repeated, the last Linear bare. Tensors
/// as PyG numbers its Sequential, which counts ReLU and Dropout too: 0.weight, 1.*
/// (norm), 4.weight.
class GenMlpImpl : public torch::nn::Cloneable<GenMlpImpl> {
 public:
  explicit GenMlpImpl(const GenConvOptions& options);
  void reset() override;
  void reset_parameters(Initializer& init);
  [[nodiscard]] at::Tensor forward(at::Tensor h);

  GenConvOptions options;
  std::vector<Linear> lins;
  std::vector<BatchNorm> batch_norms;
  std::vector<std::shared_ptr<torch::nn::Module>> layer_norms;
};
TORCH_MODULE(GenMlp);

/// Generalised aggregation: out_i = mlp(dst(x_i) + agg_{e: j -> i} (relu(src(x_j) + edge(a_e)) +
/// eps)). x [N, in], edge_attr [E, D] -> [N, out]. With msg_norm the aggregate first gets the
/// length of x_i, before dst().
///
/// Tensors: lin_src.*, lin_dst.* (where in != out), lin_edge.* (where D != out), aggr_module.t or
/// .p [1] if learnt, mlp.0.weight, mlp.1.* (norm), mlp.4.weight, ... as PyG numbers them,
/// msg_norm.scale [1] with msg_norm. Sum,
/// mean, max and softmax never store messages; kPowerMean does unless p is a constant 1. A node
/// without arcs gets mlp(dst(x_i)).
///
/// @par Source  Li, Xiong, Thabet, Ghanem: DeeperGCN (arXiv:2006.07739). Defaults as PyG's GENConv.
class GenConvImpl : public torch::nn::Cloneable<GenConvImpl>, public Conv {
 public:
  GenConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GenConvImpl(GenConvOptions(in_channels, out_channels)) {}
  explicit GenConvImpl(const GenConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param edge_attr  [E, D] in the caller's edge order; undefined where edge_channels is 0.
  /// @param graph      N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const at::Tensor& edge_attr,
                                   const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GENConv"; }

  GenConvOptions options;
  Linear lin_src{nullptr};        ///< Null where in == out.
  Linear lin_dst{nullptr};        ///< Null where in == out.
  Linear lin_edge{nullptr};       ///< Null where edge features are out wide or absent.
  GenPower aggr_module{nullptr};  ///< Null unless t or p is learnt.
  GenMlp mlp{nullptr};
  MessageNorm msg_norm{nullptr};  ///< Null unless asked for.

 private:
  [[nodiscard]] bool learns() const;
  [[nodiscard]] at::Tensor aggregate(const at::Tensor& x, const at::Tensor& edges,
                                     const ConvContext& context) const;
};
TORCH_MODULE(GenConv);

}  // namespace isthmus::layers
