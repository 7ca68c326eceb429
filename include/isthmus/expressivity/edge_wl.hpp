#pragma once

#include <cstdint>
#include <span>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/resistance_labels.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// What edge_wl() adds to 1-WL.
enum class WlEdgeFeature : std::uint8_t {
  kResistance,       ///< wl1_er: effective resistance of the edge.
  kOllivierRicci,    ///< wl1_orc: rewiring::ollivier_ricci(), idleness 0.
  kBalancedForman,   ///< wl1_bfc: rewiring::balanced_forman().
  kAugmentedForman,  ///< wl1_afc: rewiring::forman(), afrc3.
  /// wl1_lcp: not of edges but of nodes, the local curvature profile (least, largest, mean,
  /// variance and median of kappa_0 of the edges at a node): the label of rewiring::lcp().
  kCurvatureProfile,
};

/// Options of edge_wl().
struct EdgeWlOptions {
  WlEdgeFeature feature = WlEdgeFeature::kOllivierRicci;
  /// kResistance: how it is computed.
  ResistanceLabelOptions resistance = {};
  RefineOptions common = {};
};

/// 1-WL on labels that are computed from the graph: what message passing can see that is fed with
/// that feature.
///
///     c_r(v) = (c_{r-1}(v), {{ (e(v,u), k(v,u), c_{r-1}(u)) : u in N(v) }})
///
/// k = the feature, an exact rational, numbered by rank over all graphs of the call; labels that
/// the graphs have already stay, beside it. Curvatures are compared as fractions, resistances as in
/// distance_wl(). A profile whose variance does not fit a fraction of 64 bits is compared by its
/// doubles instead: then the result is not certain.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph(). ResourceLimit: as
///                          ollivier_ricci() and balanced_forman().
/// @par Cost    That of the feature, and color_refinement(). Memory 16 bytes an arc beside it;
///              kResistance 24 bytes a pair of nodes of one component and graph, one at a time.
/// @par Source  Fesser, Weber: Effective Structural Encodings via Local Curvature Profiles, ICLR
///              2024; Topping et al., ICLR 2022; Zhang et al., ICLR 2023.
[[nodiscard]] Refinement edge_wl(std::span<const WlGraph> graphs,
                                 const EdgeWlOptions& options = {});

}  // namespace isthmus::expressivity
