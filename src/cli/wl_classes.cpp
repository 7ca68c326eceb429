#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/expressivity/dataset_bounds.hpp"
#include "isthmus/expressivity/node_classes.hpp"
#include "isthmus/expressivity/orbits.hpp"
#include "isthmus/expressivity/verdicts.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/formats/npy.hpp"

#include "text_table.hpp"
#include "wl_input.hpp"
#include "wl_verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

/// --targets: a number for each node.
std::vector<double> read_targets(const std::string& path, std::size_t nodes) {
  const std::string text = read_file(path);
  formats::LineReader in(text, path);
  std::vector<double> targets;
  while (in.next()) {
    while (!in.at_end()) {
      targets.push_back(in.real("target"));
    }
  }
  if (targets.size() != nodes) {
    throw DataError({.file = path}, "there must be a target for each node (expected " +
                                        std::to_string(nodes) + ", got " +
                                        std::to_string(targets.size()) + ")");
  }
  return targets;
}

/// Whole numbers are labels of classes, too.
std::vector<std::int64_t> labels_of(const std::vector<double>& targets) {
  std::vector<std::int64_t> labels;
  for (const double target : targets) {
    if (target != std::floor(target) || target < 0.0 || target > 9e15) {
      return {};
    }
    labels.push_back(static_cast<std::int64_t>(target));
  }
  return labels;
}

Json number_or_none(double number) { return std::isnan(number) ? Json() : Json(number); }

/// The keys orbits, classes_equal_orbits and never_separable.
void append_orbits(Session& session, const WlInput& input, const TimeLimit& limit,
                   const std::vector<std::uint32_t>& class_of, std::int64_t classes,
                   Output& output) {
  const expressivity::OrbitsResult orbits = expressivity::orbits(
      input.graph,
      {.max_nodes = *session.arguments().integer("--max-nodes"), .cancel = limit.token()});
  std::map<std::uint32_t, std::set<NodeId>> orbits_in;
  std::map<std::uint32_t, std::int64_t> nodes_in;
  for (std::size_t v = 0; v < class_of.size(); ++v) {
    orbits_in[class_of[v]].insert(orbits.orbit[v]);
    ++nodes_in[class_of[v]];
  }
  Json never = Json::array();
  for (const auto& [number, of] : orbits_in) {
    if (of.size() > 1) {
      Json one = Json::object();
      one["class"] = std::int64_t{number};
      one["nodes"] = nodes_in[number];
      one["orbits"] = of.size();
      never.push_back(std::move(one));
    }
  }
  Json json = Json::object();
  json["count"] = orbits.count;
  json["complete"] = orbits.complete;
  output.fields["orbits"] = std::move(json);
  output.fields["classes_equal_orbits"] = orbits.complete ? Json(orbits.count == classes) : Json();
  output.text += "orbits       " + std::to_string(orbits.count) +
                 (orbits.complete ? "" : " found, the search was given up") + "\n";
  if (orbits.complete) {
    output.text += never.as_array().empty()
                       ? "every class is one orbit: no test at all tells more nodes apart\n"
                       : std::to_string(never.as_array().size()) +
                             " classes hold several orbits: a stronger test tells more apart\n";
  }
  output.fields["never_separable"] = std::move(never);
}

/// The keys accuracy_bound, mse_bound and mae_bound.
void append_bounds(const Arguments& arguments, const std::vector<std::uint32_t>& class_of,
                   Output& output) {
  const std::vector<double> targets = read_targets(arguments.text("--targets"), class_of.size());
  const std::vector<std::int64_t> labels = labels_of(targets);
  const expressivity::ClassBounds bounds =
      expressivity::class_bounds(class_of, {.label = labels, .value = targets});
  output.fields["accuracy_bound"] = number_or_none(bounds.accuracy);
  output.fields["mse_bound"] = number_or_none(bounds.mse);
  output.fields["mae_bound"] = number_or_none(bounds.mae);
  for (const auto& [name, value] : {std::pair("accuracy, at most  ", bounds.accuracy),
                                    std::pair("mean square, at least  ", bounds.mse),
                                    std::pair("mean absolute, at least  ", bounds.mae)}) {
    output.text += std::isnan(value) ? "" : std::string(name) + fixed(value, 6) + "\n";
  }
}

}  // namespace

Output run_wl_classes(Session& session) {
  const Arguments& arguments = session.arguments();
  const auto start = std::chrono::steady_clock::now();
  const expressivity::TestId test =
      expressivity::parse_test(arguments.has("--test") ? arguments.text("--test") : "wl1");
  const TimeLimit limit(session.cancel(), time_limit_of(arguments));
  const std::vector<WlInput> inputs =
      read_wl_inputs(session, arguments.positional(1), WordMeans::kOneGraph, "auto");
  const WlInput& input = inputs[0];
  const std::vector<expressivity::WlGraph> graphs = graphs_of(inputs);
  const std::array<std::int64_t, 1> nodes = {input.graph.graph.num_nodes()};
  const expressivity::Refinement refinement =
      run_test(test, graphs, refine_options(arguments, limit), test_inputs(session, test, nodes));

  Output output{.schema = "isthmus.wl/1", .text = {}, .fields = Json::object()};
  Json& fields = output.fields;
  fields["action"] = "classes";
  fields["input"] = wl_input_json(input);
  fields["test"] = test.id;
  fields["name"] = test.name;
  fields["undecided"] = refinement.undecided.empty() ? Json() : Json(refinement.undecided);
  if (!refinement.undecided.empty()) {
    output.text = test.name + " is undecided: " + refinement.undecided + "\n";
    return output;
  }
  const expressivity::NodeClasses classes = node_classes(
      refinement, graphs,
      test.spec().pools_columns ? expressivity::NodeView::kLast : expressivity::NodeView::kFirst);
  const std::vector<std::uint32_t>& class_of = classes.of[0];
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(classes.count), 0);
  for (const std::uint32_t number : class_of) {
    ++sizes[number];
  }
  fields["num_classes"] = classes.count;
  Json size_list = Json::array();
  for (const std::int64_t size : sizes) {
    size_list.push_back(size);
  }
  fields["class_sizes"] = std::move(size_list);
  Json per_round = Json::array();
  for (const std::int64_t count : refinement.classes) {
    per_round.push_back(count);
  }
  fields["objects"] = refinement.colour[0].size();
  fields["object_classes"] = std::move(per_round);
  fields["rounds"] = std::int64_t{refinement.rounds()};
  fields["stable"] = refinement.stable;
  fields["certain"] = refinement.certain;
  output.text = fact_lines({{"graph", input.name()},
                            {"test", test.name},
                            {"nodes", std::to_string(class_of.size())},
                            {"classes", std::to_string(classes.count)},
                            {"rounds", std::to_string(refinement.rounds()) +
                                           (refinement.stable ? "" : ", not stable yet")}});
  if (arguments.has("--orbits")) {
    append_orbits(session, input, limit, class_of, classes.count, output);
  }
  if (arguments.has("--targets")) {
    append_bounds(arguments, class_of, output);
  }
  if (arguments.has("--out")) {
    const std::vector<std::int64_t> numbers(class_of.begin(), class_of.end());
    write_file_atomically(arguments.text("--out"),
                          formats::write_npy(formats::make_npy<std::int64_t>(
                              numbers, {static_cast<std::int64_t>(numbers.size())})),
                          arguments.has("--force") ? Overwrite::kReplace : Overwrite::kRefuse);
  }
  output.fields["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return output;
}

}  // namespace isthmus::cli
