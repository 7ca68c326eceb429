#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/drew.hpp"
#include "isthmus/layers/edge_parts.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/jump.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/mlp.hpp"
#include "isthmus/layers/readout.hpp"
#include "isthmus/layers/reversible.hpp"
#include "isthmus/layers/virtual_node.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// One row of a model's parameter table.
struct LayerRow {
  std::string name;             ///< Attribute path: "convs.0".
  std::string type;             ///< "GCNConv", "Linear", "BatchNorm", ... (PyG's names).
  std::string shape;            ///< "1433 -> 16".
  std::int64_t parameters = 0;  ///< Numbers learnt in it (buffers not counted).
};

/// Called with the name and the output of every layer of one forward pass.
using LayerObserver = std::function<void(std::string_view name, const at::Tensor& output)>;

/// A GNN in the style of GraphGym: linear layers, message passing, linear layers; or its residual,
/// its reversible and its jumping-knowledge variants, all described by GnnOptions.
///
///     h = dropout(x);  h = pre_mp(h);  h = convs[l](h) ...;  h = jk(all of these);  h = pool(h);
///     scores = post_mp(h)
///
/// Tensor names: pre_mp.lins.i.*, pre_mp.norms.i.*; edge_encoder.*; convs.l.*, norms.l.* (stack,
/// skipsum) or blocks.l.*, output_norm.* (residual) or stack.layers.l.convs.g.*, output_norm.*
/// (reversible) or drew.*, output_norm.* (drew); virtual_node.*; post_mp.lins.i.*,
/// post_mp.norms.i.*; heads.l.* (kSum); jk.* (kLstm).
///
/// Dropout masks are a function of (options.seed, place in the network, step, row, column), so a
/// run continued at a step draws the masks that the whole run would have drawn. Nodes of a
/// reordered graph go by their original ids there: with kSum and kMean aggregations, no BatchNorm,
/// and widths up to ops::kPanelWidth a node's scores are the same bits in any order, in training
/// mode too.
class GnnImpl : public torch::nn::Cloneable<GnnImpl> {
 public:
  /// @throws InvalidArgument  as check_options().
  explicit GnnImpl(const GnnOptions& options);

  void reset() override;
  /// Initial values again, from options.seed.
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;

  /// @param x      [N, dim_in], dense or sparse, of the parameters' type.
  /// @param graph  N nodes, not bipartite; not looked at by kLinear except for N.
  /// @param ptr    G + 1 offsets of the graphs of a batch, which pooling, graph norms and virtual
  ///               nodes go by. Empty: one graph.
  /// @return       [N, dim_out], or [G, dim_out] with a graph_pooling.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph,
                                   std::span<const std::int64_t> ptr = {});
  /// The same with features or types of edges for the layers that use them; `initial` and `key` of
  /// the context are set here.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const ConvContext& context,
                                   std::span<const std::int64_t> ptr = {});

  /// A mini-batch: message-passing layer i runs on contexts[i], as layer_graphs() makes them. Nodes
  /// of each graph are a prefix of those of the one before, and x has a row for each node of the
  /// first; rows that no later layer reads are dropped on the way.
  /// @param num_rows  How many of the first rows to return, at most N of the last graph.
  /// @return          [num_rows, dim_out]. @pre no graph_pooling, not alternate, one context per
  ///                  layer, a stage other than kReversible and kDrew, whose layers all run on one
  ///                  graph.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, std::span<const ConvContext> contexts,
                                   std::int64_t num_rows);

  /// Step that the next forward passes in training mode take their dropout masks from.
  void set_step(std::uint32_t step) noexcept { step_ = step; }
  [[nodiscard]] std::uint32_t step() const noexcept { return step_; }

  /// Installs an observer (an empty one removes it), e.g. to find the layer that gave the first
  /// NaN.
  void observe(LayerObserver observer) { observer_ = std::move(observer); }

  /// Parameter table, one row per layer with parameters.
  [[nodiscard]] std::vector<LayerRow> describe() const;
  /// Parameters of the layer that sees the input features (what weight_decay_layers = "first"
  /// means).
  [[nodiscard]] std::vector<at::Tensor> first_layer_parameters() const;
  /// Parameters of the message-passing layers or residual blocks (optim.weight_decay_mp).
  [[nodiscard]] std::vector<at::Tensor> message_passing_parameters() const;

  [[nodiscard]] const GnnOptions& options() const noexcept { return options_; }
  /// The layers of StageType::kReversible; null otherwise.
  [[nodiscard]] const ReversibleStack& stack() const noexcept { return stack_; }

 private:
  class LayerContexts;  ///< What each message-passing layer runs on: one graph for all, or one
                        ///< each.

  /// Of a mask over things other than nodes (edges, graphs).
  [[nodiscard]] ops::DropoutKey key(std::uint32_t layer) const;
  /// Of a mask over nodes.
  [[nodiscard]] ops::DropoutKey node_key(std::uint32_t layer) const;
  [[nodiscard]] at::Tensor dropped(const at::Tensor& x, double p,
                                   const ops::DropoutKey& mask) const;
  [[nodiscard]] at::Tensor run(const NodeInput& x, const LayerContexts& contexts,
                               std::span<const std::int64_t> ptr);
  /// `initial`: see ConvContext; undefined where there is none.
  [[nodiscard]] NodeInput forward_stack(NodeInput h, at::Tensor initial,
                                        const LayerContexts& contexts,
                                        std::span<const std::int64_t> ptr, std::uint32_t layer);
  [[nodiscard]] at::Tensor forward_blocks(at::Tensor h, const LayerContexts& contexts,
                                          std::uint32_t layer);
  /// kReversible and kDrew.
  [[nodiscard]] at::Tensor forward_whole(const at::Tensor& h, const ConvContext& context,
                                         std::uint32_t layer);
  [[nodiscard]] ConvContext with_encoded_edges(const ConvContext& context);
  [[nodiscard]] at::Tensor head_score(std::size_t index, const NodeInput& h,
                                      std::span<const std::int64_t> ptr);
  void show(std::string_view name, const at::Tensor& output) const;

  GnnOptions options_;
  Mlp pre_mp_{nullptr};
  Linear edge_encoder_{nullptr};
  torch::nn::ModuleList convs_{nullptr};
  torch::nn::ModuleList norms_{nullptr};
  VirtualNode virtual_node_{nullptr};
  torch::nn::ModuleList blocks_{nullptr};
  ReversibleStack stack_{nullptr};
  Drew drew_{nullptr};
  std::shared_ptr<torch::nn::Module> output_norm_;
  Readout readout_{nullptr};
  Mlp post_mp_{nullptr};
  torch::nn::ModuleList heads_{nullptr};
  Jump jump_{nullptr};
  EdgeParts parts_;  ///< Of the last graph, with alternate.
  std::uint32_t step_ = 0;
  std::shared_ptr<const std::vector<NodeId>> node_ids_;  ///< Original ones, of the last forward.
  LayerObserver observer_;
};
TORCH_MODULE(Gnn);

}  // namespace isthmus::layers
