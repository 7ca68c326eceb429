#pragma once

#include <span>
#include <string>

#include "rewire_call.hpp"

namespace isthmus::cli {

/// A row of `rewire --method`.
struct RewireMethod {
  std::string name;
  bool whole_graph = false;      ///< Takes no budget.
  bool reaches_r_tot = false;    ///< Can stop at a total resistance,
  bool reaches_lambda2 = false;  ///< at an eigenvalue of the Laplacian.
  bool has_parts = false;        ///< Works in two levels, too.
  Rewired (*run)(const RewireCall& call) = nullptr;
};

/// Every method, in the order of help.
[[nodiscard]] std::span<const RewireMethod> rewire_methods();

/// The method of a name that the table of verbs allows.
[[nodiscard]] const RewireMethod& find_rewire_method(const std::string& name);

}  // namespace isthmus::cli
