#include "isthmus/expressivity/congruence.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/arc_slot.hpp"

#include "frames.hpp"
#include "index.hpp"

namespace isthmus::expressivity {
namespace {

/// A graph with its centre of gravity at the origin.
struct CentredGraph {
  const WlGraph& graph;
  std::vector<Vector3> point;
};

CentredGraph centred(const GeometricGraph& graph) {
  std::vector<Vector3> point = positions_of(graph);
  Vector3 centre = {};
  for (const Vector3& x : point) {
    for (std::size_t i = 0; i < centre.size(); ++i) {
      centre[i] += x[i] / static_cast<double>(point.size());
    }
  }
  for (Vector3& x : point) {
    x = minus(x, centre);
  }
  return {graph.graph, std::move(point)};
}

std::uint64_t label_of(const WlGraph& graph, std::size_t v) {
  return graph.node_label.empty() ? 0 : graph.node_label[v];
}

std::uint64_t edge_label_of(const WlGraph& graph, EdgeId slot) {
  return graph.edge_label.empty() ? 0 : graph.edge_label[index(slot)];
}

/// Whether a bijection of nodes carries each arc onto one of its label; the graphs have equally
/// many arcs.
bool carries_arcs(const WlGraph& a, const WlGraph& b, const std::vector<NodeId>& mapping) {
  EdgeId slot = 0;
  for (const auto& [u, v] : a.graph.arcs()) {
    const EdgeId image = arc_slot(b.graph.csr(), mapping[index(v)], mapping[index(u)]);
    if (image < 0 || edge_label_of(a, slot) != edge_label_of(b, image)) {
      return false;
    }
    ++slot;
  }
  return true;
}

class MotionSearch {
 public:
  MotionSearch(const CentredGraph& a, const CentredGraph& b, std::int32_t dimension,
               const CongruenceOptions& options)
      : a_(a), b_(b), dimension_(dimension), options_(options) {}

  CongruenceResult run() {
    const std::size_t first = farthest([&](const Vector3& x) { return length(x); });
    if (a_.point.empty() || length(a_.point[first]) <= options_.tolerance) {
      const Frame any = frame_of({1, 0, 0}, {0, 1, 0}, dimension_, options_.tolerance);
      (void)matches(any, any);
      return std::move(result_);
    }
    const Vector3& p = a_.point[first];
    const std::size_t second = farthest([&](const Vector3& x) { return off_axis(p, x); });
    const Vector3& q = a_.point[second];
    const bool needs_second = dimension_ == 3 && off_axis(p, q) > options_.tolerance;
    const Frame frame = frame_of(p, q, dimension_, options_.tolerance);
    for (const Vector3& x : b_.point) {
      if (!about_equal(length(x), length(p))) {
        continue;
      }
      if (!needs_second) {
        if (try_frames(frame, x, x)) {
          return std::move(result_);
        }
        continue;
      }
      for (const Vector3& y : b_.point) {
        if (about_equal(length(y), length(q)) && about_equal(off_axis(x, y), off_axis(p, q)) &&
            try_frames(frame, x, y)) {
          return std::move(result_);
        }
      }
    }
    return std::move(result_);
  }

 private:
  template <typename Size>
  [[nodiscard]] std::size_t farthest(const Size& size) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < a_.point.size(); ++i) {
      best = size(a_.point[i]) > size(a_.point[best]) ? i : best;
    }
    return best;
  }

  [[nodiscard]] static double off_axis(const Vector3& axis, const Vector3& x) {
    const double along = dot(axis, x) / length(axis);
    return std::sqrt(std::max(0.0, dot(x, x) - along * along));
  }

  [[nodiscard]] bool about_equal(double x, double y) const {
    return std::abs(x - y) <= 4 * options_.tolerance;
  }

  /// Lays the frame of the first graph on points of the second. True: to stop.
  bool try_frames(const Frame& frame, const Vector3& x, const Vector3& y) {
    const Frame other = frame_of(x, y, dimension_, options_.tolerance);
    return matches(frame, other) || (options_.group == GeometricGroup::kOrthogonal &&
                                     matches(frame, mirrored(other, dimension_)));
  }

  /// Whether points with equal coordinates in both frames make a bijection. True: to stop.
  bool matches(const Frame& frame, const Frame& other) {
    if (++motions_ > options_.max_motions) {
      result_.decided = false;
      return true;
    }
    std::vector<NodeId> mapping;
    std::vector<std::uint8_t> taken(b_.point.size());
    double residual = 0.0;
    for (std::size_t i = 0; i < a_.point.size(); ++i) {
      const Vector3 wanted = coordinates(frame, a_.point[i]);
      std::size_t j = 0;
      double gap = 0.0;
      for (; j < b_.point.size(); ++j) {
        gap = length(minus(wanted, coordinates(other, b_.point[j])));
        if (taken[j] == 0 && gap <= options_.tolerance &&
            label_of(a_.graph, i) == label_of(b_.graph, j)) {
          break;
        }
      }
      if (j == b_.point.size()) {
        return false;
      }
      taken[j] = 1;
      mapping.push_back(static_cast<NodeId>(j));
      residual = std::max(residual, gap);
    }
    if (!carries_arcs(a_.graph, b_.graph, mapping)) {
      return false;
    }
    result_ = {true, true, std::move(mapping), residual};
    return true;
  }

  const CentredGraph& a_;
  const CentredGraph& b_;
  std::int32_t dimension_;
  CongruenceOptions options_;
  std::int64_t motions_ = 0;
  CongruenceResult result_;
};

}  // namespace

CongruenceResult congruence(const GeometricGraph& a, const GeometricGraph& b,
                            const CongruenceOptions& options) {
  check_geometric_graph(a, options.tolerance, "congruence");
  check_geometric_graph(b, options.tolerance, "congruence");
  if (a.dimension != b.dimension) {
    throw InvalidArgument("congruence: both graphs must have the same dimension, got " +
                          std::to_string(a.dimension) + " and " + std::to_string(b.dimension));
  }
  if (options.max_motions < 0) {
    throw InvalidArgument("congruence: max_motions must be >= 0, got " +
                          std::to_string(options.max_motions));
  }
  if (a.graph.graph.num_nodes() != b.graph.graph.num_nodes() ||
      a.graph.graph.num_edges() != b.graph.graph.num_edges()) {
    return {};
  }
  return MotionSearch(centred(a), centred(b), a.dimension, options).run();
}

}  // namespace isthmus::expressivity
