#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/drew_shape.hpp"
#include "isthmus/layers/norm.hpp"
#include "isthmus/layers/readout.hpp"
#include "isthmus/layers/reversible_shape.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Message-passing layers of the stack; kLinear ignores the graph (the structure-blind baseline).
enum class LayerType : std::uint8_t {
  kGcn,
  kSage,
  kGin,
  kLinear,
  kSg,     ///< Several hops by one layer; see SgConv.
  kAppnp,  ///< Keeps the width; see Appnp and keeps_width().
  kGcn2,   ///< Needs dim_inner on both sides: layers_pre_mp and layers_post_mp (or jk) >= 1.
  kDagnn,  ///< Keeps the width; see Dagnn and keeps_width().
  kGat,
  kGatv2,
  kTransformer,
  kGine,
  kGraphConv,
  kGen,
  kGatedGcn,
  kRgcn,
  kPna,
  kEdge,
};

/// Weight of arc j -> i in kGcn: 1 / sqrt(d_i d_j) of in-degrees, or 1 / out-degree of j, no loops.
enum class DegreeNorm : std::uint8_t { kSymmetric, kSource };

/// Whether a layer weights its neighbours by attention over several heads.
[[nodiscard]] constexpr bool has_heads(LayerType type) {
  return type == LayerType::kGat || type == LayerType::kGatv2 || type == LayerType::kTransformer;
}

/// Whether StageType::kResidual has blocks of it: see ResidualBlock.
[[nodiscard]] constexpr bool has_block(LayerType type) {
  return type <= LayerType::kLinear || type == LayerType::kGat;
}

/// How message-passing layers are chained.
enum class StageType : std::uint8_t {
  kStack,       ///< h <- dropout(act(norm(conv(h))))
  kSkipSum,     ///< the same added to h, where both widths agree
  kResidual,    ///< h <- h + feed_forward(propagate(norm(h))), see ResidualBlock; a norm at the end
  kReversible,  ///< a ReversibleStack of ReversibleConv blocks; norm, act and dropout at the end
  kDrew,        ///< Drew, its form by layer_type (gcn, gin); norm, act and dropout at the end
};

/// What the layers after message passing see.
enum class JumpingKnowledge : std::uint8_t {
  kNone,  ///< the last layer
  kSum,   ///< graph scores: sum over input and layers l of dropout(Linear_l(pool(h_l))), as in GIN
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

/// How GenConv combines messages m, per channel.
enum class GenAggregation : std::uint8_t {
  kSoftmax,    ///< sum of m under weights softmax(t m)
  kPowerMean,  ///< (mean of m^p)^(1/p), m clamped to [0, 100]
  kSum,
  kMean,
  kMax,
};

/// Options of Gnn. Widths: dim_in -> dim_inner ... -> dim_out.
struct GnnOptions {
  LayerType layer_type = LayerType::kGcn;
  std::int64_t dim_in = 0;      ///< Input channels, >= 1.
  std::int64_t dim_out = 0;     ///< Scores per node or graph, >= 1.
  std::int64_t dim_inner = 16;  ///< Hidden channels, >= 1.

  /// Linear + norm + act layers before message passing, >= 0; kReversible, kDrew: the last is bare.
  std::int64_t layers_pre_mp = 0;
  std::int64_t layers_mp = 2;  ///< Message-passing layers, >= 0. kResidual: blocks.
  /// Linear layers after it, >= 0, the last without norm and act. With 0, the last message-passing
  /// layer gives dim_out and is the plain one.
  std::int64_t layers_post_mp = 0;
  StageType stage_type = StageType::kStack;  ///< Blocks: pre_mp, post_mp >= 1.

  /// Reduction inside a layer. Empty: the layer's own (gcn, gin: sum; sage: mean; edge: max). sage
  /// and edge take any, the others sum or mean; gcn has its own weights, so anything but sum is
  /// refused there; pna has its own aggregators and attention layers their own altogether.
  std::optional<ops::Reduce> agg = std::nullopt;
  /// After each message-passing layer, and of kBatch and kLayer also inside the layers_pre_mp,
  /// layers_post_mp and GIN's network. Blocks: as stage_type says; no graph norms.
  Norm norm = Norm::kNone;
  std::int64_t norm_groups = kNormGroups;  ///< Of kDiffGroup, >= 1.
  Activation act = Activation::kRelu;
  double dropout = 0.0;  ///< After each activation, [0, 1).
  /// On the input features, [0, 1). Empty: `dropout` for kStack and kSkipSum, else 0.
  std::optional<double> input_dropout = std::nullopt;
  double final_dropout = 0.0;  ///< On the scores of each layer with jk = kSum (Xu et al. use 0.5).

  Pooling graph_pooling = Pooling::kNone;  ///< kNone: node-level task, rows stay nodes.
  /// kSum needs a pooling, layers_post_mp = 0; every message-passing layer is then dim_inner wide.
  /// kCat, kMax, kLstm need layers_mp and layers_post_mp >= 1. Only of kStack and kSkipSum.
  JumpingKnowledge jk = JumpingKnowledge::kNone;
  DegreeNorm degree_norm = DegreeNorm::kSymmetric;  ///< Of kGcn.
  bool gin_train_eps = false;  ///< Eps of GIN and GINE as a parameter instead of a constant 0.
  std::int64_t hops = 0;  ///< K of kSg, kAppnp, kDagnn, >= 0; 0: their own, 1 for kSg, else 10.
  double alpha = 0.1;     ///< Share of the start in kAppnp and kGcn2, [0, 1].
  double theta = 0.5;     ///< Strength of kGcn2's weights, >= 0; layer l takes theta / l.
  bool shared_weights = true;  ///< kGcn2: one weight for both of its terms.
  /// One more node per graph, joined to all (VirtualNode): layers_pre_mp >= 1, kStack or kSkipSum.
  bool virtual_node = false;

  /// Attention layers: heads, >= 1. dim_inner is the total width, so with concat each head has
  /// dim_inner / heads channels; without, each has dim_inner and their mean is taken.
  std::int64_t heads = 1;
  bool concat = true;
  std::int64_t heads_last = 1;  ///< Of the plain last layer, >= 1: dim_out wide each, averaged.
  double attn_dropout = 0.0;    ///< Of attention weights, [0, 1); only of kStack and kSkipSum.

  std::int64_t edge_dim = 0;  ///< Columns of edge features, >= 0; 0: the data has none.
  /// One Linear(edge_dim, dim_inner) for all layers, which see its output: kGine, kGen, kGatedGcn.
  bool edge_encoder = false;
  std::int64_t num_relations = 0;  ///< Types of edges, >= 0; 0: the data has none.
  std::int64_t num_bases = 0;      ///< Of RGCN's weights, >= 0; 0: one weight per relation.
  bool alternate = false;  ///< Layers 1, 3, ... hear edges of the last type, the rest the others.
  GenAggregation gen_aggr = GenAggregation::kSoftmax;
  bool gen_learn = false;           ///< GEN's t (kSoftmax) or p (kPowerMean) as a parameter.
  bool gen_bias = false;            ///< Of all Linear layers of GEN.
  bool sage_project = false;        ///< SageConv's project.
  PnaShape pna = {};                ///< PnaConv's shape.
  ReversibleShape reversible = {};  ///< Of kReversible.
  DrewShape drew = {};              ///< Of kDrew.

  std::uint64_t seed = 0;  ///< Initial values and dropout masks are functions of it.
};

/// Whether layers of that type look at edge features (ConvContext::edge_attr), or at edge types.
[[nodiscard]] bool looks_at_edge_features(LayerType type);
[[nodiscard]] bool looks_at_edge_types(LayerType type);

/// Refuses options that do not fit together.
/// @throws InvalidArgument  naming the option, the rule and the value.
void check_options(const GnnOptions& options);

/// Layers without weights between input and output. With layers_post_mp = 0 and jk kNone such a
/// layer is the only one and works on the scores: the last of layers_pre_mp gives dim_out, bare.
[[nodiscard]] bool keeps_width(LayerType type) noexcept;

/// Whether the last message-passing layer gives the scores: nothing that could comes after it.
[[nodiscard]] bool last_layer_gives_scores(const GnnOptions& options) noexcept;

/// Names of the values of an enum of GnnOptions as configs write them ("gcnconv"), in their order.
template <typename Enum>
[[nodiscard]] std::span<const std::string_view> names_of();

/// The name of one value.
template <typename Enum>
[[nodiscard]] std::string_view name_of(Enum value) {
  return names_of<Enum>()[static_cast<std::size_t>(value)];
}

/// The value of a name, "sum" being "add". @throws InvalidArgument  with all names and the nearest.
template <typename Enum>
[[nodiscard]] Enum parse_name(std::string_view name);

}  // namespace isthmus::layers
