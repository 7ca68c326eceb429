#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// A rewiring method and how much of it.
struct RewireWord {
  std::string method;       ///< "gtr".
  std::int64_t amount = 0;  ///< Edges, steps, batches, hops or neighbours, by the method.
};

/// Every method that rewire_by() knows, in the order of the rewiring room's documentation.
[[nodiscard]] std::vector<std::string> rewire_words();

/// "gtr:5"; egp and cgp take no amount: "egp".
/// @throws InvalidArgument  for an unknown method, which the hint answers with the nearest; for an
///                          amount that is missing, not wanted, or not a whole number >= 0.
[[nodiscard]] RewireWord parse_rewire(std::string_view word);

/// Options of rewire_by().
struct RewireByOptions {
  std::uint64_t seed = 0;  ///< Of methods that draw.
  CancelToken cancel = {};
};

/// Rewires a graph by a method of the rewiring room with that method's default options: what a
/// test of expressivity sees of a graph that was rewired before training.
///
///     gtr:K fosr:K random:K   K edges added                  err:K  K steps
///     sdrf:K                  K steps                        grlef:K  K flips
///     borf:K                  K batches                      prune:K  K edges removed
///     afrc3:K afrc4:K         K loops                        laser:K rings:K  hops up to K >= 2
///     gdc:K                   the K largest of each column   egp cgp  the expander's edges
///
/// Arcs of methods that give arcs count as edges; weights are left out. cgp adds nodes.
///
/// @param graph  Simple (check_simple()).
/// @throws InvalidArgument  as the method.
[[nodiscard]] Graph rewire_by(const RewireWord& word, const Graph& graph,
                              const RewireByOptions& options = {});

}  // namespace isthmus::expressivity
