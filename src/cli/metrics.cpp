#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/formats/npy.hpp"

#include "cost.hpp"
#include "graph_argument.hpp"
#include "graph_metrics.hpp"
#include "metrics_page.hpp"
#include "node_words.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

/// --labels: an integer per node, between blanks or lines; else those of the set.
std::vector<std::int64_t> read_labels(const Session& session, const GraphArgument& input) {
  const std::string path = session.arguments().text("--labels");
  if (path.empty()) {
    return input.labels;
  }
  const std::string text = read_file(path);
  formats::LineReader in(text, path);
  std::vector<std::int64_t> labels;
  while (in.next()) {
    while (!in.at_end()) {
      labels.push_back(in.integer("label"));
    }
  }
  const std::int64_t n = input.simple.graph.num_nodes();
  if (static_cast<std::int64_t>(labels.size()) != n) {
    throw DataError({.file = path}, "there must be a label per node (expected " +
                                        std::to_string(n) + ", got " +
                                        std::to_string(labels.size()) + ")");
  }
  return labels;
}

/// --features FILE.npy, [N] or [N, C].
std::vector<double> read_features(const Session& session, std::int64_t num_nodes,
                                  std::int64_t& channels) {
  const std::string path = session.arguments().text("--features");
  if (path.empty()) {
    return {};
  }
  const formats::NpyArray array = formats::parse_npy(read_file(path), path);
  const bool fits = (array.shape.size() == 1 || array.shape.size() == 2) &&
                    array.shape.front() == num_nodes && array.size() > 0;
  if (!fits) {
    throw DataError({.file = path},
                    "features must have a row per node, [N] or [N, C] with C >= 1 and N = " +
                        std::to_string(num_nodes));
  }
  channels = array.size() / num_nodes;
  const std::vector<float> narrow = formats::to_float(array);
  return {narrow.begin(), narrow.end()};
}

std::vector<std::string> curvature_kinds(const Arguments& arguments) {
  std::vector<std::string> kinds;
  std::string words = arguments.text("--curvature");
  while (!words.empty()) {
    const std::string word = words.substr(0, words.find(','));
    words.erase(0, word.size() + 1);
    if (word != "orc" && word != "bfc") {
      throw InvalidArgument("--curvature must be orc, bfc, or both, got '" + word + "'");
    }
    kinds.push_back(word);
  }
  return kinds;
}

/// "s,t;...:2,4,8".
void read_influence(const Arguments& arguments, NodeId num_nodes, MetricsRequest& request) {
  const std::string text = arguments.text("--influence");
  const std::size_t colon = text.rfind(':');
  request.influence_pairs = read_pairs("--influence", text.substr(0, colon), num_nodes);
  if (colon != std::string::npos) {
    request.influence_steps = read_counts("--influence", text.substr(colon + 1));
  }
}

/// after - before of every number that both have at the same place; lists and words are left out.
Json difference(const Json& before, const Json& after) {
  if (before.is_integer() && after.is_integer()) {
    return after.as_integer() - before.as_integer();
  }
  if (before.is_number() && after.is_number()) {
    return after.as_double() - before.as_double();
  }
  Json members = Json::object();
  if (before.is_object() && after.is_object()) {
    for (const auto& [key, value] : before.as_object()) {
      if (const Json* other = after.find(key)) {
        Json change = difference(value, *other);
        if (!change.is_null()) {
          members[key] = std::move(change);
        }
      }
    }
  }
  return members.as_object().empty() ? Json() : std::move(members);
}

/// A number of a document, found by its path "resistance.R_tot".
std::string cell(const Json& metrics, std::string_view path) {
  const Json* at = &metrics;
  while (at != nullptr && !path.empty()) {
    const std::string_view key = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(key.size() + 1, path.size()));
    at = at->is_object() ? at->find(key) : nullptr;
  }
  if (at == nullptr || at->is_null()) {
    return "-";
  }
  return at->is_string()    ? at->as_string()
         : at->is_integer() ? std::to_string(at->as_integer())
         : at->is_number()  ? fixed(at->as_double(), 6)
                            : formats::write_json(*at);
}

std::string text_of(const Json& graph, const Json* against) {
  std::vector<std::vector<std::string>> rows;
  for (const char* path :
       {"n", "m", "components", "isolated", "degree.min", "degree.mean", "degree.max",
        "diameter.value", "resistance.kind", "resistance.R_tot", "resistance.R_max",
        "spectrum.lambda2", "spectrum.lambda2_norm", "cheeger.lower", "cheeger.sweep_cut",
        "cheeger.upper", "spanning_trees", "homophily.edge", "homophily.adjusted"}) {
    rows.push_back({path, cell(graph, path)});
    if (against != nullptr) {
      rows.back().push_back(cell(*against, path));
    }
  }
  return text_table(rows);
}

}  // namespace

Output run_metrics(Session& session) {
  const Arguments& arguments = session.arguments();
  Cost cost;
  MetricsRequest request;
  request.all = arguments.text("--level") == "all";
  request.curvature = curvature_kinds(arguments);
  const GraphArgument input = read_graph_argument(session, arguments.positional(0)[0]);
  expect_unit(input, WeightUnit::kConductance, "metrics");
  const NodeId n = input.simple.graph.num_nodes();
  const std::vector<std::int64_t> labels = read_labels(session, input);
  const std::vector<double> features = read_features(session, n, request.channels);
  request.labels = labels;
  request.features = features;
  if (arguments.has("--influence")) {
    read_influence(arguments, n, request);
  }
  cost.spent_on(Part::kRead);

  Output output{.schema = "isthmus.metrics/1", .text = {}, .fields = Json::object()};
  output.fields["input"] = input.json;
  output.fields["graph"] = graph_metrics(session, network_of(input), request);
  std::optional<GraphArgument> against;
  if (arguments.has("--against")) {
    against = read_graph_argument(session, arguments.text("--against"));
    const GraphArgument& other = *against;
    if (other.simple.graph.num_nodes() < n) {
      throw DataError({.file = other.name},
                      "--against must have the nodes of " + input.name + " (expected " +
                          std::to_string(n) + " or more, got " +
                          std::to_string(other.simple.graph.num_nodes()) + ")");
    }
    const MetricsRequest edit_request{.all = request.all, .labels = labels};
    if (other.simple.graph.num_nodes() > n) {
      request.labels = {};
      request.features = {};
    }
    output.fields["against"] = graph_metrics(session, network_of(other), request);
    output.fields["delta"] = difference(output.fields.at("graph"), output.fields.at("against"));
    output.fields["edit"] =
        edit_metrics(session, network_of(input), network_of(other), edit_request);
  }
  cost.spent_on(Part::kMetrics);
  if (arguments.has("--html")) {
    write_file_atomically(
        arguments.text("--html"),
        metrics_page(session, input, against ? &*against : nullptr, output.fields),
        arguments.has("--force") ? Overwrite::kReplace : Overwrite::kRefuse);
    cost.spent_on(Part::kWrite);
  }
  session.end_progress();
  output.text = text_of(output.fields.at("graph"), output.fields.find("against"));
  output.fields["cost"] = cost.json();
  return output;
}

}  // namespace isthmus::cli
