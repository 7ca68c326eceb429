#include "frames.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "isthmus/core/error.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

Vector3 scaled(const Vector3& x, double factor) {
  return {x[0] * factor, x[1] * factor, x[2] * factor};
}

Vector3 cross(const Vector3& x, const Vector3& y) {
  return {x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]};
}

/// The part of x orthogonal to the unit vector `axis`.
Vector3 orthogonal_part(const Vector3& axis, const Vector3& x) {
  return minus(x, scaled(axis, dot(axis, x)));
}

/// The axis of space that is least along `axis`.
Vector3 least_along(const Vector3& axis) {
  std::size_t least = 0;
  for (std::size_t i = 1; i < axis.size(); ++i) {
    least = std::abs(axis[i]) < std::abs(axis[least]) ? i : least;
  }
  Vector3 unit = {};
  unit[least] = 1.0;
  return unit;
}

}  // namespace

Vector3 minus(const Vector3& x, const Vector3& y) {
  return {x[0] - y[0], x[1] - y[1], x[2] - y[2]};
}

double dot(const Vector3& x, const Vector3& y) { return x[0] * y[0] + x[1] * y[1] + x[2] * y[2]; }

double length(const Vector3& x) { return std::sqrt(dot(x, x)); }

Vector3 coordinates(const Frame& frame, const Vector3& x) {
  return {dot(frame[0], x), dot(frame[1], x), dot(frame[2], x)};
}

Frame frame_of(const Vector3& first, const Vector3& second, std::int32_t dimension,
               double tolerance) {
  const Vector3 x = scaled(first, 1.0 / length(first));
  if (dimension == 2) {
    return {x, Vector3{-x[1], x[0], 0.0}, Vector3{0.0, 0.0, 1.0}};
  }
  const Vector3 part =
      orthogonal_part(x, independent(first, second, tolerance) ? second : least_along(x));
  const Vector3 y = scaled(part, 1.0 / length(part));
  return {x, y, cross(x, y)};
}

Frame mirrored(Frame frame, std::int32_t dimension) {
  Vector3& last = frame[index(dimension) - 1];
  last = scaled(last, -1.0);
  return frame;
}

bool independent(const Vector3& first, const Vector3& second, double tolerance) {
  return length(orthogonal_part(scaled(first, 1.0 / length(first)), second)) > tolerance;
}

std::vector<Frame> frames_of(std::span<const Vector3> vectors, std::int32_t dimension,
                             GeometricGroup group, double tolerance) {
  std::vector<Frame> frames;
  const auto add = [&](const Vector3& first, const Vector3& second) {
    frames.push_back(frame_of(first, second, dimension, tolerance));
    if (group == GeometricGroup::kOrthogonal) {
      frames.push_back(mirrored(frames.back(), dimension));
    }
  };
  for (const Vector3& first : vectors) {
    if (length(first) <= tolerance) {
      continue;
    }
    const std::size_t before = frames.size();
    for (const Vector3& second : vectors) {
      if (dimension == 3 && independent(first, second, tolerance)) {
        add(first, second);
      }
    }
    if (frames.size() == before) {
      add(first, first);
    }
  }
  if (frames.empty()) {
    frames.push_back({Vector3{1, 0, 0}, Vector3{0, 1, 0}, Vector3{0, 0, 1}});
  }
  return frames;
}

void check_geometric_graph(const GeometricGraph& graph, double tolerance, const char* function) {
  check_wl_graph(graph.graph, function);
  const std::string name = function;
  if (graph.dimension != 2 && graph.dimension != 3) {
    throw InvalidArgument(name + ": dimension must be 2 or 3, got " +
                          std::to_string(graph.dimension));
  }
  const std::size_t wanted = index(std::int64_t{graph.graph.graph.num_nodes()} * graph.dimension);
  if (graph.position.size() != wanted) {
    throw InvalidArgument(name + ": position must have " + std::to_string(wanted) +
                          " entries, got " + std::to_string(graph.position.size()));
  }
  const auto bad = std::ranges::find_if(graph.position, [](double x) { return !std::isfinite(x); });
  if (bad != graph.position.end()) {
    throw InvalidArgument(name + ": position must be finite, got " + std::to_string(*bad) +
                          " at entry " + std::to_string(bad - graph.position.begin()));
  }
  if (!(tolerance > 0)) {
    throw InvalidArgument(name + ": tolerance must be > 0, got " + std::to_string(tolerance));
  }
}

std::vector<Vector3> positions_of(const GeometricGraph& graph) {
  std::vector<Vector3> positions;
  const auto dimension = index(graph.dimension);
  for (std::size_t i = 0; i < graph.position.size(); i += dimension) {
    Vector3& x = positions.emplace_back();
    std::copy_n(graph.position.begin() + static_cast<std::ptrdiff_t>(i), dimension, x.begin());
  }
  return positions;
}

}  // namespace isthmus::expressivity
