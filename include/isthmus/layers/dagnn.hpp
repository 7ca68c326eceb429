#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// Options of Dagnn.
struct DagnnOptions {
  explicit DagnnOptions(std::int64_t channels) : channels_(channels) {}

  TORCH_ARG(std::int64_t, channels);   ///< >= 0
  TORCH_ARG(std::int64_t, hops) = 10;  ///< The paper's k, >= 0.
  /// Count every node as its own neighbour, once: loops of the graph are replaced, not doubled.
  TORCH_ARG(bool, add_self_loops) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Adaptive propagation: every node weighs what each hop brings it. [N, C] -> [N, C]:
///
///     out_i = sum over k = 0..K of sigmoid(w h_ki + b) h_ki,   h_0 = x, h_k = S h_(k-1)
///
/// with GcnConv's S. Tensors: proj.weight [1, C], proj.bias [1].
///
/// It goes after the MLP that transforms: as the last layer of a Gnn (layers_mp = 1,
/// layers_post_mp = 0) the pre_mp layers give the scores, as in the paper.
///
/// @par Source  Liu, Gao, Ji: Towards Deeper Graph Neural Networks, KDD 2020 (arXiv:2007.09296).
///              Tensors are named as in the authors' module `prop`.
class DagnnImpl : public torch::nn::Cloneable<DagnnImpl>, public Conv {
 public:
  explicit DagnnImpl(std::int64_t channels) : DagnnImpl(DagnnOptions(channels)) {}
  explicit DagnnImpl(const DagnnOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "DAGNN"; }

  DagnnOptions options;
  Linear proj{nullptr};
};
TORCH_MODULE(Dagnn);

}  // namespace isthmus::layers
