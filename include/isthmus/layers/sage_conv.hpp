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
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Options of SageConv.
struct SageConvOptions {
  SageConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);              ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);             ///< >= 0
  TORCH_ARG(ops::Reduce, agg) = ops::Reduce::kMean;  ///< Any.
  TORCH_ARG(bool, project) = false;                  ///< Neighbours send relu(W x_j + b), W square.
  TORCH_ARG(bool, root_weight) = true;               ///< The term W_r x_i.
  TORCH_ARG(bool, normalize) = false;                ///< Each output row to length 1 (0 stays 0).
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// GraphSAGE: out_i = W_l agg_{j -> i} x_j + b + W_r x_i. [N, in] -> [N, out].
///
/// Tensors: lin.weight [in, in] and lin.bias [in] with project, lin_l.weight [out, in], lin_l.bias
/// [out], lin_r.weight [out, in]; initial values as torch::nn::Linear. A sum or mean runs on the
/// narrower side of W_l (after it if in > out or what is sent is sparse); other reductions come
/// before it, on a dense copy of sparse features; what comes before it is kept between steps for a
/// ConstantInput. A node without arcs gets b + W_r x_i.
///
/// @par Source  Hamilton, Ying, Leskovec: Inductive Representation Learning on Large Graphs,
///              NeurIPS 2017 (arXiv:1706.02216). Defaults as PyG's SAGEConv.
class SageConvImpl : public torch::nn::Cloneable<SageConvImpl>, public Conv {
 public:
  SageConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : SageConvImpl(SageConvOptions(in_channels, out_channels)) {}
  explicit SageConvImpl(const SageConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "SAGEConv"; }

  SageConvOptions options;
  Linear lin{nullptr};  ///< Null without project.
  Linear lin_l{nullptr};
  Linear lin_r{nullptr};  ///< Null without root_weight.
};
TORCH_MODULE(SageConv);

}  // namespace isthmus::layers
