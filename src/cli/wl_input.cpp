#include "wl_input.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/expressivity/dataset_bounds.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/formats/npy.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "graph_argument.hpp"
#include "number_words.hpp"

namespace isthmus::cli {
namespace {

using expressivity::LabelUse;
using expressivity::WlGraph;

/// --labels and --edge-labels.
struct LabelWords {
  std::string nodes, edges;

  [[nodiscard]] bool auto_nodes() const { return nodes == "auto"; }
  [[nodiscard]] bool auto_edges() const { return edges == "auto"; }
};

LabelWords label_words(const Arguments& arguments, const char* fallback) {
  const auto word = [&](const char* option) {
    return arguments.has(option) ? arguments.text(option) : std::string(fallback);
  };
  return {word("--labels"), word("--edge-labels")};
}

/// @throws DataError  for what a test of simple graphs would not see.
void check_wl_simple(const Arguments& arguments, const std::string& name,
                     const SimpleGraph& simple) {
  if (arguments.has("--simplify")) {
    return;
  }
  if (!simple.loops.empty()) {
    throw DataError({.file = name},
                    "node " + std::to_string(simple.loops.front().u) +
                        " has a self-loop; the tests take simple graphs",
                    "--simplify leaves loops and parallel edges out");
  }
  if (simple.merged_parallel > 0) {
    throw DataError({.file = name},
                    std::to_string(simple.merged_parallel) +
                        " edges are parallel to another; the tests take simple graphs",
                    "--simplify leaves loops and parallel edges out");
  }
}

/// Graphs of a set, with labels that are comparable among them alone.
struct LabelledSet {
  datasets::Dataset set;
  std::vector<WlGraph> graphs;
};

LabelledSet labelled_set(datasets::Dataset set, const LabelWords& words) {
  LabelledSet result{.set = std::move(set), .graphs = {}};
  result.graphs = dataset_wl_graphs(result.set, words.auto_edges()   ? LabelUse::kLabelsAndEdges
                                                : words.auto_nodes() ? LabelUse::kLabels
                                                                     : LabelUse::kStructure);
  for (WlGraph& graph : result.graphs) {
    if (!words.auto_nodes()) {
      graph.node_label.clear();
    }
  }
  return result;
}

/// One graph of a set, checked.
WlInput take_graph(const Arguments& arguments, const std::string& name, const LabelledSet& set,
                   std::size_t i) {
  const SimpleGraph simple = simple_graph(set.set.graphs[i], {.as_undirected = true});
  WlInput input{.file = name, .index = static_cast<std::int64_t>(i), .graph = set.graphs[i]};
  check_wl_simple(arguments, input.name(), simple);
  if (simple.arcs_without_reverse > 0 && arguments.text("--directed") != "as-undirected") {
    throw DataError({.file = input.name()},
                    "the graph is directed: " + std::to_string(simple.arcs_without_reverse) +
                        " pairs have arcs one way only; --directed as-undirected takes every arc "
                        "as an edge");
  }
  return input;
}

/// A list of edges; its types are labels of edges.
WlInput take_list(Session& session, const std::string& word, const LabelWords& words) {
  const GraphArgument list = read_graph_argument(session, word);
  check_wl_simple(session.arguments(), list.name, list.simple);
  WlInput input{.file = split_graph_word(word).name, .index = 0, .graph = {list.simple.graph}};
  const bool typed = std::any_of(list.rows.begin(), list.rows.end(),
                                 [](const formats::EdgeRow& row) { return row.type != 0; });
  if (words.auto_edges() && typed) {
    const CsrView rows = input.graph.graph.csr();
    for (NodeId v = 0; v < rows.num_rows(); ++v) {
      for (const NodeId u : rows.row(v)) {
        const std::pair<NodeId, NodeId> ends = std::minmax(u, v);
        // By (u, v, type): the first row of these ends.
        const auto it = std::partition_point(
            list.rows.begin(), list.rows.end(),
            [&](const formats::EdgeRow& row) { return std::pair(row.u, row.v) < ends; });
        input.graph.edge_label.push_back(static_cast<std::uint64_t>(it->type));
      }
    }
  }
  return input;
}

/// Whole numbers >= 0 of a file, as many as expected.
std::vector<std::uint64_t> read_label_file(const std::string& path, const char* of,
                                           std::int64_t expected) {
  const std::string text = read_file(path);
  formats::LineReader in(text, path);
  std::vector<std::uint64_t> labels;
  while (in.next()) {
    while (!in.at_end()) {
      labels.push_back(static_cast<std::uint64_t>(in.integer("label", 0)));
    }
  }
  if (static_cast<std::int64_t>(labels.size()) != expected) {
    throw DataError({.file = path}, std::string("there must be a label for each ") + of +
                                        " of all graphs (expected " + std::to_string(expected) +
                                        ", got " + std::to_string(labels.size()) + ")");
  }
  return labels;
}

void label_nodes(const std::string& path, std::vector<WlInput>& inputs) {
  std::int64_t nodes = 0;
  for (const WlInput& input : inputs) {
    nodes += input.graph.graph.num_nodes();
  }
  const std::vector<std::uint64_t> labels = read_label_file(path, "node", nodes);
  auto next = labels.begin();
  for (WlInput& input : inputs) {
    const auto end = next + input.graph.graph.num_nodes();
    input.graph.node_label.assign(next, end);
    next = end;
  }
}

/// One label an edge, in the order of Graph::edges(); both arcs get it.
void label_edges(const std::string& path, std::vector<WlInput>& inputs) {
  std::int64_t edges = 0;
  for (const WlInput& input : inputs) {
    edges += input.graph.graph.num_edges() / 2;
  }
  const std::vector<std::uint64_t> labels = read_label_file(path, "edge", edges);
  auto next = labels.begin();
  for (WlInput& input : inputs) {
    const std::vector<Edge> list = input.graph.graph.edges();
    input.graph.edge_label.clear();
    for (const auto& [u, v] : input.graph.graph.arcs()) {
      const Edge edge = {std::min(u, v), std::max(u, v)};
      const auto at = std::lower_bound(list.begin(), list.end(), edge) - list.begin();
      input.graph.edge_label.push_back(next[at]);
    }
    next += static_cast<std::ptrdiff_t>(list.size());
  }
}

std::vector<double> numbers_of_npy(const std::string& path, std::int64_t expected) {
  const formats::NpyArray array = formats::parse_npy(read_file(path), path);
  if (array.size() != expected) {
    throw DataError({.file = path},
                    "there must be a number for each pair of nodes of each graph (expected " +
                        std::to_string(expected) + ", got " + std::to_string(array.size()) + ")");
  }
  return formats::to_double(array);
}

}  // namespace

std::vector<WlInput> read_wl_inputs(Session& session, std::span<const std::string> words,
                                    WordMeans meaning, const char* labels) {
  const Arguments& arguments = session.arguments();
  const LabelWords label = label_words(arguments, labels);
  std::map<std::string, std::optional<LabelledSet>> sets;  // Each read once.
  std::vector<WlInput> inputs;
  bool labelled = false;
  for (const std::string& text : words) {
    const GraphWord word = split_graph_word(text);
    const auto [it, is_new] = sets.try_emplace(word.name);
    if (is_new) {
      if (auto set = read_set_word(session, word.name)) {
        it->second = labelled_set(std::move(*set), label);
      }
    }
    if (!it->second) {
      inputs.push_back(take_list(session, text, label));
    } else if (meaning == WordMeans::kAllGraphs && !word.index) {
      for (std::size_t i = 0; i < it->second->graphs.size(); ++i) {
        inputs.push_back(take_graph(arguments, word.name, *it->second, i));
      }
    } else {
      inputs.push_back(
          take_graph(arguments, word.name, *it->second, index_in_set(word, it->second->set)));
    }
    // Labels of a set are numbers of its own; types of a list are the file's.
    labelled =
        labelled || (it->second && !inputs.empty() && !inputs.back().graph.node_label.empty());
  }
  if (label.auto_nodes() && labelled && sets.size() > 1) {
    throw InvalidArgument("--labels auto: labels of different sets cannot be compared",
                          "--labels none, or --labels FILE");
  }
  if (!label.auto_nodes() && label.nodes != "none") {
    label_nodes(label.nodes, inputs);
  }
  if (!label.auto_edges() && label.edges != "none") {
    label_edges(label.edges, inputs);
  }
  return inputs;
}

formats::Json wl_input_json(const WlInput& input) {
  formats::Json json = formats::Json::object();
  json["file"] = input.file;
  json["index"] = input.index;
  json["n"] = std::int64_t{input.graph.graph.num_nodes()};
  json["m"] = input.graph.graph.num_edges() / 2;
  json["components"] = std::int64_t{connected_components(input.graph.graph).count()};
  return json;
}

std::vector<WlGraph> graphs_of(const std::vector<WlInput>& inputs) {
  std::vector<WlGraph> graphs;
  graphs.reserve(inputs.size());
  for (const WlInput& input : inputs) {
    graphs.push_back(input.graph);
  }
  return graphs;
}

std::optional<double> time_limit_of(const Arguments& arguments) {
  if (!arguments.has("--time-limit")) {
    return std::nullopt;
  }
  const double seconds = real_of(arguments, "--time-limit", 0.0);
  if (!(seconds >= 0.0 && seconds <= 1e9)) {
    throw InvalidArgument("--time-limit must be in 0..1e9 seconds, got " +
                          arguments.text("--time-limit"));
  }
  return seconds;
}

std::int32_t rounds_of(const Arguments& arguments) {
  const std::string text = arguments.has("--rounds") ? arguments.text("--rounds") : "stable";
  if (text == "stable") {
    return expressivity::kUntilStable;
  }
  std::int32_t rounds = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, rounds);
  if (error != std::errc() || end != last || rounds < 0) {
    throw InvalidArgument("--rounds must be stable or a whole number >= 0, got '" + text + "'");
  }
  return rounds;
}

expressivity::RefineOptions refine_options(const Arguments& arguments, const TimeLimit& limit) {
  return {.rounds = rounds_of(arguments),
          .exact = arguments.has("--exact"),
          .max_tuples = *arguments.integer("--max-tuples"),
          .cancel = limit.token()};
}

expressivity::TestInputs test_inputs(Session& session, const expressivity::TestId& test,
                                     std::span<const std::int64_t> nodes) {
  const Arguments& arguments = session.arguments();
  expressivity::TestInputs inputs{.nested_pool = arguments.text("--pool") == "nested",
                                  .float_resistance = arguments.text("--rd") == "float"};
  if (test.spec().id == "gdwl") {
    std::int64_t pairs = 0;
    for (const std::int64_t n : nodes) {
      pairs += n * n;
    }
    const std::vector<double> numbers = numbers_of_npy(test.file, pairs);
    auto next = numbers.begin();
    for (const std::int64_t n : nodes) {
      inputs.distance.emplace_back(next, next + n * n);
      next += n * n;
    }
  } else if (test.spec().argument == expressivity::TestArgument::kFile) {
    inputs.patterns = datasets::read_graph6(test.file).graphs;
  }
  return inputs;
}

}  // namespace isthmus::cli
