#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// A graph in space. Types of nodes are its node labels.
struct GeometricGraph {
  WlGraph graph;
  std::int32_t dimension = 3;         ///< D, 2 or 3, the same in all graphs of a call.
  std::vector<double> position = {};  ///< [N, D], finite.
};

/// Which motions leave a graph what it is; translations always do.
enum class GeometricGroup : std::uint8_t {
  kOrthogonal,  ///< O(D): rotations and reflections.
  kRotation,    ///< SO(D): rotations.
};

/// What travels along edges.
enum class GeometricTest : std::uint8_t {
  kGwl,       ///< GWL: vectors, nested.
  kIgwl,      ///< IGWL: colours alone; a node sees all its neighbours at once.
  kIgwlBody,  ///< IGWL(k): colours alone; a node sees its neighbours k - 1 at a time.
};

/// Options of geometric_wl().
struct GeometricWlOptions {
  GeometricTest test = GeometricTest::kGwl;
  std::int32_t body = 3;  ///< kIgwlBody: k, >= 2.
  GeometricGroup group = GeometricGroup::kOrthogonal;
  double tolerance = 1e-6;  ///< Step to which coordinates in a frame are rounded, > 0.
  /// Vectors that may be written in frames in all rounds together, >= 0: beyond, the test is
  /// undecided.
  std::int64_t max_steps = 2'000'000'000;
  RefineOptions common = {};
};

/// The geometric Weisfeiler-Leman test and its invariant variants.
///
///     GWL       g_i <- (c_i, g_i, {{ (c_j, g_j, x_ij) : j in N(i) }}),   c_i = orbit of g_i
///     IGWL      c_i <- orbit of (c_i, {{ (c_j, x_ij) : j in N(i) }})
///     IGWL(k)   c_i <- (c_i, {{ orbit of {(c_j, x_ij) : j in S} : S in N(i), |S| = min(k-1, d_i)
///     }})
///
/// x_ij = position of j - position of i; c_i starts as the type. An orbit is known by its smallest
/// encoding over frames: each non-zero vector of the object as first axis, each independent one as
/// second, their cross product as third, both signs of it under O(3). Coordinates are rounded to
/// `tolerance`: a verdict holds up to that, so no result is certain.
///
/// IGWL is stable once a round splits no class. Objects of GWL grow on: it is stable once they hold
/// all of their components and a round tells apart no more pairs of a node and a frame.
///
/// SchNet sees 2 bodies, DimeNet 3, GemNet and SphereNet 4 by scalars.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph(), dimensions differ or are not
///                          2 or 3, positions are of another number or not finite, or an option is
///                          outside its range.
/// @par Cost    GWL in round r: n F r m, F = up to 2 m^2 frames, m = arcs within r hops; IGWL n
/// d^3;
///              IGWL(k) n d^(k-1) k^3. Memory 32 bytes a node and vectors of one object.
/// @par Source  Joshi, Bodnar, Mathis, Cohen, Lio: On the Expressive Power of Geometric Graph
/// Neural
///              Networks, ICML 2023 (arXiv:2301.09308).
[[nodiscard]] Refinement geometric_wl(std::span<const GeometricGraph> graphs,
                                      const GeometricWlOptions& options = {});

}  // namespace isthmus::expressivity
