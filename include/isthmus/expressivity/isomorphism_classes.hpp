#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Options of isomorphism_classes().
struct IsomorphismClassesOptions {
  /// Nodes that the search of one pair may take, >= 0.
  std::int64_t max_nodes = 1'000'000;
  CancelToken cancel = {};  ///< Looked at once a node of each search.
};

/// Graphs by isomorphism class.
struct IsomorphismClassesResult {
  /// [G] Class of each graph, numbered by its first graph.
  std::vector<std::uint32_t> class_of;
  std::int64_t classes = 0;
  /// False: some pairs stayed undecided and count as different, so there may be fewer classes.
  bool complete = true;
  std::string undecided;  ///< The first such pair and its limit; empty if complete.
};

/// Which graphs are isomorphic, node and edge labels included. Graphs whose traces of refinement
/// differ are different; among equal ones each is compared with one of each class so far.
///
/// @throws InvalidArgument  naming the graph, as isomorphism().
/// @par Cost  O((n + m) log n) a graph and one isomorphism() a graph whose trace is not new;
/// buckets
///            of equal traces in parallel. Same result on any number of threads.
[[nodiscard]] IsomorphismClassesResult isomorphism_classes(
    std::span<const WlGraph> graphs, const IsomorphismClassesOptions& options = {});

}  // namespace isthmus::expressivity
