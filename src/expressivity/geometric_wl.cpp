#include "isthmus/expressivity/geometric_wl.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "geometric_rounds.hpp"
#include "index.hpp"
#include "refine_nodes.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kOwnSalt = 11;

/// A node of one of the graphs.
struct GeometricNode {
  std::size_t graph = 0;
  NodeId node = 0;
};

class GeometricRefinement {
 public:
  GeometricRefinement(std::span<const GeometricGraph> graphs, std::vector<std::int64_t> offset,
                      const GeometricWlOptions& options)
      : options_(options),
        offset_(std::move(offset)),
        budget_(options.max_steps, options.common.cancel) {
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      graphs_.emplace_back(graphs[g], options, budget_);
      diameter_ = std::max(diameter_, graphs_.back().diameter());
      for (NodeId v = 0; v < graphs[g].graph.graph.num_nodes(); ++v) {
        nodes_.push_back({g, v});
      }
    }
  }

  NodeRound run(std::int32_t round, const Numbering& colours) {
    history_.push_back(colours.colour);
    std::vector<GeometricObject> objects(nodes_.size());
    parallel_chunks(static_cast<std::int64_t>(nodes_.size()), [&](std::int64_t i) {
      if (!budget_.stopped()) {
        const GeometricNode& at = nodes_[index(i)];
        objects[index(i)] = graphs_[at.graph].object(at.node, history_of(at.graph));
      }
    });
    if (budget_.stopped()) {
      return {{},
              budget_.cancelled() ? "cancelled"
                                  : "the vectors in frames exceed max_steps = " +
                                        std::to_string(options_.max_steps)};
    }
    std::vector<Signature> signature;
    std::vector<Signature> encodings;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      signature.push_back(mix(colours.colour[i], kOwnSalt));
      signature.back() += objects[i].colour;
      encodings.insert(encodings.end(), objects[i].encodings.begin(), objects[i].encodings.end());
    }
    const bool ended = options_.test != GeometricTest::kGwl || gwl_ended(round, encodings);
    return {number_signatures(signature), {}, ended};
  }

 private:
  /// Objects hold their components since the round before, and pairs of a node and a frame fall
  /// into as many classes as then.
  bool gwl_ended(std::int32_t round, const std::vector<Signature>& encodings) {
    const std::int64_t classes = number_signatures(encodings).classes;
    const bool ended = round > diameter_ + 1 && classes == encoding_classes_;
    encoding_classes_ = classes;
    return ended;
  }

  /// The colours that one graph had, round by round.
  [[nodiscard]] std::vector<std::span<const std::uint32_t>> history_of(std::size_t graph) const {
    std::vector<std::span<const std::uint32_t>> history;
    for (const std::vector<std::uint32_t>& colour : history_) {
      history.push_back(std::span(colour).subspan(index(offset_[graph]),
                                                  index(offset_[graph + 1] - offset_[graph])));
    }
    return history;
  }

  GeometricWlOptions options_;
  std::vector<std::int64_t> offset_;
  StepBudget budget_;
  std::deque<GeometricRounds> graphs_;
  std::vector<GeometricNode> nodes_;
  std::int32_t diameter_ = 0;
  std::vector<std::vector<std::uint32_t>> history_;
  std::int64_t encoding_classes_ = 0;
};

void check_geometric_arguments(std::span<const GeometricGraph> graphs,
                               const GeometricWlOptions& options) {
  for (const GeometricGraph& graph : graphs) {
    check_geometric_graph(graph, options.tolerance, "geometric_wl");
    if (graph.dimension != graphs[0].dimension) {
      throw InvalidArgument("geometric_wl: all graphs must have the same dimension, got " +
                            std::to_string(graphs[0].dimension) + " and " +
                            std::to_string(graph.dimension));
    }
  }
  if (!(options.tolerance > 0)) {
    throw InvalidArgument("geometric_wl: tolerance must be > 0, got " +
                          std::to_string(options.tolerance));
  }
  if (options.test == GeometricTest::kIgwlBody && options.body < 2) {
    throw InvalidArgument("geometric_wl: body must be >= 2, got " + std::to_string(options.body));
  }
  if (options.max_steps < 0) {
    throw InvalidArgument("geometric_wl: max_steps must be >= 0, got " +
                          std::to_string(options.max_steps));
  }
}

}  // namespace

Refinement geometric_wl(std::span<const GeometricGraph> graphs, const GeometricWlOptions& options) {
  check_geometric_arguments(graphs, options);
  std::vector<WlGraph> structure;
  for (const GeometricGraph& graph : graphs) {
    structure.push_back(graph.graph);
  }
  check_refine_arguments(structure, options.common, "geometric_wl");
  Refinement result;
  result.undecided = too_many_pairs(structure, options.common);
  if (!result.undecided.empty()) {
    return result;
  }
  const std::vector<std::int64_t> offset = node_offsets(structure);
  GeometricRefinement rounds(graphs, offset, options);
  result = refine_nodes(
      offset, number_node_labels(structure), options.common, kUntilStable,
      [&](std::int32_t round, const Numbering& colours) { return rounds.run(round, colours); });
  result.certain = false;
  result.error_bound = 1.0;  // Nothing is known of what rounding joins.
  return result;
}

}  // namespace isthmus::expressivity
