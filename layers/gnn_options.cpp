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
    "gcnconv", "sageconv", "ginconv", "linear", "pnaconv", "edgeconv",
};
constexpr std::string_view kStageTypes[] = {
    "stack",
    "skipsum",
    "residual",
};
constexpr std::string_view kJumpingKnowledge[] = {
    "none", "sum", "cat", "max", "lstm",
};
constexpr std::string_view kDegreeScalers[] = {
    "identity", "amplification", "attenuation", "linear", "inverse_linear",
};
constexpr std::string_view kNorms[] = {
    "none",
    "batch",
    "layer",
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
    "add", "mean", "max", "min", "var", "std",
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
  const bool last_gives_scores =
      options.layers_post_mp == 0 && options.jk == JumpingKnowledge::kNone;
  if (options.layers_mp > 1 || !last_gives_scores ||
      (pna.divide_input && options.layers_pre_mp > 0)) {
    require_multiple("dim_inner", options.dim_inner);
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
    require(options.layer_type != LayerType::kPna, "agg", "left out with layer_type pnaconv", got);
    const bool any =
        options.layer_type == LayerType::kSage || options.layer_type == LayerType::kEdge;
    require(any || *options.agg == ops::Reduce::kSum || *options.agg == ops::Reduce::kMean, "agg",
            "add or mean", got);
    require(options.layer_type != LayerType::kGcn || *options.agg == ops::Reduce::kSum, "agg",
            "add with layer_type gcnconv", got);
  }
  if (options.stage_type == StageType::kResidual) {
    require(options.layers_pre_mp >= 1, "layers_pre_mp", ">= 1 with stage_type residual",
            std::to_string(options.layers_pre_mp));
    require(options.layers_post_mp >= 1, "layers_post_mp", ">= 1 with stage_type residual",
            std::to_string(options.layers_post_mp));
    require(options.layer_type != LayerType::kPna && options.layer_type != LayerType::kEdge,
            "layer_type", "gcnconv, sageconv, ginconv or linear with stage_type residual",
            std::string(name_of(options.layer_type)));
  }
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
    require(options.stage_type != StageType::kResidual, "stage_type", "stack or skipsum" + with,
            "residual");
    require(options.jk != JumpingKnowledge::kLstm || options.layers_mp * options.dim_inner >= 2,
            "layers_mp * dim_inner", ">= 2" + with, "1");
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
