#include "refine_tuples.hpp"

#include <algorithm>
#include <limits>

#include "isthmus/core/error.hpp"

#include "split_classes.hpp"
#include "tuple_pools.hpp"

namespace isthmus::expressivity {
namespace {

/// Colours are 32 bits wide.
constexpr std::int64_t kMostTuples = std::numeric_limits<std::uint32_t>::max();

bool all_equal(const std::vector<std::uint32_t>& classes) {
  return std::adjacent_find(classes.begin(), classes.end(), std::not_equal_to<>()) == classes.end();
}

/// The sums beside the colour that the tuple had.
void add_colours(const TupleFrame& frame, const CancelToken& cancel,
                 std::span<const std::uint32_t> colour, std::span<Signature> signature) {
  frame.for_lines(cancel, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = frame.graphs()[g];
    const std::size_t first = index(graph.first + line * graph.n);
    for (std::size_t i = first; i < first + index(graph.n); ++i) {
      signature[i] = beside(colour[i], signature[i]);
    }
  });
}

/// One list of colours for each graph.
std::vector<std::vector<std::uint32_t>> of_each_graph(const TupleFrame& frame,
                                                      std::span<const std::uint32_t> colour) {
  std::vector<std::vector<std::uint32_t>> result;
  for (const TupleGraph& graph : frame.graphs()) {
    const std::span<const std::uint32_t> own = tuples_of(colour, graph);
    result.emplace_back(own.begin(), own.end());
  }
  return result;
}

}  // namespace

std::string why_undecided(std::span<const WlGraph> graphs, int arity, const RefineOptions& options,
                          const char* function) {
  if (options.rounds < kUntilStable || options.max_tuples < 0) {
    throw InvalidArgument(
        std::string(function) + ": rounds must be >= 0 or kUntilStable and max_tuples >= 0, got " +
        std::to_string(options.rounds) + " and " + std::to_string(options.max_tuples));
  }
  for (const WlGraph& graph : graphs) {
    check_wl_graph(graph, function);
  }
  const std::int64_t tuples = count_tuples(graphs, arity);
  const std::string what = std::to_string(tuples) + (arity == 2 ? " pairs" : " triples");
  if (tuples > options.max_tuples) {
    return what + " exceed max_tuples = " + std::to_string(options.max_tuples);
  }
  if (tuples > kMostTuples) {
    return what + " exceed the " + std::to_string(kMostTuples) + " that colours can number";
  }
  return {};
}

Refinement refine_tuples(const TupleFrame& frame, TupleRules& rules, TuplePooling pooling,
                         const RefineOptions& options, double miss) {
  const std::int64_t tuples = frame.tuples();
  std::vector<Signature> signature(index(tuples));
  std::vector<std::uint32_t> colour(index(tuples));
  SignatureRanks ranks;
  TuplePools pools(frame, pooling, options.exact);
  Refinement result;

  rules.initial(signature);
  result.classes.push_back(ranks.number(signature, colour));
  result.graph_class.push_back(pools.classes(colour));
  while (true) {
    result.stable = result.classes.back() == tuples;  // Nothing is left to split.
    if (result.stable || result.rounds() == options.rounds ||
        (options.until_graphs_differ && !all_equal(result.graph_class.back()))) {
      break;
    }
    rules.sums(result.rounds() + 1, colour, options.cancel, signature);
    add_colours(frame, options.cancel, colour, signature);
    if (options.cancel.requested()) {
      result.undecided = "cancelled in round " + std::to_string(result.rounds() + 1);
      break;
    }
    // Without growth the ranks are the colours that were: only exact classes need those beside.
    std::int64_t classes = 0;
    if (options.exact) {
      classes = number_exactly(frame, rules, ranks, signature, colour);
    } else {
      classes = ranks.number(signature, colour);
    }
    if (classes == result.classes.back()) {
      result.stable = true;
      break;
    }
    result.classes.push_back(classes);
    result.graph_class.push_back(pools.classes(colour));
  }

  signature = std::vector<Signature>();  // Braces alone would keep its memory.
  result.colour = of_each_graph(frame, colour);
  result.certain = options.exact;
  if (!options.exact) {
    const auto t = static_cast<double>(tuples);
    result.error_bound = std::min(1.0, (result.rounds() + 1.0) * t * t / 2.0 * miss);
    result.certain = result.error_bound == 0.0;
  }
  return result;
}

}  // namespace isthmus::expressivity
