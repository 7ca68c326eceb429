#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// Options of GatedGcnConv.
struct GatedGcnConvOptions {
  GatedGcnConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels), edge_channels_(in_channels) {}

  TORCH_ARG(std::int64_t, in_channels);    ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, edge_channels);  ///< >= 1; the constructor sets in_channels.
  TORCH_ARG(bool, batch_norm) = true;      ///< On nodes and on edges.
  /// Adds the input to the output, for nodes and edges, each where both are equally wide.
  TORCH_ARG(bool, residual) = false;
  TORCH_ARG(double, dropout) = 0.0;  ///< At the end, nodes and edges, [0, 1).
  /// Nodes leave as the convolution gives them, without norm, ReLU, residual and dropout: for a
  /// network that does these between its layers. Edges are treated as ever.
  TORCH_ARG(bool, plain_nodes) = false;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Nodes and edges after a layer.
struct GatedGcnOutput {
  at::Tensor nodes;  ///< [N, out]
  at::Tensor edges;  ///< [E, out], in the caller's edge order.
};

/// Gated graph convolution with edge features that the layers hand on:
///
///     e'_e = C e_e + D x_j + E x_i                 (e: j -> i)
///     x'_i = A x_i + sum_e s(e'_e) * B x_j / (sum_e s(e'_e) + 1e-6)       s: logistic function
///     x <- dropout(x + relu(bn(x')))   and the same for e
///
/// x [N, in], e [E, D] -> [N, out], [E, out]. Tensors: A.* to E.*, bn_node_h.*, bn_node_e.* as in
/// benchmarking-gnns. A node without arcs gets A x_i. Edge tensors of E x out are what the layer is
/// about: e', its gate, and their gradients.
///
/// In a network (propagate()) the first layer takes the data's edge features, or 1 for every edge
/// where there are none, and each next one the edges that its predecessor left.
///
/// @par Source  Bresson, Laurent: Residual Gated Graph ConvNets (arXiv:1711.07553), as in Dwivedi,
///              Joshi, Luu, Laurent, Bengio, Bresson: Benchmarking Graph Neural Networks, JMLR
///              2023.
class GatedGcnConvImpl : public torch::nn::Cloneable<GatedGcnConvImpl>, public Conv {
 public:
  GatedGcnConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GatedGcnConvImpl(GatedGcnConvOptions(in_channels, out_channels)) {}
  explicit GatedGcnConvImpl(const GatedGcnConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param edges  [E, D] in the caller's edge order.
  /// @param graph  N nodes, not bipartite.
  /// @param key    Of dropout: nodes drop by key.layer, edges by key.layer + 1.
  [[nodiscard]] GatedGcnOutput forward(const NodeInput& x, const at::Tensor& edges,
                                       const Graph& graph, const ops::DropoutKey& key = {});
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GatedGCN"; }

  GatedGcnConvOptions options;
  Linear A{nullptr}, B{nullptr}, C{nullptr}, D{nullptr}, E{nullptr};
  BatchNorm bn_node_h{nullptr};  ///< Null without batch_norm or with plain_nodes.
  BatchNorm bn_node_e{nullptr};  ///< Null without batch_norm.

 private:
  [[nodiscard]] GatedGcnOutput run(const NodeInput& x, const at::Tensor& edges,
                                   const ConvContext& context);
  [[nodiscard]] at::Tensor finish(const at::Tensor& before, at::Tensor after, BatchNorm& norm,
                                  const ops::DropoutKey& key);
};
TORCH_MODULE(GatedGcnConv);

}  // namespace isthmus::layers
