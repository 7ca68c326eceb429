#include "isthmus/expressivity/subgraph_wl.hpp"

#include "pair_rules.hpp"
#include "refine_tuples.hpp"

namespace isthmus::expressivity {
namespace {

PairTerms terms_of_subgraph_test(SubgraphTest test) {
  switch (test) {
    case SubgraphTest::kPswlVs:
    case SubgraphTest::kPswlSv:
      return {.starts_as_atp = false, .near_last = true, .diagonal = true};
    case SubgraphTest::kGswl:
      return {.starts_as_atp = false, .column = true, .near_last = true};
    case SubgraphTest::kSswl:
      return {.starts_as_atp = false, .near_first = true, .near_last = true};
    case SubgraphTest::kLfwl2:
      return {.through_last = true};
    case SubgraphTest::kSlfwl2:
      return {.through_first = true, .through_last = true};
    default:
      return {.starts_as_atp = false, .near_last = true};
  }
}

TuplePooling pooling_of(SubgraphTest test) {
  switch (test) {
    case SubgraphTest::kSwlSv:
    case SubgraphTest::kPswlSv:
      return TuplePooling::kColumns;
    case SubgraphTest::kLfwl2:
    case SubgraphTest::kSlfwl2:
      return TuplePooling::kAll;
    default:
      return TuplePooling::kLines;
  }
}

}  // namespace

Refinement subgraph_wl(std::span<const WlGraph> graphs, const SubgraphWlOptions& options) {
  Refinement refused;
  refused.undecided = why_undecided(graphs, 2, options.common, "subgraph_wl");
  if (!refused.undecided.empty()) {
    return refused;
  }
  const TupleFrame frame(graphs, 2);
  PairRules rules(frame, terms_of_subgraph_test(options.test), false, options.seed);
  return refine_tuples(frame, rules, pooling_of(options.test), options.common, kMissOfSums);
}

}  // namespace isthmus::expressivity
