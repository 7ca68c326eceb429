#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/geometric_wl.hpp"

namespace isthmus::expressivity {

/// A vector in space; in the plane the third coordinate is 0.
using Vector3 = std::array<double, 3>;
/// Three orthonormal axes.
using Frame = std::array<Vector3, 3>;

[[nodiscard]] Vector3 minus(const Vector3& x, const Vector3& y);
[[nodiscard]] double dot(const Vector3& x, const Vector3& y);
[[nodiscard]] double length(const Vector3& x);

/// Coordinates of x in a frame.
[[nodiscard]] Vector3 coordinates(const Frame& frame, const Vector3& x);

/// The frame with `first` as first axis and the part of `second` that is orthogonal to it as
/// second; the third by the right hand. A `second` along `first` is replaced by some axis; in the
/// plane it is not looked at.
/// @pre length(first) > tolerance.
[[nodiscard]] Frame frame_of(const Vector3& first, const Vector3& second, std::int32_t dimension,
                             double tolerance);

/// The same with the last axis of the space turned round.
[[nodiscard]] Frame mirrored(Frame frame, std::int32_t dimension);

/// Whether `second` has a part orthogonal to `first`.
[[nodiscard]] bool independent(const Vector3& first, const Vector3& second, double tolerance);

/// All frames that vectors give: each that is not zero as first axis, each independent one as
/// second, and under kOrthogonal both signs of the last. Vectors on one line give one frame each;
/// no vectors, any one frame.
[[nodiscard]] std::vector<Frame> frames_of(std::span<const Vector3> vectors, std::int32_t dimension,
                                           GeometricGroup group, double tolerance);

/// @throws InvalidArgument  naming `function`, for a graph that check_wl_graph() refuses, a
///                          dimension other than 2 and 3, positions of another number or not
///                          finite, and tolerance <= 0.
void check_geometric_graph(const GeometricGraph& graph, double tolerance, const char* function);

/// [N] Positions.
[[nodiscard]] std::vector<Vector3> positions_of(const GeometricGraph& graph);

}  // namespace isthmus::expressivity
