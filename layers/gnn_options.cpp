#include "isthmus/layers/gnn_options.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

namespace isthmus::layers {
namespace {

// In the order of the enum's values.
constexpr std::string_view kLayerTypes[] = {
    "gcnconv",   "sageconv", "ginconv",      "linear",    "sgconv",          "appnp",
    "gcn2conv",  "dagnn",    "gatconv",      "gatv2conv", "transformerconv", "gineconv",
    "graphconv", "genconv",  "gatedgcnconv", "rgcnconv",  "pnaconv",         "edgeconv",
};
constexpr std::string_view kStageTypes[] = {
    "stack", "skipsum", "residual", "reversible", "drew",
};
constexpr std::string_view kJumpingKnowledge[] = {
    "none", "sum", "cat", "max", "lstm",
};
constexpr std::string_view kDegreeScalers[] = {
    "identity", "amplification", "attenuation", "linear", "inverse_linear",
};
constexpr std::string_view kNorms[] = {
    "none", "batch", "layer", "graph", "pair", "diff_group",
};
constexpr std::string_view kActivations[] = {
    "identity", "relu", "gelu", "elu", "leaky_relu", "tanh",
};
constexpr std::string_view kPoolings[] = {
    "none", "add", "mean", "max", "attention", "set2set",
};
constexpr std::string_view kReductions[] = {
    "add", "mean", "max", "min", "var", "std",
};
constexpr std::string_view kGenAggregations[] = {
    "softmax", "powermean", "add", "mean", "max",
};
constexpr std::string_view kStreamTypes[] = {"auto", "f32", "f64", "fixed32"};
constexpr std::string_view kReversibleModes[] = {"auto", "reversible", "plain"};
constexpr std::string_view kMaskSharings[] = {"shared", "per_layer"};

constexpr std::string_view kDegreeNorms[] = {
    "symmetric",
    "source",
};

/// What an enum is called in messages: the option that holds it.
template <typename Enum>
constexpr std::string_view kOption = "";
template <>
constexpr std::string_view kOption<LayerType> = "layer_type";
template <>
constexpr std::string_view kOption<StageType> = "stage_type";
template <>
constexpr std::string_view kOption<JumpingKnowledge> = "jk";
template <>
constexpr std::string_view kOption<DegreeScaler> = "scalers";
template <>
constexpr std::string_view kOption<Norm> = "norm";
template <>
constexpr std::string_view kOption<Activation> = "act";
template <>
constexpr std::string_view kOption<Pooling> = "graph_pooling";
template <>
constexpr std::string_view kOption<ops::Reduce> = "agg";
template <>
constexpr std::string_view kOption<GenAggregation> = "gen_aggr";
template <>
constexpr std::string_view kOption<DegreeNorm> = "degree_norm";
template <>
constexpr std::string_view kOption<StreamType> = "stream";
template <>
constexpr std::string_view kOption<ReversibleMode> = "mode";
template <>
constexpr std::string_view kOption<MaskSharing> = "mask";

void require(bool rule_holds, std::string_view option, std::string_view rule,
             const std::string& got) {
  if (!rule_holds) {
    throw InvalidArgument("Gnn: " + std::string(option) + " must be " + std::string(rule) +
                          ", got " + got);
  }
}

void require_at_least(std::int64_t least, std::string_view option, std::int64_t value) {
  require(value >= least, option, ">= " + std::to_string(least), std::to_string(value));
}

void require_rate(std::string_view option, double value) {
  require(value >= 0.0 && value < 1.0, option, "in [0, 1)", std::to_string(value));
}

/// Stages that keep a width of their own, between Linear layers.
bool has_blocks(const GnnOptions& options) {
  return options.stage_type == StageType::kResidual ||
         options.stage_type == StageType::kReversible || options.stage_type == StageType::kDrew;
}

/// Refuses stages of blocks for what only chains of layers have: " with virtual_node".
void require_chain(const GnnOptions& options, const std::string& with) {
  require(!has_blocks(options), "stage_type", "stack or skipsum" + with,
          std::string(name_of(options.stage_type)));
}

/// Columns that a message-passing layer gives, where that is not dim_out: their name and number.
struct LayerWidth {
  std::string_view option;
  std::int64_t value;
};
LayerWidth layer_width(const GnnOptions& options) {
  if (options.stage_type == StageType::kReversible) {
    return {"dim_inner / groups", options.dim_inner / options.reversible.groups};
  }
  return {"dim_inner", options.dim_inner};
}

/// Layers that cannot go from one width to another.
void check_widths(const GnnOptions& options) {
  const bool gcn2 = options.layer_type == LayerType::kGcn2;
  if (!gcn2 && !keeps_width(options.layer_type)) {
    return;
  }
  const std::string with = " with layer_type " + std::string(name_of(options.layer_type));
  require(options.layers_pre_mp >= 1, "layers_pre_mp", ">= 1" + with,
          std::to_string(options.layers_pre_mp));
  if (!last_layer_gives_scores(options)) {
    return;
  }
  require(!gcn2, "layers_post_mp", ">= 1" + with, "0");
  require(options.layers_mp == 1, "layers_mp", "1" + with + " and layers_post_mp 0",
          std::to_string(options.layers_mp));
}

/// The virtual node needs one width before all layers.
void check_virtual_node(const GnnOptions& options) {
  if (!options.virtual_node) {
    return;
  }
  require(options.layers_pre_mp >= 1, "layers_pre_mp", ">= 1 with virtual_node",
          std::to_string(options.layers_pre_mp));
  require_chain(options, " with virtual_node");
  require(!keeps_width(options.layer_type) || !last_layer_gives_scores(options), "layers_post_mp",
          ">= 1 with virtual_node and layer_type " + std::string(name_of(options.layer_type)), "0");
}

/// Two kinds of edges, heard by turns.
void check_alternate(const GnnOptions& options) {
  if (!options.alternate) {
    return;
  }
  require(options.num_relations >= 2, "num_relations", ">= 2 with alternate",
          std::to_string(options.num_relations));
  require_chain(options, " with alternate");
  // GatedGCN hands its edges on, and two layers see those of the data.
  const bool gated = options.layer_type == LayerType::kGatedGcn && !options.edge_encoder;
  require(!gated || options.edge_dim == options.dim_inner, "edge_dim",
          "dim_inner with alternate and layer_type gatedgcnconv", std::to_string(options.edge_dim));
}

void check_pna(const GnnOptions& options) {
  const PnaShape& pna = options.pna;
  require(!pna.aggregators.empty(), "aggregators", "one or more", "none");
  require(!pna.scalers.empty(), "scalers", "one or more", "none");
  require_at_least(1, "towers", pna.towers);
  require_at_least(1, "pre_layers", pna.pre_layers);
  require_at_least(1, "post_layers", pna.post_layers);
  const std::string rule = "a multiple of towers = " + std::to_string(pna.towers);
  const auto require_multiple = [&](std::string_view option, std::int64_t width) {
    require(width % pna.towers == 0, option, rule, std::to_string(width));
  };
  // Widths that a layer gives: dim_inner, and dim_out if the last one gives the scores.
  const bool last_gives_scores = last_layer_gives_scores(options);
  if (options.layers_mp > 1 || !last_gives_scores ||
      (pna.divide_input && options.layers_pre_mp > 0)) {
    const LayerWidth width = layer_width(options);
    require_multiple(width.option, width.value);
  }
  if (last_gives_scores && options.layers_mp > 0) {
    require_multiple("dim_out", options.dim_out);
  }
  if (pna.divide_input && options.layers_pre_mp == 0) {
    require_multiple("dim_in", options.dim_in);
  }
}

}  // namespace

template <>
std::span<const std::string_view> names_of<LayerType>() {
  return kLayerTypes;
}
template <>
std::span<const std::string_view> names_of<StageType>() {
  return kStageTypes;
}
template <>
std::span<const std::string_view> names_of<JumpingKnowledge>() {
  return kJumpingKnowledge;
}
template <>
std::span<const std::string_view> names_of<DegreeScaler>() {
  return kDegreeScalers;
}
template <>
std::span<const std::string_view> names_of<Norm>() {
  return kNorms;
}
template <>
std::span<const std::string_view> names_of<Activation>() {
  return kActivations;
}
template <>
std::span<const std::string_view> names_of<Pooling>() {
  return kPoolings;
}
template <>
std::span<const std::string_view> names_of<ops::Reduce>() {
  return kReductions;
}
template <>
std::span<const std::string_view> names_of<GenAggregation>() {
  return kGenAggregations;
}
template <>
std::span<const std::string_view> names_of<DegreeNorm>() {
  return kDegreeNorms;
}
template <>
std::span<const std::string_view> names_of<StreamType>() {
  return kStreamTypes;
}
template <>
std::span<const std::string_view> names_of<ReversibleMode>() {
  return kReversibleModes;
}
template <>
std::span<const std::string_view> names_of<MaskSharing>() {
  return kMaskSharings;
}

template <typename Enum>
Enum parse_name(std::string_view name) {
  const std::span<const std::string_view> names = names_of<Enum>();
  constexpr bool sums = std::is_same_v<Enum, Pooling> || std::is_same_v<Enum, ops::Reduce>;
  const std::string_view wanted = sums && name == "sum" ? "add" : name;
  const auto found = std::find(names.begin(), names.end(), wanted);
  if (found != names.end()) {
    return static_cast<Enum>(found - names.begin());
  }
  std::string list;
  for (const std::string_view candidate : names) {
    list += (list.empty() ? "" : ", ") + std::string(candidate);
  }
  const std::vector<std::string> candidates(names.begin(), names.end());
  const std::string near = nearest_name(name, candidates);
  throw InvalidArgument(
      std::string(kOption<Enum>) + " must be one of " + list + ", got " + std::string(name),
      near.empty() ? "" : "did you mean " + near + "?");
}

template LayerType parse_name<LayerType>(std::string_view name);
template StageType parse_name<StageType>(std::string_view name);
template JumpingKnowledge parse_name<JumpingKnowledge>(std::string_view name);
template DegreeScaler parse_name<DegreeScaler>(std::string_view name);
template Norm parse_name<Norm>(std::string_view name);
template Activation parse_name<Activation>(std::string_view name);
template Pooling parse_name<Pooling>(std::string_view name);
template ops::Reduce parse_name<ops::Reduce>(std::string_view name);
template GenAggregation parse_name<GenAggregation>(std::string_view name);
template DegreeNorm parse_name<DegreeNorm>(std::string_view name);
template StreamType parse_name<StreamType>(std::string_view name);
template ReversibleMode parse_name<ReversibleMode>(std::string_view name);
template MaskSharing parse_name<MaskSharing>(std::string_view name);

bool looks_at_edge_features(LayerType type) {
  return type == LayerType::kGine || type == LayerType::kGraphConv || type == LayerType::kGen ||
         type == LayerType::kGatedGcn;
}

bool looks_at_edge_types(LayerType type) { return type == LayerType::kRgcn; }

namespace {

/// Rules of the layers that look at edges.
void check_edge_layers(const GnnOptions& options) {
  require_at_least(0, "edge_dim", options.edge_dim);
  require_at_least(0, "num_relations", options.num_relations);
  require_at_least(0, "num_bases", options.num_bases);
  const LayerType type = options.layer_type;
  const std::string with = " with layer_type " + std::string(name_of(type));
  if (options.edge_encoder) {
    require(type == LayerType::kGine || type == LayerType::kGen || type == LayerType::kGatedGcn,
            "layer_type", "gineconv, genconv or gatedgcnconv with edge_encoder",
            std::string(name_of(type)));
    require(options.edge_dim >= 1, "edge_dim", ">= 1 with edge_encoder",
            std::to_string(options.edge_dim));
  }
  require(options.edge_dim == 0 || looks_at_edge_features(type), "edge_dim",
          "0" + with + ", which does not look at features of edges",
          std::to_string(options.edge_dim));
  if (type == LayerType::kGine) {
    require(options.edge_dim >= 1, "edge_dim", ">= 1" + with, std::to_string(options.edge_dim));
  }
  if (type == LayerType::kRgcn) {
    require(options.num_relations >= 1, "num_relations", ">= 1" + with,
            std::to_string(options.num_relations));
  }
  const bool own_reduction =
      type == LayerType::kGine || type == LayerType::kGen || type == LayerType::kGatedGcn;
  require(!own_reduction || options.agg.value_or(ops::Reduce::kSum) == ops::Reduce::kSum, "agg",
          "add" + with, std::string(name_of(options.agg.value_or(ops::Reduce::kSum))));
  const bool edges = looks_at_edge_features(type) || looks_at_edge_types(type);
  require(!edges || options.stage_type != StageType::kResidual, "stage_type",
          "stack or skipsum" + with, "residual");
}

}  // namespace

bool last_layer_gives_scores(const GnnOptions& options) noexcept {
  return options.layers_post_mp == 0 && options.jk == JumpingKnowledge::kNone;
}

bool keeps_width(LayerType type) noexcept {
  return type == LayerType::kAppnp || type == LayerType::kDagnn;
}

namespace {

/// What only attention layers have.
void check_heads(const GnnOptions& options) {
  require_at_least(1, "heads", options.heads);
  require_at_least(1, "heads_last", options.heads_last);
  require_rate("attn_dropout", options.attn_dropout);
  if (!has_heads(options.layer_type)) {
    return;
  }
  const std::string type(name_of(options.layer_type));
  if (options.agg) {
    require(false, "agg", "left out with layer_type " + type, std::string(name_of(*options.agg)));
  }
  const LayerWidth width = layer_width(options);
  require(!options.concat || width.value % options.heads == 0, width.option,
          "a multiple of heads, " + std::to_string(options.heads), std::to_string(width.value));
  require(options.concat || options.stage_type != StageType::kResidual, "concat",
          "true with stage_type residual", "false");
  require(options.attn_dropout == 0.0 || !has_blocks(options), "attn_dropout",
          "0 with stage_type " + std::string(name_of(options.stage_type)),
          std::to_string(options.attn_dropout));
}

void check_pooling(const GnnOptions& options) {
  if (!has_parameters(options.graph_pooling)) {
    return;
  }
  const std::string pooling(name_of(options.graph_pooling));
  require(options.jk != JumpingKnowledge::kSum, "graph_pooling", "add, mean or max with jk sum",
          pooling);
  require(options.layers_post_mp >= 1 || options.graph_pooling != Pooling::kSet2Set,
          "layers_post_mp", ">= 1 with graph_pooling set2set",
          std::to_string(options.layers_post_mp));
}

/// Stages of blocks.
void check_blocks(const GnnOptions& options) {
  if (!has_blocks(options)) {
    return;
  }
  const std::string with = " with stage_type " + std::string(name_of(options.stage_type));
  require(!is_graph_norm(options.norm), "norm", "none, batch or layer" + with,
          std::string(name_of(options.norm)));
  require(options.layers_pre_mp >= 1, "layers_pre_mp", ">= 1" + with,
          std::to_string(options.layers_pre_mp));
  require(options.layers_post_mp >= 1, "layers_post_mp", ">= 1" + with,
          std::to_string(options.layers_post_mp));
}

void check_drew(const GnnOptions& options) {
  if (options.stage_type != StageType::kDrew) {
    return;
  }
  const std::string with = " with stage_type drew";
  const bool gcn = options.layer_type == LayerType::kGcn;
  require(gcn || options.layer_type == LayerType::kGin, "layer_type", "gcnconv or ginconv" + with,
          std::string(name_of(options.layer_type)));
  require_at_least(1, "layers_mp", options.layers_mp);
  require_at_least(1, "rings", options.drew.rings);
  require(options.drew.delay >= 0, "delay", ">= 1, or 0 for none",
          std::to_string(options.drew.delay));
  require(gcn || !options.drew.self_loops, "self_loops", "false with layer_type ginconv", "true");
  require(options.agg.value_or(ops::Reduce::kSum) == ops::Reduce::kSum, "agg", "add" + with,
          std::string(name_of(options.agg.value_or(ops::Reduce::kSum))));
  require(options.degree_norm == DegreeNorm::kSymmetric, "degree_norm", "symmetric" + with,
          std::string(name_of(options.degree_norm)));
}

/// Before any rule that divides by the groups.
void check_reversible(const GnnOptions& options) {
  if (options.stage_type != StageType::kReversible) {
    return;
  }
  const ReversibleShape& shape = options.reversible;
  const std::string with = " with stage_type reversible";
  require(options.layer_type != LayerType::kGcn2, "layer_type",
          "one that needs its input alone" + with + ", gcn2conv adds the first one's", "gcn2conv");
  require(options.layer_type != LayerType::kGatedGcn, "layer_type",
          "one that hands on features of nodes alone" + with + ", gatedgcnconv changes edges",
          "gatedgcnconv");
  require_at_least(2, "groups", shape.groups);
  require(options.dim_inner % shape.groups == 0, "dim_inner",
          "a multiple of groups, " + std::to_string(shape.groups),
          std::to_string(options.dim_inner));
  require(options.layers_mp >= 1, "layers_mp", ">= 1" + with, std::to_string(options.layers_mp));
  require(options.dropout == 0.0 || layer_width(options).value % 4 == 0, "dim_inner / groups",
          "a multiple of 4 with dropout", std::to_string(layer_width(options).value));
  require(shape.bits >= 12 && shape.bits <= 24, "bits", "in [12, 24]", std::to_string(shape.bits));
  const StreamType held = held_stream(shape.stream, options.layers_mp, shape.norm_after);
  require(!shape.verify || held == StreamType::kFixed32, "stream",
          "fixed32, the only exact one, with verify", std::string(name_of(held)));
  require(!is_graph_norm(shape.norm_inside), "norm_inside", "none, batch or layer",
          std::string(name_of(shape.norm_inside)));
}

}  // namespace

void check_options(const GnnOptions& options) {
  check_edge_layers(options);
  require_at_least(1, "dim_in", options.dim_in);
  require_at_least(1, "dim_out", options.dim_out);
  require_at_least(1, "dim_inner", options.dim_inner);
  require_at_least(0, "layers_pre_mp", options.layers_pre_mp);
  require_at_least(0, "layers_mp", options.layers_mp);
  require_at_least(0, "layers_post_mp", options.layers_post_mp);
  require_rate("dropout", options.dropout);
  require_rate("input_dropout", options.input_dropout.value_or(0.0));
  require_rate("final_dropout", options.final_dropout);

  if (options.agg) {
    const std::string got(name_of(*options.agg));
    require(options.layer_type != LayerType::kPna, "agg", "left out with layer_type pnaconv", got);
    const bool any =
        options.layer_type == LayerType::kSage || options.layer_type == LayerType::kEdge;
    require(any || *options.agg == ops::Reduce::kSum || *options.agg == ops::Reduce::kMean, "agg",
            "add or mean", got);
    require(options.layer_type != LayerType::kGcn || *options.agg == ops::Reduce::kSum, "agg",
            "add with layer_type gcnconv", got);
  }
  require_at_least(0, "hops", options.hops);
  require(options.alpha >= 0.0 && options.alpha <= 1.0, "alpha", "in [0, 1]",
          std::to_string(options.alpha));
  require(options.theta >= 0.0, "theta", ">= 0", std::to_string(options.theta));
  require_at_least(1, "norm_groups", options.norm_groups);
  check_reversible(options);
  check_drew(options);
  check_widths(options);
  check_virtual_node(options);
  check_alternate(options);
  if (options.stage_type == StageType::kResidual) {
    require(has_block(options.layer_type), "layer_type",
            "gcnconv, sageconv, ginconv, linear or gatconv with stage_type residual",
            std::string(name_of(options.layer_type)));
  }
  check_blocks(options);
  require(options.layer_type == LayerType::kSage || !options.sage_project, "project",
          "false but with layer_type sageconv", "true");
  require(options.stage_type != StageType::kResidual || !options.sage_project, "project",
          "false with stage_type residual", "true");
  if (options.layer_type == LayerType::kPna) {
    check_pna(options);
  }
  if (options.jk == JumpingKnowledge::kCat || options.jk == JumpingKnowledge::kMax ||
      options.jk == JumpingKnowledge::kLstm) {
    const std::string with = " with jk " + std::string(name_of(options.jk));
    require(options.layers_mp >= 1, "layers_mp", ">= 1" + with, std::to_string(options.layers_mp));
    require(options.layers_post_mp >= 1, "layers_post_mp", ">= 1" + with,
            std::to_string(options.layers_post_mp));
    require_chain(options, with);
    require(options.jk != JumpingKnowledge::kLstm || options.layers_mp * options.dim_inner >= 2,
            "layers_mp * dim_inner", ">= 2" + with, "1");
  }
  if (options.jk == JumpingKnowledge::kSum) {
    require(options.graph_pooling != Pooling::kNone, "graph_pooling",
            "add, mean or max with jk sum", "none");
    require(options.layers_post_mp == 0, "layers_post_mp", "0 with jk sum",
            std::to_string(options.layers_post_mp));
    require_chain(options, " with jk sum");
  } else {
    require(options.layers_mp + options.layers_post_mp >= 1, "layers_mp + layers_post_mp", ">= 1",
            "0");
  }
  check_heads(options);
  check_pooling(options);
}

}  // namespace isthmus::layers
