#include "isthmus/train/rewire_config.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/rewiring/budget.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train {
namespace {

using formats::Json;

/// A method and what it takes beside seed, cache and directed.
struct Method {
  std::string_view name;
  bool has_steps = true;    ///< Takes a budget.
  bool has_control = true;  ///< Random edges can stand for its own.
  std::vector<std::string_view> options = {};
};

const std::vector<Method>& methods() {
  static const std::vector<Method> table = {
      {"none", false, false},
      {"gtr", true, true, {"components"}},
      {"fosr", true, true, {"components", "start", "power_iters"}},
      {"sdrf", true, true, {"remove", "kernel", "tau", "cplus"}},
      {"borf", true, true, {"remove", "h", "k"}},
      {"afrc3", true, true, {"remove"}},
      {"afrc4", true, true, {"remove"}},
      {"laser", false, true, {"rings", "rho", "orbit", "symmetrize"}},
      {"rings", false, true, {"hops"}},
      {"gdc", false, false, {"diffusion", "alpha", "time", "top_k", "epsilon", "symmetrize"}},
      {"egp", false, true},
      {"cgp", false, false},
      {"grlef", true, true, {"temperature"}},
      {"err", true, true, {"components", "remove"}},
      {"prune", true, true, {"components", "objective", "sense", "period"}},
      {"random", true, false, {"components"}}};
  return table;
}

std::string shown(const Json& value) {
  return value.is_string() ? "'" + value.as_string() + "'" : formats::write_json(value);
}

/// "gtr takes rewire.budget, rewire.components".
std::string taken(const Method& method) {
  std::string list = method.has_steps ? "rewire.budget" : "";
  for (const std::string_view option : method.options) {
    list.append(list.empty() ? "" : ", ").append("rewire.").append(option);
  }
  return std::string(method.name) + " takes " + (list.empty() ? "none" : list);
}

void check_budget(const Method& method, const std::string& budget) {
  const std::string name(method.name);
  if (!method.has_steps) {
    if (!budget.empty()) {
      throw InvalidArgument("rewire.budget must be left out with rewire.method " + name +
                            ", which has no steps, got '" + budget + "'");
    }
    return;
  }
  if (!rewiring::steps_of_budget(budget, 0)) {
    throw InvalidArgument(
        "rewire.budget must be a number of steps or a share of the edges such "
        "as 5% with rewire.method " +
        name + ", got '" + budget + "'");
  }
}

void check_options(const Method& method, const Config& config) {
  constexpr std::array<std::string_view, 6> kShared = {"method",  "budget", "seed",
                                                       "control", "cache",  "directed"};
  const Json given = config_json(config).at("rewire");
  const Json defaults = config_json(Config{}).at("rewire");
  for (const auto& [key, value] : given.as_object()) {
    const auto among = [&key = key](const auto& names) {
      return std::find(names.begin(), names.end(), key) != names.end();
    };
    if (!among(kShared) && !among(method.options) && !(value == defaults.at(key))) {
      throw InvalidArgument("rewire." + key + " is no option of rewire.method " +
                                std::string(method.name) + ", got " + shown(value),
                            taken(method));
    }
  }
}

void refuse_choice(std::string_view key, std::string_view method, std::string_view rule,
                   const std::string& got) {
  throw InvalidArgument("rewire." + std::string(key) + " must be " + std::string(rule) +
                        " with rewire.method " + std::string(method) + ", got '" + got + "'");
}

/// Choices that one method has and another, with the same key, has not.
void check_choices(const RewireConfig& rewire) {
  if (rewire.method == "laser" && rewire.symmetrize == "mean") {
    refuse_choice("symmetrize", "laser", "none, union or intersection", rewire.symmetrize);
  }
  if (rewire.method == "gdc" && rewire.symmetrize != "none" && rewire.symmetrize != "mean") {
    refuse_choice("symmetrize", "gdc", "none or mean", rewire.symmetrize);
  }
  if (rewire.method == "err" && rewire.remove == "free") {
    refuse_choice("remove", "err", "auto, off or keep-connected", rewire.remove);
  }
}

}  // namespace

void check_rewiring(const Config& config) {
  const RewireConfig& rewire = config.rewire;
  const std::vector<Method>& table = methods();
  const auto method = std::find_if(table.begin(), table.end(),
                                   [&](const Method& m) { return m.name == rewire.method; });
  if (method == table.end()) {
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const Method& row : table) {
      names.emplace_back(row.name);
    }
    const std::string near = nearest_name(rewire.method, names);
    throw InvalidArgument("rewire.method is not known, got '" + rewire.method + "'",
                          near.empty() ? "" : "did you mean '" + near + "'?");
  }
  check_budget(*method, rewire.budget);
  check_options(*method, config);
  check_choices(rewire);
  if (rewire.control && !method->has_control) {
    throw InvalidArgument("rewire.control must be false with rewire.method " + rewire.method +
                          ", got true");
  }
  if (config.gnn.stage_type == "drew" && (rewire.method != "rings" || rewire.control)) {
    throw InvalidArgument(
        "gnn.stage_type drew needs the rings of its nodes as edges: "
        "rewire.method must be rings without control, got '" +
            rewire.method + "'",
        "--set rewire.method=rings --set rewire.hops=3");
  }
}

}  // namespace isthmus::train
