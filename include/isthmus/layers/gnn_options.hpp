#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/norm.hpp"
#include "isthmus/layers/readout.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Message-passing layers of the stack; kLinear ignores the graph (the structure-blind baseline).
enum class LayerType : std::uint8_t {
  kGcn,
  kSage,
  kGin,
  kLinear,
  kPna,
  kEdge,
};

/// How message-passing layers are chained.
enum class StageType : std::uint8_t {
  kStack,     ///< h <- dropout(act(norm(conv(h))))
  kSkipSum,   ///< the same added to h, where both widths agree
  kResidual,  ///< h <- h + feed_forward(propagate(norm(h))), see ResidualBlock; one norm more at
              ///< the end
};

/// What the layers after message passing see.
enum class JumpingKnowledge : std::uint8_t {
  kNone,  ///< the last layer
  kSum,   ///< graph scores: sum over the input and every layer l of dropout(Linear_l(pool(h_l)))
          ///< (Xu et al., GIN)
  kCat,   ///< the outputs of all message-passing layers side by side; see Jump
  kMax,   ///< their elementwise maximum
  kLstm,  ///< their mean with weights from an LSTM over the layers
};

/// How PnaConv scales what it has aggregated, by the degree of the node; formulas there.
enum class DegreeScaler : std::uint8_t {
  kIdentity,
  kAmplification,
  kAttenuation,
  kLinear,
  kInverseLinear,
};

/// What PnaConv is made of.
struct PnaShape {
  std::vector<ops::Reduce> aggregators = {ops::Reduce::kMean, ops::Reduce::kMin, ops::Reduce::kMax,
                                          ops::Reduce::kStd};
  std::vector<DegreeScaler> scalers = {DegreeScaler::kIdentity, DegreeScaler::kAmplification,
                                       DegreeScaler::kAttenuation};
  std::int64_t towers = 1;       ///< Networks side by side, >= 1.
  std::int64_t pre_layers = 1;   ///< Linear layers before the aggregation, >= 1.
  std::int64_t post_layers = 1;  ///< And after it, >= 1.
  bool divide_input = false;     ///< Each tower sees its own columns of the input.
  /// degrees[d] = training nodes with d incoming arcs. Only for the initial values of the two mean
  /// degrees: a network whose tensors are loaded needs none.
  std::vector<std::int64_t> degrees = {};
};

/// Options of Gnn. Widths: dim_in -> dim_inner ... -> dim_out.
struct GnnOptions {
  LayerType layer_type = LayerType::kGcn;
  std::int64_t dim_in = 0;      ///< Input channels, >= 1.
  std::int64_t dim_out = 0;     ///< Scores per node or graph, >= 1.
  std::int64_t dim_inner = 16;  ///< Hidden channels, >= 1.

  std::int64_t layers_pre_mp = 0;  ///< Linear + norm + act layers before message passing, >= 0.
  std::int64_t layers_mp = 2;      ///< Message-passing layers, >= 0. kResidual: blocks.
  /// Linear layers after it, >= 0, the last without norm and act. With 0, the last message-passing
  /// layer gives dim_out and is the plain one; kResidual and kSum need what they say below.
  std::int64_t layers_post_mp = 0;
  StageType stage_type =
      StageType::kStack;  ///< kResidual needs layers_pre_mp and layers_post_mp >= 1.

  /// Reduction inside a layer. Empty: the layer's own (gcn, gin: sum; sage: mean; edge: max). sage
  /// and edge take any, the others sum or mean; gcn has its own weights, so anything but sum is
  /// refused there, and pna its own aggregators.
  std::optional<ops::Reduce> agg = std::nullopt;
  Norm norm = Norm::kNone;
  Activation act = Activation::kRelu;
  double dropout = 0.0;  ///< After each activation, [0, 1).
  /// On the input features, [0, 1). Empty: `dropout` for kStack and kSkipSum, 0 for kResidual.
  std::optional<double> input_dropout = std::nullopt;
  double final_dropout = 0.0;  ///< On the scores of each layer with jk = kSum (Xu et al. use 0.5).

  Pooling graph_pooling = Pooling::kNone;  ///< kNone: node-level task, rows stay nodes.
  /// kSum needs a pooling, layers_post_mp = 0; every message-passing layer is then dim_inner wide.
  /// kCat, kMax, kLstm need layers_mp and layers_post_mp >= 1. None of them goes with kResidual.
  JumpingKnowledge jk = JumpingKnowledge::kNone;
  bool gin_train_eps = false;  ///< GIN's eps as a parameter instead of a constant 0.
  bool sage_project = false;   ///< SageConv's project.
  PnaShape pna = {};           ///< PnaConv's shape.

  std::uint64_t seed = 0;  ///< Initial values and dropout masks are functions of it.
};

/// Refuses options that do not fit together.
/// @throws InvalidArgument  naming the option, the rule and the value.
void check_options(const GnnOptions& options);

/// Names of an enum's values as configs write them ("gcnconv", "skipsum", ...), in the order of the
/// values. For LayerType, StageType, JumpingKnowledge, DegreeScaler, Norm, Activation, Pooling,
/// ops::Reduce.
template <typename Enum>
[[nodiscard]] std::span<const std::string_view> names_of();

/// The name of one value.
template <typename Enum>
[[nodiscard]] std::string_view name_of(Enum value) {
  return names_of<Enum>()[static_cast<std::size_t>(value)];
}

/// The value of a name; "sum" is read as "add" where that is one. @throws InvalidArgument  listing
/// the names, with the nearest as hint.
template <typename Enum>
[[nodiscard]] Enum parse_name(std::string_view name);

}  // namespace isthmus::layers
