#include "wl_witness.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "isthmus/graph/traversal.hpp"

namespace isthmus::cli {
namespace {

using expressivity::ClassWitness;
using expressivity::WitnessKind;
using formats::Json;

Json object_json(const std::vector<NodeId>& object) {
  if (object.empty()) {
    return {};
  }
  Json json = Json::array();
  for (const NodeId v : object) {
    json.push_back(std::int64_t{v});
  }
  return json;
}

const char* kind_word(WitnessKind kind) {
  return kind == WitnessKind::kObjects ? "objects"
         : kind == WitnessKind::kRows  ? "rows"
                                       : "columns";
}

/// What is counted, in the plural.
std::string counted(const ClassWitness& witness) {
  constexpr std::array<const char*, 4> kTuples = {"objects", "nodes", "pairs", "triples"};
  const std::size_t entries = std::max(witness.object_a.size(), witness.object_b.size());
  return witness.kind == WitnessKind::kObjects ? kTuples[std::min<std::size_t>(entries, 3)]
         : witness.kind == WitnessKind::kRows
             ? "nodes u whose pairs (u, v) have the same multiset of colours"
             : "nodes v whose pairs (u, v) have the same multiset of colours";
}

/// "a cycle of 5 nodes".
std::string shape_of(const Graph& pattern) {
  const CsrView rows = pattern.csr();
  const std::int64_t n = pattern.num_nodes();
  const std::int64_t m = pattern.num_edges() / 2;
  std::int64_t twos = 0;
  for (NodeId v = 0; v < rows.num_rows(); ++v) {
    twos += rows.degree(v) == 2 ? 1 : 0;
  }
  const bool connected = connected_components(pattern).count() == 1;
  const std::string nodes = std::to_string(n) + (n == 1 ? " node" : " nodes");
  return connected && twos == n    ? "a cycle of " + nodes
         : connected && m == n - 1 ? "a tree of " + nodes
                                   : nodes + " and " + std::to_string(m) + " edges";
}

std::string example(const char* graph, const std::vector<NodeId>& object) {
  if (object.empty()) {
    return {};
  }
  std::string text;
  for (const NodeId v : object) {
    text += (text.empty() ? "" : ", ") + std::to_string(v);
  }
  return std::string("  in ") + graph + ", for one: " + (object.size() == 1 ? "node " : "(") +
         text + (object.size() == 1 ? "" : ")") + "\n";
}

}  // namespace

WlWitness find_wl_witness(Session& session, const expressivity::TestId& test,
                          const std::vector<WlInput>& inputs, const TimeLimit& limit) {
  const std::vector<expressivity::WlGraph> graphs = graphs_of(inputs);
  const std::array<std::int64_t, 2> nodes = {graphs[0].graph.num_nodes(),
                                             graphs[1].graph.num_nodes()};
  expressivity::RefineOptions options = refine_options(session.arguments(), limit);
  options.until_graphs_differ = true;
  const expressivity::Refinement refinement =
      run_test(test, graphs, options, test_inputs(session, test, nodes));
  WlWitness witness;
  witness.test = test;
  witness.colour = class_witness(refinement, graphs[0], graphs[1]);
  witness.nodes = node_classes(
      refinement, graphs,
      test.spec().pools_columns ? expressivity::NodeView::kLast : expressivity::NodeView::kFirst);
  const std::string asked = session.arguments().text("--witness");
  if (asked == "tree" && test.id == "wl1" && witness.colour) {
    const bool in_a = !witness.colour->object_a.empty();
    witness.tree = unfolding_tree(graphs[in_a ? 0 : 1],
                                  (in_a ? witness.colour->object_a : witness.colour->object_b)[0],
                                  {.depth = witness.colour->round});
  }
  if (asked == "pattern") {
    witness.pattern =
        pattern_witness(graphs[0], graphs[1],
                        {.patterns = test.id == "wl1" ? expressivity::PatternClass::kTrees
                                                      : expressivity::PatternClass::kTreewidth2,
                         .cancel = limit.token()});
  }
  return witness;
}

Json wl_witness_json(const WlWitness& witness) {
  Json json = Json::object();
  json["test"] = witness.test.id;
  const auto& colour = witness.colour;
  json["round"] =
      colour && !witness.test.spec().stable_alone ? Json(std::int64_t{colour->round}) : Json();
  json["kind"] = colour ? Json(kind_word(colour->kind)) : Json();
  json["colour"] = colour ? Json(std::int64_t{colour->colour}) : Json();
  json["count_a"] = colour ? Json(colour->count_a) : Json();
  json["count_b"] = colour ? Json(colour->count_b) : Json();
  json["object_a"] = colour ? object_json(colour->object_a) : Json();
  json["object_b"] = colour ? object_json(colour->object_b) : Json();
  json["tree"] = witness.tree.empty() ? Json() : Json(witness.tree);
  const auto& pattern = witness.pattern;
  json["pattern"] = pattern ? Json(pattern->graph6) : Json();
  json["hom_a"] = pattern ? Json(pattern->hom_a.text()) : Json();
  json["hom_b"] = pattern ? Json(pattern->hom_b.text()) : Json();
  return json;
}

std::string wl_witness_text(const WlWitness& witness) {
  std::string text = "witness of " + witness.test.name + "\n";
  if (witness.colour) {
    const ClassWitness& colour = *witness.colour;
    text += "  colour " + std::to_string(colour.colour) +
            (witness.test.spec().stable_alone ? "" : " of round " + std::to_string(colour.round)) +
            ": " + std::to_string(colour.count_a) + " " + counted(colour) + " of a, " +
            std::to_string(colour.count_b) + " of b\n";
    text += example("a", colour.object_a) + example("b", colour.object_b);
  } else {
    text += "  no single colour is held unequally often: the pooled multisets differ\n";
  }
  if (!witness.tree.empty()) {
    const bool in_a = !witness.colour->object_a.empty();
    text += std::string("  the unfolding tree of that node of ") + (in_a ? "a" : "b") + ":\n";
    std::string_view rest = witness.tree;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      text += "    " + std::string(rest.substr(0, end)) + "\n";
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  if (witness.pattern) {
    const expressivity::PatternWitness& pattern = *witness.pattern;
    text += "  pattern " + pattern.graph6 + ", " + shape_of(pattern.pattern.graph) + ": " +
            pattern.hom_a.text() + " homomorphisms to a, " + pattern.hom_b.text() + " to b\n";
  }
  return text;
}

}  // namespace isthmus::cli
