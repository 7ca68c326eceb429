#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// Linear, activation, Linear, ...: the Linear layers are named 0, 2, 4, ... as in a Sequential.
class PnaTowerImpl : public torch::nn::Cloneable<PnaTowerImpl> {
 public:
  /// `layers` Linear layers, >= 1: in -> out, then out -> out.
  PnaTowerImpl(std::int64_t in, std::int64_t out, std::int64_t layers, Activation act);

  void reset() override;
  void reset_parameters(Initializer& init);
  /// What follows the first product: `h` [N, out].
  [[nodiscard]] at::Tensor forward_from_first(at::Tensor h);

  std::int64_t in_channels;
  std::int64_t out_channels;
  std::int64_t num_layers;
  Activation act;
  std::vector<Linear> lins;
};
TORCH_MODULE(PnaTower);

/// Mean degrees of the training nodes, by which the scalers divide. Tensors: avg_deg_lin [1],
/// avg_deg_log [1], parameters with train_norm, else buffers.
class PnaDegreesImpl : public torch::nn::Cloneable<PnaDegreesImpl> {
 public:
  PnaDegreesImpl(std::vector<std::int64_t> histogram, bool trained);

  void reset() override;
  void reset_parameters();
  /// One column per scaler: what a row of the given in-degree [N, 1] is multiplied by.
  [[nodiscard]] at::Tensor factors(const at::Tensor& degree,
                                   const std::vector<DegreeScaler>& scalers) const;

  std::vector<std::int64_t> histogram;
  bool trained;
  at::Tensor avg_deg_lin;
  at::Tensor avg_deg_log;
};
TORCH_MODULE(PnaDegrees);

/// Options of PnaConv.
struct PnaConvOptions {
  PnaConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0; a multiple of towers with divide_input.
  TORCH_ARG(std::int64_t, out_channels);  ///< >= 0, a multiple of towers.
  TORCH_ARG(PnaShape, shape);             ///< Aggregators, scalers, towers, degrees.
  TORCH_ARG(Activation, act) = Activation::kRelu;  ///< Between the layers of a tower.
  TORCH_ARG(bool, train_norm) = false;             ///< The mean degrees are parameters.
  TORCH_ARG(std::uint64_t, seed) = 0;              ///< Of the initial values.
};

/// Principal neighbourhood aggregation. [N, in] -> [N, out]. For each of T towers t,
///
///     h_ij  = pre_t([x_i, x_j])                                 for every arc j -> i
///     a_i   = [agg_1, ..., agg_K] over j of h_ij
///     y_i^t = post_t([x_i, s_1(d_i) a_i, ..., s_S(d_i) a_i])    d_i the in-degree
///     out_i = lin([y_i^1, ..., y_i^T])
///
/// x being the tower's own columns with divide_input. Scalers, with D = mean of log(d + 1) and L =
/// mean of d over the training nodes (1 where these are 0 or no histogram is given):
///
///     identity 1    amplification log(d + 1) / D    attenuation D / log(max(d, 1) + 1)
///     linear d / L  inverse_linear L / max(d, 1)
///
/// Tensors as PyG's PNAConv: pre_nns.t.0.*, pre_nns.t.2.*, ..., post_nns.t.0.*, ..., lin.*,
/// aggr_module.avg_deg_lin, aggr_module.avg_deg_log. A node without arcs has a_i = 0.
///
/// With one layer before the aggregation h_ij is a sum of a number per destination and one per
/// source, so all aggregators run over N rows; nothing of size E exists. More layers run on E rows.
/// Scaled copies of a_i are never made: each scaler multiplies its own product.
///
/// @par Source  Corso et al.: Principal Neighbourhood Aggregation for Graph Nets, NeurIPS 2020
///              (arXiv:2004.05718). Defaults as the paper's.
/// @par Differs from PyG  by its std, see ops::aggregate(); edge features are not taken.
class PnaConvImpl : public torch::nn::Cloneable<PnaConvImpl>, public Conv {
 public:
  PnaConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : PnaConvImpl(PnaConvOptions(in_channels, out_channels)) {}
  explicit PnaConvImpl(const PnaConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "PNAConv"; }

  PnaConvOptions options;
  torch::nn::ModuleList pre_nns{nullptr};
  torch::nn::ModuleList post_nns{nullptr};
  Linear lin{nullptr};
  PnaDegrees aggr_module{nullptr};

 private:
  [[nodiscard]] std::int64_t tower_width() const;
  [[nodiscard]] NodeInput input_of(const NodeInput& x, std::int64_t tower) const;
  [[nodiscard]] std::vector<at::Tensor> aggregated(const NodeInput& x, const ConvContext& context);
  [[nodiscard]] at::Tensor messages_of(const at::Tensor& sums);
  [[nodiscard]] at::Tensor post(std::int64_t tower, const NodeInput& x, const at::Tensor& a,
                                const at::Tensor& factors);
};
TORCH_MODULE(PnaConv);

}  // namespace isthmus::layers
