#include "isthmus/expressivity/isomorphism_classes.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "canonical_search.hpp"
#include "joint_descent.hpp"
#include "ordered_partition.hpp"

namespace isthmus::expressivity {
namespace {

/// What isomorphic graphs have in common, found without a search.
using Invariant = std::tuple<NodeId, EdgeId, std::size_t, std::uint64_t>;

/// A graph that no graph before it is isomorphic to.
struct First {
  std::size_t graph = 0;
  std::optional<std::vector<std::uint64_t>> code;  ///< Once it was needed.
};

/// The graphs of one invariant, classed one after another.
class Bucket {
 public:
  Bucket(std::span<const WlGraph> graphs, const IsomorphismClassesOptions& options)
      : graphs_(graphs), options_(&options) {}

  /// The first graph isomorphic to this one: itself if there is none.
  std::size_t first_like(std::size_t graph) {
    if (!firsts_.empty()) {
      // Most buckets hold one class, whose graphs one descent maps.
      const JointDescent descent = joint_descent(graphs_[firsts_.front().graph], graphs_[graph],
                                                 options_->max_nodes, options_->cancel);
      if (descent.outcome == Descent::kMapped) {
        return firsts_.front().graph;
      }
      if (firsts_.size() > 1 || descent.outcome != Descent::kDifferent) {
        return first_by_code(graph);
      }
    }
    firsts_.push_back({.graph = graph, .code = {}});
    return graph;
  }

  std::string undecided;  ///< The first graph whose search was stopped.

 private:
  std::size_t first_by_code(std::size_t graph) {
    const std::optional<std::vector<std::uint64_t>> code = code_of(graph);
    if (code.has_value()) {
      for (; coded_ < firsts_.size(); ++coded_) {
        firsts_[coded_].code = code_of(firsts_[coded_].graph);
        if (firsts_[coded_].code.has_value()) {
          by_code_.emplace(*firsts_[coded_].code, firsts_[coded_].graph);
        }
      }
      if (const auto found = by_code_.find(*code); found != by_code_.end()) {
        return found->second;
      }
      by_code_.emplace(*code, graph);
    }
    firsts_.push_back({.graph = graph, .code = code});
    coded_ = firsts_.size();
    return graph;
  }

  std::optional<std::vector<std::uint64_t>> code_of(std::size_t graph) {
    CanonicalSearch search =
        canonical_search(graphs_[graph], options_->max_nodes, options_->cancel);
    if (!search.complete) {
      if (undecided.empty()) {
        undecided = "graph " + std::to_string(graph) + ": " +
                    (options_->cancel.requested()
                         ? "stopped from outside"
                         : "max_nodes = " + std::to_string(options_->max_nodes) + " was reached");
      }
      return std::nullopt;
    }
    return std::move(search.code);
  }

  std::span<const WlGraph> graphs_;
  const IsomorphismClassesOptions* options_;
  std::vector<First> firsts_;
  std::size_t coded_ = 0;  ///< Firsts whose code was made.
  std::map<std::vector<std::uint64_t>, std::size_t> by_code_;
};

}  // namespace

IsomorphismClassesResult isomorphism_classes(std::span<const WlGraph> graphs,
                                             const IsomorphismClassesOptions& options) {
  if (options.max_nodes < 0) {
    throw InvalidArgument("isomorphism_classes: max_nodes must be >= 0, got " +
                          std::to_string(options.max_nodes));
  }
  const auto count = static_cast<std::int64_t>(graphs.size());
  std::vector<Invariant> invariant(graphs.size());
  parallel_chunks(count, [&](std::int64_t g) {
    const WlGraph& graph = graphs[static_cast<std::size_t>(g)];
    check_wl_graph(graph, ("isomorphism_classes: graph " + std::to_string(g)).c_str());
    OrderedPartition partition(graph);
    partition.refine();
    invariant[static_cast<std::size_t>(g)] = {graph.graph.num_nodes(), graph.graph.num_edges(),
                                              partition.cells(), partition.trace().back()};
  });
  std::map<Invariant, std::vector<std::size_t>> by_invariant;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    by_invariant[invariant[g]].push_back(g);
  }
  std::vector<std::vector<std::size_t>> buckets;
  buckets.reserve(by_invariant.size());
  for (auto& [key, members] : by_invariant) {
    buckets.push_back(std::move(members));
  }
  std::vector<std::size_t> first(graphs.size());
  std::vector<std::pair<std::size_t, std::string>> undecided(buckets.size());
  parallel_chunks(static_cast<std::int64_t>(buckets.size()), [&](std::int64_t b) {
    const std::vector<std::size_t>& members = buckets[static_cast<std::size_t>(b)];
    Bucket bucket(graphs, options);
    for (const std::size_t g : members) {
      first[g] = bucket.first_like(g);
    }
    undecided[static_cast<std::size_t>(b)] = {members.front(), std::move(bucket.undecided)};
  });

  IsomorphismClassesResult result;
  std::vector<std::uint32_t> number(graphs.size());
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    if (first[g] == g) {
      number[g] = static_cast<std::uint32_t>(result.classes++);
    }
    result.class_of.push_back(number[first[g]]);
  }
  std::sort(undecided.begin(), undecided.end());
  for (auto& [graph, text] : undecided) {
    if (!text.empty() && result.complete) {
      result.complete = false;
      result.undecided = std::move(text);
    }
  }
  return result;
}

}  // namespace isthmus::expressivity
