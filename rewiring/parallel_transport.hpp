#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

#include "edge_transport.hpp"
#include "hub_masks.hpp"
#include "spares.hpp"

namespace isthmus::rewiring {

/// Pairs of sources and sinks up to which EdgeTransport keeps a matrix.
inline constexpr std::int64_t kMaxPairs = std::int64_t{1} << 26;

/// EdgeTransport by all threads, each with a memory of its own. The graph stays alive.
class ParallelTransport {
 public:
  ParallelTransport(const Graph& graph, const Fraction& idleness,
                    std::int64_t max_pairs = kMaxPairs);

  /// Curvature of each edge given. `tell` hears how many are done, now and then, from this thread;
  /// what it throws ends the work.
  std::vector<Fraction> curvatures(std::span<const Edge> edges,
                                   const std::function<void(std::int64_t)>& tell = {});
  /// An optimal plan of each edge.
  std::vector<TransportPlan> plans(std::span<const Edge> edges);

 private:
  Graph graph_;
  HubMasks hubs_;
  Spares<EdgeTransport> spares_;
};

}  // namespace isthmus::rewiring
