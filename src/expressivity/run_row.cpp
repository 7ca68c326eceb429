#include "run_row.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/expressivity/distance_wl.hpp"
#include "isthmus/expressivity/edge_wl.hpp"
#include "isthmus/expressivity/marked_wl.hpp"
#include "isthmus/expressivity/path_wl.hpp"
#include "isthmus/expressivity/subgraph_wl.hpp"
#include "isthmus/expressivity/substructure_wl.hpp"
#include "isthmus/expressivity/tuple_wl.hpp"

namespace isthmus::expressivity {
namespace {

/// What a row's function is called with.
struct RowCall {
  const TestId& test;
  std::span<const WlGraph> graphs;
  const RefineOptions& common;
  const TestInputs& inputs;
};

using RowFunction = Refinement (*)(const RowCall& call);

ResistanceLabelOptions resistance_of(const RowCall& call) {
  return {.arithmetic = call.inputs.float_resistance ? ResistanceArithmetic::kFloat
                                                     : ResistanceArithmetic::kAuto};
}

template <TupleTest kTest>
Refinement by_tuples(const RowCall& call) {
  return tuple_wl(call.graphs, {.test = kTest, .common = call.common});
}

template <SubgraphTest kTest>
Refinement by_subgraphs(const RowCall& call) {
  return subgraph_wl(call.graphs, {.test = kTest, .common = call.common});
}

template <MarkedRoots kRoots>
Refinement by_marks(const RowCall& call) {
  return marked_wl(call.graphs,
                   {.roots = kRoots,
                    .pool = call.inputs.nested_pool ? MarkedPool::kNested : MarkedPool::kFlat,
                    .common = call.common});
}

template <WlDistance kDistance>
Refinement by_distances(const RowCall& call) {
  return distance_wl(call.graphs, {.distance = kDistance,
                                   .resistance = resistance_of(call),
                                   .matrix = call.inputs.distance,
                                   .common = call.common});
}

template <WlEdgeFeature kFeature>
Refinement by_feature(const RowCall& call) {
  return edge_wl(call.graphs,
                 {.feature = kFeature, .resistance = resistance_of(call), .common = call.common});
}

template <WlPaths kPaths>
Refinement by_paths(const RowCall& call) {
  return path_wl(call.graphs, {.paths = kPaths,
                               .entry = call.test.suffix ? WlPathEntry::kColourAndDistance
                                                         : WlPathEntry::kColour,
                               .length = call.test.length,
                               .common = call.common});
}

template <std::int32_t kSize>
Refinement by_connected_subgraphs(const RowCall& call) {
  return substructure_wl(
      call.graphs,
      {.substructure = WlSubstructure::kConnectedSubgraphs, .k = kSize, .common = call.common});
}

template <std::int32_t kHops>
Refinement by_balls(const RowCall& call) {
  return substructure_wl(call.graphs,
                         {.substructure = WlSubstructure::kBall,
                          .k = kHops,
                          .centre = call.test.suffix ? BallCentre::kMarked : BallCentre::kPlain,
                          .common = call.common});
}

template <WlSubstructure kCounted>
Refinement by_patterns(const RowCall& call) {
  if (call.inputs.patterns.empty()) {
    throw InvalidArgument("run_test: test " + call.test.id + " needs at least one pattern");
  }
  return substructure_wl(
      call.graphs,
      {.substructure = kCounted, .patterns = call.inputs.patterns, .common = call.common});
}

struct RowOfTable {
  std::string_view id;
  RowFunction run;
};

constexpr std::array kFunctions = {
    RowOfTable{
        "wl1",
        [](const RowCall& call) { return color_refinement(call.graphs, {.common = call.common}); }},
    RowOfTable{"owl2", by_tuples<TupleTest::kOwl2>},
    RowOfTable{"owl3", by_tuples<TupleTest::kOwl3>},
    RowOfTable{"fwl2", by_tuples<TupleTest::kFwl2>},
    RowOfTable{"fwl3", by_tuples<TupleTest::kFwl3>},
    RowOfTable{"dwl2", by_tuples<TupleTest::kDwl2>},
    RowOfTable{"dlwl2", by_tuples<TupleTest::kDlwl2>},
    RowOfTable{"dlwl2p", by_tuples<TupleTest::kDlwl2p>},
    RowOfTable{"kl11", by_marks<MarkedRoots::kOne>},
    RowOfTable{"kl12", by_marks<MarkedRoots::kTwo>},
    RowOfTable{"kl12e", by_marks<MarkedRoots::kTwoAdjacent>},
    RowOfTable{"swl_vs", by_subgraphs<SubgraphTest::kSwlVs>},
    RowOfTable{"swl_sv", by_subgraphs<SubgraphTest::kSwlSv>},
    RowOfTable{"pswl_vs", by_subgraphs<SubgraphTest::kPswlVs>},
    RowOfTable{"pswl_sv", by_subgraphs<SubgraphTest::kPswlSv>},
    RowOfTable{"gswl", by_subgraphs<SubgraphTest::kGswl>},
    RowOfTable{"sswl", by_subgraphs<SubgraphTest::kSswl>},
    RowOfTable{"lfwl2", by_subgraphs<SubgraphTest::kLfwl2>},
    RowOfTable{"slfwl2", by_subgraphs<SubgraphTest::kSlfwl2>},
    RowOfTable{"spdwl", by_distances<WlDistance::kHops>},
    RowOfTable{"rdwl", by_distances<WlDistance::kResistance>},
    RowOfTable{"spdrdwl", by_distances<WlDistance::kHopsAndResistance>},
    RowOfTable{"gdwl", by_distances<WlDistance::kMatrix>},
    RowOfTable{"path_spp", by_paths<WlPaths::kShortest>},
    RowOfTable{"path_ap", by_paths<WlPaths::kSimple>},
    RowOfTable{"wl1_er", by_feature<WlEdgeFeature::kResistance>},
    RowOfTable{"wl1_orc", by_feature<WlEdgeFeature::kOllivierRicci>},
    RowOfTable{"wl1_bfc", by_feature<WlEdgeFeature::kBalancedForman>},
    RowOfTable{"wl1_afc", by_feature<WlEdgeFeature::kAugmentedForman>},
    RowOfTable{"wl1_lcp", by_feature<WlEdgeFeature::kCurvatureProfile>},
    RowOfTable{"s3", by_connected_subgraphs<3>},
    RowOfTable{"s4", by_connected_subgraphs<4>},
    RowOfTable{"n1", by_balls<1>},
    RowOfTable{"n2", by_balls<2>},
    RowOfTable{"gsn", by_patterns<WlSubstructure::kPatternNodes>},
    RowOfTable{"gsn_edge", by_patterns<WlSubstructure::kPatternEdges>},
};

}  // namespace

Refinement run_row(const TestId& test, std::span<const WlGraph> graphs,
                   const RefineOptions& options, const TestInputs& inputs) {
  const auto* const row =
      std::find_if(kFunctions.begin(), kFunctions.end(),
                   [&](const RowOfTable& one) { return one.id == test.spec().id; });
  if (row == kFunctions.end()) {
    throw InvalidArgument("run_test: no function for test " + test.id);
  }
  return row->run({.test = test, .graphs = graphs, .common = options, .inputs = inputs});
}

}  // namespace isthmus::expressivity
