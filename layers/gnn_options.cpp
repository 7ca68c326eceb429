#include "isthmus/layers/gnn_options.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

namespace isthmus::layers {
namespace {

// One name a line, in the order of the enum's values.
constexpr std::string_view kLayerTypes[] = {
    "gcnconv", "sageconv", "ginconv", "linear", "sgconv", "appnp", "gcn2conv", "dagnn",
};
constexpr std::string_view kStageTypes[] = {
    "stack",
    "skipsum",
    "residual",
};
constexpr std::string_view kJumpingKnowledge[] = {
    "none",
    "sum",
};
constexpr std::string_view kNorms[] = {
    "none", "batch", "layer", "graph", "pair", "diff_group",
};
constexpr std::string_view kActivations[] = {
    "identity", "relu", "gelu", "elu", "leaky_relu", "tanh",
};
constexpr std::string_view kPoolings[] = {
    "none",
    "add",
    "mean",
    "max",
};
constexpr std::string_view kReductions[] = {
    "add",
    "mean",
    "max",
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
constexpr std::string_view kOption<Norm> = "norm";
template <>
constexpr std::string_view kOption<Activation> = "act";
template <>
constexpr std::string_view kOption<Pooling> = "graph_pooling";
template <>
constexpr std::string_view kOption<ops::Reduce> = "agg";

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

/// Layers that cannot go from one width to another.
void check_widths(const GnnOptions& options) {
  const bool gcn2 = options.layer_type == LayerType::kGcn2;
  if (!gcn2 && !keeps_width(options.layer_type)) {
    return;
  }
  const std::string with = " with layer_type " + std::string(name_of(options.layer_type));
  require(options.layers_pre_mp >= 1, "layers_pre_mp", ">= 1" + with,
          std::to_string(options.layers_pre_mp));
  if (options.layers_post_mp > 0 || options.jk != JumpingKnowledge::kNone) {
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
  require(options.stage_type != StageType::kResidual, "stage_type",
          "stack or skipsum with virtual_node", "residual");
  require(!keeps_width(options.layer_type) || options.layers_post_mp >= 1 ||
              options.jk != JumpingKnowledge::kNone,
          "layers_post_mp",
          ">= 1 with virtual_node and layer_type " + std::string(name_of(options.layer_type)), "0");
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
template Norm parse_name<Norm>(std::string_view name);
template Activation parse_name<Activation>(std::string_view name);
template Pooling parse_name<Pooling>(std::string_view name);
template ops::Reduce parse_name<ops::Reduce>(std::string_view name);

bool keeps_width(LayerType type) noexcept {
  return type == LayerType::kAppnp || type == LayerType::kDagnn;
}

void check_options(const GnnOptions& options) {
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
    require(*options.agg != ops::Reduce::kMax, "agg", "add or mean", got);
    require(options.layer_type != LayerType::kGcn || *options.agg == ops::Reduce::kSum, "agg",
            "add with layer_type gcnconv", got);
  }
  require_at_least(0, "hops", options.hops);
  require(options.alpha >= 0.0 && options.alpha <= 1.0, "alpha", "in [0, 1]",
          std::to_string(options.alpha));
  require(options.theta >= 0.0, "theta", ">= 0", std::to_string(options.theta));
  require_at_least(1, "norm_groups", options.norm_groups);
  check_widths(options);
  check_virtual_node(options);
  if (options.stage_type == StageType::kResidual) {
    require(options.layer_type <= LayerType::kLinear, "layer_type",
            "gcnconv, sageconv, ginconv or linear with stage_type residual",
            std::string(name_of(options.layer_type)));
    require(!is_graph_norm(options.norm), "norm", "none, batch or layer with stage_type residual",
            std::string(name_of(options.norm)));
    require(options.layers_pre_mp >= 1, "layers_pre_mp", ">= 1 with stage_type residual",
            std::to_string(options.layers_pre_mp));
    require(options.layers_post_mp >= 1, "layers_post_mp", ">= 1 with stage_type residual",
            std::to_string(options.layers_post_mp));
  }
  if (options.jk == JumpingKnowledge::kSum) {
    require(options.graph_pooling != Pooling::kNone, "graph_pooling",
            "add, mean or max with jk sum", "none");
    require(options.layers_post_mp == 0, "layers_post_mp", "0 with jk sum",
            std::to_string(options.layers_post_mp));
    require(options.stage_type != StageType::kResidual, "stage_type",
            "stack or skipsum with jk sum", "residual");
  } else {
    require(options.layers_mp + options.layers_post_mp >= 1, "layers_mp + layers_post_mp", ">= 1",
            "0");
  }
}

}  // namespace isthmus::layers
