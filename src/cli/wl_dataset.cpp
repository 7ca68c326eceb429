#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/expressivity/dataset_bounds.hpp"
#include "isthmus/expressivity/isomorphism_classes.hpp"
#include "isthmus/expressivity/orbits.hpp"
#include "isthmus/expressivity/verdicts.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "graph_argument.hpp"
#include "text_table.hpp"
#include "wl_input.hpp"
#include "wl_verbs.hpp"

namespace isthmus::cli {
namespace {

using expressivity::BoundsTask;
using expressivity::DatasetBounds;
using expressivity::LabelUse;
using expressivity::WlGraph;
using formats::Json;

Json percent_or_none(double number) { return std::isnan(number) ? Json() : Json(number); }

LabelUse label_use(const Arguments& arguments) {
  const std::string text = arguments.text("--use");
  return text == "structure"      ? LabelUse::kStructure
         : text == "labels+edges" ? LabelUse::kLabelsAndEdges
                                  : LabelUse::kLabels;
}

BoundsTask task_of(const Arguments& arguments, const datasets::Dataset& set) {
  const bool node = arguments.has("--task") ? arguments.text("--task") == "node"
                                            : set.task == datasets::Task::kNode;
  return node ? BoundsTask::kNode : BoundsTask::kGraph;
}

/// Class labels of the items, -1 where one has none; empty where the set's are of other items.
std::vector<std::int64_t> targets_of(const datasets::Dataset& set, BoundsTask task) {
  const bool fits = (task == BoundsTask::kNode) == (set.task == datasets::Task::kNode);
  if (!fits || set.y.empty()) {
    return {};
  }
  std::vector<std::int64_t> labels = set.y;
  for (std::size_t i = 0; i < set.has_label.size(); ++i) {
    labels[i] = set.has_label[i] != 0 ? labels[i] : -1;
  }
  return labels;
}

/// Tests see simple undirected graphs: what the set has beyond that is left out, and said.
void warn_of_what_is_dropped(Session& session, const datasets::Dataset& set) {
  std::int64_t directed = 0;
  std::int64_t looped = 0;
  for (const Graph& graph : set.graphs) {
    directed += graph.is_symmetric() ? 0 : 1;
    looped += graph.has_self_loops() ? 1 : 0;
  }
  if (directed > 0) {
    session.warn("every arc counts as an edge: " + std::to_string(directed) +
                 " graphs are directed");
  }
  if (looped > 0) {
    session.warn("self-loops are left out: " + std::to_string(looped) + " graphs have some");
  }
}

/// Isomorphism classes of graphs, or orbits of the nodes of one graph.
struct IsoClasses {
  std::vector<std::uint32_t> of = {};
  bool complete = true;
};

IsoClasses iso_classes(Session& session, const std::vector<WlGraph>& graphs, BoundsTask task,
                       const TimeLimit& limit) {
  const std::int64_t max_nodes = *session.arguments().integer("--max-nodes");
  IsoClasses classes;
  if (task == BoundsTask::kGraph) {
    expressivity::IsomorphismClassesResult result = expressivity::isomorphism_classes(
        graphs, {.max_nodes = max_nodes, .cancel = limit.token()});
    classes.of = std::move(result.class_of);
    classes.complete = result.complete;
    return classes;
  }
  if (graphs.size() != 1) {
    throw InvalidArgument("wl dataset: --iso of a node task needs a set of one graph, got " +
                          std::to_string(graphs.size()));
  }
  const expressivity::OrbitsResult result =
      expressivity::orbits(graphs[0], {.max_nodes = max_nodes, .cancel = limit.token()});
  classes.of.assign(result.orbit.begin(), result.orbit.end());
  classes.complete = result.complete;
  return classes;
}

Json rounds_json(const DatasetBounds& bounds) {
  Json rounds = Json::array();
  for (const expressivity::RoundBounds& round : bounds.rounds) {
    Json one = Json::object();
    one["r"] = std::int64_t{round.r};
    one["classes"] = round.classes;
    one["unique_pct"] = round.unique_pct;
    one["iso_pure_pct"] = percent_or_none(round.iso_pure_pct);
    one["accuracy_bound"] = percent_or_none(round.bounds.accuracy);
    one["mse_bound"] = percent_or_none(round.bounds.mse);
    rounds.push_back(std::move(one));
  }
  return rounds;
}

Json iso_json(const DatasetBounds& bounds) {
  if (!bounds.has_iso) {
    return {};
  }
  const expressivity::IsoBounds& iso = bounds.iso;
  Json examples = Json::array();
  for (const std::vector<std::int64_t>& group : iso.examples) {
    Json items = Json::array();
    for (const std::int64_t item : group) {
      items.push_back(item);
    }
    examples.push_back(std::move(items));
  }
  Json conflicting = Json::object();
  conflicting["groups"] = iso.conflicting_groups;
  conflicting["graphs"] = iso.conflicting_items;
  conflicting["loss_pct"] = percent_or_none(iso.loss_pct);
  conflicting["examples"] = std::move(examples);
  Json json = Json::object();
  json["classes"] = iso.classes;
  json["accuracy_bound"] = percent_or_none(iso.bounds.accuracy);
  json["duplicates"] = iso.duplicates;
  json["conflicting"] = std::move(conflicting);
  return json;
}

std::string percent_text(double number) { return std::isnan(number) ? "-" : fixed(number, 1); }

std::string bounds_text(const DatasetBounds& bounds) {
  std::vector<std::vector<std::string>> rows = {
      {"round", "classes", "unique %", "iso-pure %", "accuracy bound %"}};
  for (const expressivity::RoundBounds& round : bounds.rounds) {
    rows.push_back({std::to_string(round.r), std::to_string(round.classes),
                    fixed(round.unique_pct, 1), percent_text(round.iso_pure_pct),
                    percent_text(round.bounds.accuracy)});
  }
  std::string text = text_table(rows) + "\n";
  std::vector<std::pair<std::string, std::string>> facts;
  if (bounds.stable) {
    facts = {{"rounds needed", std::to_string(bounds.rounds_needed)},
             {"rounds until stable", std::to_string(bounds.rounds_stable)}};
  }
  if (bounds.has_iso) {
    const expressivity::IsoBounds& iso = bounds.iso;
    facts.emplace_back("isomorphism classes", std::to_string(iso.classes));
    facts.emplace_back("their accuracy bound %", percent_text(iso.bounds.accuracy));
    facts.emplace_back("duplicates", std::to_string(iso.duplicates));
    facts.emplace_back("with conflicting labels", std::to_string(iso.conflicting_items) + " in " +
                                                      std::to_string(iso.conflicting_groups) +
                                                      " groups");
  }
  text += fact_lines(facts);
  if (!bounds.undecided.empty()) {
    text += "undecided: " + bounds.undecided + "\n";
  }
  return text + (bounds.decisive.empty() ? "" : bounds.decisive + "\n");
}

}  // namespace

Output run_wl_dataset(Session& session) {
  const Arguments& arguments = session.arguments();
  const auto start = std::chrono::steady_clock::now();
  const expressivity::TestId test =
      expressivity::parse_test(arguments.has("--test") ? arguments.text("--test") : "wl1");
  if (test.spec().argument == expressivity::TestArgument::kFile && test.spec().id == "gdwl") {
    throw InvalidArgument("wl dataset cannot run " + test.id + ": its matrices are of one graph");
  }
  const std::string name = arguments.positional(1)[0];
  const std::optional<datasets::Dataset> set = read_set_word(session, name);
  if (!set) {
    throw DataError({.file = name}, "is no set of graphs",
                    "wl classes looks at the nodes of one graph");
  }
  const TimeLimit limit(session.cancel(), time_limit_of(arguments));
  warn_of_what_is_dropped(session, *set);
  const std::vector<WlGraph> graphs = dataset_wl_graphs(*set, label_use(arguments));
  const BoundsTask task = task_of(arguments, *set);
  const std::vector<std::int64_t> labels = targets_of(*set, task);
  IsoClasses iso;
  if (arguments.has("--iso")) {
    iso = iso_classes(session, graphs, task, limit);
  }
  const expressivity::TestInputs inputs = test_inputs(session, test, {});
  const DatasetBounds bounds = expressivity::dataset_bounds(
      graphs, {.task = task,
               .targets = {.label = labels, .value = {}},
               .iso_class = iso.of,
               .iso_complete = iso.complete,
               .test =
                   [&](std::span<const WlGraph> all, const expressivity::RefineOptions& refine) {
                     return run_test(test, all, refine, inputs);
                   },
               .test_name = test.name,
               .common = refine_options(arguments, limit)});

  Output output{.schema = "isthmus.wl/1", .text = bounds_text(bounds), .fields = Json::object()};
  Json& fields = output.fields;
  fields["action"] = "dataset";
  fields["name"] = name;
  fields["graphs"] = graphs.size();
  fields["task"] = task == BoundsTask::kNode ? "node" : "graph";
  fields["use"] = arguments.text("--use");
  fields["test"] = test.id;
  fields["test_name"] = test.name;
  fields["rounds"] = rounds_json(bounds);
  fields["rounds_needed"] = bounds.stable ? Json(std::int64_t{bounds.rounds_needed}) : Json();
  fields["rounds_stable"] = bounds.stable ? Json(std::int64_t{bounds.rounds_stable}) : Json();
  fields["iso"] = iso_json(bounds);
  fields["decisive"] = bounds.decisive.empty() ? Json() : Json(bounds.decisive);
  fields["undecided"] = bounds.undecided.empty() ? Json() : Json(bounds.undecided);
  fields["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return output;
}

}  // namespace isthmus::cli
