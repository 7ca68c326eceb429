#include "rewire_methods.hpp"

#include <algorithm>
#include <array>

#include "curvature_methods.hpp"
#include "spectral_methods.hpp"
#include "whole_graph_methods.hpp"

namespace isthmus::cli {

std::span<const RewireMethod> rewire_methods() {
  static const std::array<RewireMethod, 15> methods = {
      {{.name = "gtr",
        .reaches_r_tot = true,
        .reaches_lambda2 = true,
        .has_parts = true,
        .run = run_gtr},
       {.name = "fosr", .reaches_lambda2 = true, .has_parts = true, .run = run_fosr},
       {.name = "sdrf", .run = run_sdrf},
       {.name = "borf", .run = run_borf},
       {.name = "afrc3", .run = run_afrc3},
       {.name = "afrc4", .run = run_afrc4},
       {.name = "laser", .whole_graph = true, .run = run_laser},
       {.name = "rings", .whole_graph = true, .run = run_rings},
       {.name = "gdc", .whole_graph = true, .run = run_gdc},
       {.name = "egp", .whole_graph = true, .run = run_egp},
       {.name = "cgp", .whole_graph = true, .run = run_cgp},
       {.name = "grlef", .run = run_grlef},
       {.name = "err", .run = run_err},
       {.name = "prune", .run = run_prune},
       {.name = "random", .run = run_random}}};
  return methods;
}

const RewireMethod& find_rewire_method(const std::string& name) {
  const auto methods = rewire_methods();
  const auto it = std::find_if(methods.begin(), methods.end(),
                               [&](const RewireMethod& method) { return method.name == name; });
  if (it == methods.end()) {
    throw InvalidArgument("--method is not known, got '" + name + "'");
  }
  return *it;
}

}  // namespace isthmus::cli
