#include "isthmus/expressivity/tuple_wl.hpp"

#include <algorithm>
#include <cmath>

#include "pair_rules.hpp"
#include "refine_tuples.hpp"
#include "triple_rules.hpp"

namespace isthmus::expressivity {
namespace {

/// From here on a matrix product is faster than the loop of hashes.
constexpr NodeId kFewestNodesOfGemm = 12;

bool has_triples(TupleTest test) { return test == TupleTest::kOwl3 || test == TupleTest::kFwl3; }

PairTerms terms_of(TupleTest test) {
  switch (test) {
    case TupleTest::kOwl2:
      return {.column = true, .line = true};
    case TupleTest::kDwl2:
      // What is adjacent and what there is in all: the rest is what is not adjacent.
      return {.column = true, .line = true, .near_first = true, .near_last = true};
    case TupleTest::kDlwl2:
      return {.near_first = true, .near_last = true};
    case TupleTest::kDlwl2p:
      return {.near_first = true, .near_last = true, .counted = true};
    default:
      return {.through_all = true};
  }
}

bool multiplies_matrices(std::span<const WlGraph> graphs, const TupleWlOptions& options) {
  if (options.test != TupleTest::kFwl2 || options.product != PairProduct::kAuto) {
    return options.test == TupleTest::kFwl2 && options.product == PairProduct::kGemm;
  }
  return std::any_of(graphs.begin(), graphs.end(), [](const WlGraph& graph) {
    return graph.graph.num_nodes() >= kFewestNodesOfGemm;
  });
}

}  // namespace

Refinement tuple_wl(std::span<const WlGraph> graphs, const TupleWlOptions& options) {
  const int arity = has_triples(options.test) ? 3 : 2;
  Refinement refused;
  refused.undecided = why_undecided(graphs, arity, options.common, "tuple_wl");
  if (!refused.undecided.empty()) {
    return refused;
  }
  const TupleFrame frame(graphs, arity);
  if (arity == 3) {
    TripleRules rules(frame, options.test == TupleTest::kFwl3, options.seed);
    return refine_tuples(frame, rules, TuplePooling::kAll, options.common, kMissOfSums);
  }
  const bool modular = multiplies_matrices(graphs, options);
  PairRules rules(frame, terms_of(options.test), modular, options.seed);
  return refine_tuples(frame, rules, TuplePooling::kAll, options.common,
                       modular ? ModularProduct::miss() : kMissOfSums);
}

}  // namespace isthmus::expressivity
