#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "options.hpp"

namespace isthmus::bench {

/// A training step of XG-BoT: two groups to a layer, sum, Adam.
struct XgBotStep {
  Graph graph;
  std::vector<std::int64_t> label;  ///< Of each node, 0 or 1.
  std::int64_t width = 64;
  std::int64_t layers = 24;
};

/// The step in each peer of the options and on each of its ways, in processes of their own: prints
/// seconds, beside ours if > 0, and the most that was resident beyond what was before the step.
void print_xg_bot_peers(const Options& options, int threads, const XgBotStep& step, double ours);

}  // namespace isthmus::bench
