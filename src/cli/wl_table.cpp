#include "wl_table.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace isthmus::cli {
namespace {

/// An option and the actions that take it.
struct WlOption {
  std::string_view actions;
  OptionSpec spec;
};

constexpr std::string_view kEvery = "compare classes hash brec dataset";
constexpr std::string_view kOnGraphs = "compare classes hash";
constexpr std::string_view kRefining = "compare classes brec dataset";

/// What to refine by, and when to stop.
std::vector<WlOption> test_options() {
  return {
      {"compare brec",
       {.name = "--tests",
        .takes = Takes::kText,
        .value = "ID,...",
        .meaning = "compare, brec: tests by id; ladder = from 1-WL up to 3-FWL, compare stops at "
                   "the first that tells the graphs apart; all = every test that needs no file; "
                   "published (brec) = those that the paper counts",
        .fallback = "ladder; brec: published"}},
      {"classes hash dataset",
       {.name = "--test",
        .takes = Takes::kText,
        .value = "ID",
        .meaning = "classes, dataset: test by id; hash: wl1, kl11 or fwl2",
        .fallback = "wl1"}},
      {"compare classes hash dataset",
       {.name = "--rounds",
        .takes = Takes::kText,
        .value = "R",
        .meaning = "rounds to run, or stable",
        .fallback = "stable"}},
      {kRefining,
       {.name = "--exact", .meaning = "confirm what rests on hashes by sorting: no doubt is left"}},
      {kEvery,
       {.name = "--max-tuples",
        .takes = Takes::kInteger,
        .value = "N",
        .meaning = "objects of a refinement at most; a test that needs more is undecided, before "
                   "anything is allocated",
        .fallback = "268435456",
        .minimum = 0,
        .maximum = 4294967295}},
      {kRefining,
       {.name = "--time-limit",
        .takes = Takes::kText,
        .value = "SEC",
        .meaning = "seconds; what is not finished then is undecided"}},
      {"compare classes brec",
       {.name = "--pool",
        .takes = Takes::kChoice,
        .value = "HOW",
        .meaning = "k,l-WL: pool over all tuples of roots at once, or over the last root first",
        .fallback = "flat",
        .choices = {"flat", "nested"}}},
      {kRefining,
       {.name = "--rd",
        .takes = Takes::kChoice,
        .value = "HOW",
        .meaning = "resistances: compared as fractions, or in steps of 1e-9, which is not certain",
        .fallback = "exact",
        .choices = {"exact", "float"}}},
  };
}

/// How graphs and labels are read.
std::vector<WlOption> input_options() {
  return {
      {kOnGraphs,
       {.name = "--labels",
        .takes = Takes::kText,
        .value = "WHAT",
        .meaning = "labels of nodes: auto = those of the set, none, or a FILE with a whole number "
                   ">= 0 for each node, graph after graph",
        .fallback = "auto; hash: none"}},
      {kOnGraphs,
       {.name = "--edge-labels",
        .takes = Takes::kText,
        .value = "WHAT",
        .meaning = "labels of edges: auto, none, or a FILE with one for each edge by (u, v), u < v",
        .fallback = "auto; hash: none"}},
      {kOnGraphs,
       {.name = "--simplify",
        .meaning = "leave loops and parallel edges out; else a graph that has some is refused"}},
      {kOnGraphs,
       {.name = "--directed",
        .takes = Takes::kChoice,
        .value = "RULE",
        .meaning = "take every arc of a directed graph as an edge; else it is refused",
        .choices = {"as-undirected"}}},
      {kOnGraphs,
       {.name = "--ids",
        .takes = Takes::kChoice,
        .value = "RULE",
        .meaning = "ids of an edge list: numbered anew in their order, or kept",
        .fallback = "compact",
        .choices = {"compact", "keep"}}},
      {"compare classes hash",
       {.name = "--weights",
        .takes = Takes::kChoice,
        .value = "UNIT",
        .meaning = "weights are not looked at; needed where the input has some",
        .choices = {"ignore"}}},
  };
}

/// Options of single actions.
std::vector<WlOption> action_options() {
  return {
      {"compare",
       {.name = "--witness",
        .takes = Takes::kChoice,
        .value = "WHAT",
        .meaning = "compare: why the graphs differ: a colour that they hold unequally often, its "
                   "unfolding tree, or the smallest pattern with unequal homomorphism counts",
        .fallback = "class",
        .choices = {"none", "class", "tree", "pattern"}}},
      {"compare dataset",
       {.name = "--iso",
        .meaning = "compare: decide isomorphism in any case; dataset: count isomorphism classes"}},
      {"compare",
       {.name = "--engine",
        .takes = Takes::kChoice,
        .value = "WHO",
        .meaning = "compare: who decides isomorphism; nauty where this build has it",
        .fallback = "own",
        .choices = {"own", "nauty"}}},
      {"compare classes dataset",
       {.name = "--max-nodes",
        .takes = Takes::kInteger,
        .value = "N",
        .meaning = "nodes of a search for isomorphisms at most; undecided beyond",
        .fallback = "1000000",
        .minimum = 0}},
      {"classes",
       {.name = "--orbits",
        .meaning = "classes: orbits of the automorphism group beside the classes"}},
      {"classes",
       {.name = "--targets",
        .takes = Takes::kText,
        .value = "FILE",
        .meaning = "classes: a number for each node; what the classes allow to predict of them"}},
      {"hash", {.name = "--group", .meaning = "hash: print graphs of equal hashes as groups"}},
      {"hash brec",
       {.name = "--expect",
        .takes = Takes::kText,
        .value = "WHAT",
        .meaning =
            "brec: published = exit 1 unless the counts are those of the paper; hash: exit 1 "
            "unless every graph has this hash"}},
      {"brec",
       {.name = "--data",
        .takes = Takes::kText,
        .value = "FILE",
        .meaning = "brec: brec.g6, brec_pairs.tsv beside it",
        .fallback = "expressivity/brec/brec.g6 of the data roots"}},
      {"brec",
       {.name = "--pairs",
        .takes = Takes::kText,
        .value = "A-B,C,...",
        .meaning = "brec: pairs by id",
        .fallback = "all"}},
      {"brec",
       {.name = "--category",
        .takes = Takes::kText,
        .value = "NAME",
        .meaning = "brec: pairs of a category or subcategory"}},
      {"brec",
       {.name = "--relabel",
        .takes = Takes::kInteger,
        .value = "SEED",
        .meaning = "brec: new names for the nodes of every graph first; verdicts must not notice",
        .minimum = 0}},
      {"brec",
       {.name = "--rewire",
        .takes = Takes::kText,
        .value = "METHOD:K",
        .meaning = "brec: rewire every graph first; which pairs are told apart besides, which no "
                   "longer, and where the names of nodes decide"}},
      {"dataset",
       {.name = "--use",
        .takes = Takes::kChoice,
        .value = "WHAT",
        .meaning = "dataset: what the test sees",
        .fallback = "labels",
        .choices = {"labels", "structure", "labels+edges"}}},
      {"dataset",
       {.name = "--task",
        .takes = Takes::kChoice,
        .value = "TASK",
        .meaning = "dataset: what is to be told apart",
        .fallback = "the set's",
        .choices = {"graph", "node"}}},
      {"classes brec",
       {.name = "--out",
        .takes = Takes::kText,
        .value = "FILE",
        .meaning = "classes: class of each node as .npy; brec: verdicts of each pair as TSV"}},
      {"compare brec",
       {.name = "--html",
        .takes = Takes::kText,
        .value = "FILE",
        .meaning = "write a page with the verdicts there; compare draws both graphs"}},
  };
}

const std::vector<WlOption>& wl_options() {
  static const std::vector<WlOption> options = [] {
    std::vector<WlOption> all = test_options();
    for (const std::vector<WlOption>& part : {input_options(), action_options()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return options;
}

}  // namespace

VerbSpec wl_verb() {
  VerbSpec verb{
      .name = "wl",
      .summary = "what the Weisfeiler-Leman tests tell apart: graphs, nodes, BREC, data sets",
      .examples = {{"isthmus wl compare pairs.g6#0 pairs.g6#1 --witness tree",
                    "two graphs: the cheapest test that tells them apart, and why"},
                   {"isthmus wl brec --tests wl1,wl1_orc,kl11,fwl2 --html brec.html",
                    "what curvature adds to 1-WL on the 400 pairs of BREC"}},
      .positionals = {{.name = "ACTION",
                       .meaning =
                           "compare A B: verdicts on two graphs; classes G: what a test sees "
                           "of one graph; hash FILE...: a storable hash of each graph; brec: "
                           "verdict tables; dataset NAME|DIR: what the labels of a set "
                           "allow",
                       .choices = {"compare", "classes", "hash", "brec", "dataset"},
                       .minimum = 1,
                       .maximum = 1},
                      {.name = "GRAPH...",
                       .meaning =
                           "data set names or files (graph6, edge list, npz, TU, ...), #INDEX "
                           "behind one that holds many graphs",
                       .choices = {},
                       .minimum = 0,
                       .maximum = 100000}},
      .options = {}};
  for (const WlOption& option : wl_options()) {
    verb.options.push_back(option.spec);
  }
  return verb;
}

std::string_view wl_actions_of(std::string_view option) {
  const auto& options = wl_options();
  const auto it = std::find_if(options.begin(), options.end(),
                               [&](const WlOption& one) { return one.spec.name == option; });
  return it == options.end() ? std::string_view() : it->actions;
}

}  // namespace isthmus::cli
