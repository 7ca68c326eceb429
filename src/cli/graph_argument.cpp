#include "graph_argument.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

#include "isthmus/datasets/edge_list.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/datasets/set_file.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::cli {
namespace {

namespace fs = std::filesystem;

/// A graph as its source has it: directed or not, with loops and parallel arcs.
struct RawGraph {
  Graph graph;
  std::vector<double> weight;      ///< By position.
  std::vector<std::int64_t> type;  ///< By position.
  std::vector<std::string> names;
  std::vector<std::int64_t> labels;
  bool has_weights = false;
  bool rows_are_edges = false;  ///< A pair listed one way is an edge all the same.
};

/// A word that can only be meant as a file.
bool looks_like_a_path(const std::string& word) {
  return word.find('/') != std::string::npos ||
         (word.find(':') == std::string::npos && fs::path(word).has_extension());
}

RawGraph from_set(const datasets::Dataset& set, const GraphWord& word) {
  const std::size_t i = index_in_set(word, set);
  RawGraph raw;
  raw.graph = set.graphs[i];
  if (!set.edge_label.empty()) {
    EdgeId before = 0;
    for (std::size_t g = 0; g < i; ++g) {
      before += set.graphs[g].num_edges();
    }
    raw.type.resize(static_cast<std::size_t>(raw.graph.num_edges()));
    for (EdgeId slot = 0; slot < raw.graph.num_edges(); ++slot) {
      raw.type[static_cast<std::size_t>(raw.graph.eid()[slot])] =
          std::max<std::int64_t>(set.edge_label[static_cast<std::size_t>(before + slot)], 0);
    }
  }
  if (set.task == datasets::Task::kNode && !set.y.empty()) {
    const auto first = static_cast<std::size_t>(set.node_ptr[i]);
    const auto last = static_cast<std::size_t>(set.node_ptr[i + 1]);
    bool all = true;
    for (std::size_t v = first; v < last; ++v) {
      all = all && (set.has_label.empty() || set.has_label[v] != 0);
    }
    if (all) {
      raw.labels.assign(set.y.begin() + static_cast<std::ptrdiff_t>(first),
                        set.y.begin() + static_cast<std::ptrdiff_t>(last));
    }
  }
  return raw;
}

RawGraph from_list(const GraphWord& word, const Session& session, bool read_weights) {
  const bool keeps = session.arguments().text("--ids") == "keep";
  datasets::EdgeListGraph list = datasets::read_edge_list(
      word.name, {.ids = keeps ? datasets::NodeIds::kKeep : datasets::NodeIds::kCompact,
                  .read_weights = read_weights});
  if (word.index.value_or(0) != 0) {
    throw InvalidArgument("GRAPH: " + word.name + " holds one graph, got #" +
                          std::to_string(*word.index));
  }
  return {.graph = std::move(list.graph),
          .weight = std::move(list.weight),
          .type = std::move(list.type),
          .names = std::move(list.names),
          .labels = {},
          .has_weights = list.has_weights,
          .rows_are_edges = !list.directed};
}

RawGraph read_raw(Session& session, const GraphWord& word, bool read_weights) {
  const auto set = read_set_word(session, word.name);
  return set ? from_set(*set, word) : from_list(word, session, read_weights);
}

/// What --weights says; empty if it was not given.
std::optional<WeightUnit> unit_of(const Session& session) {
  const std::string text = session.arguments().text("--weights");
  return text == "ignore"        ? std::optional(WeightUnit::kIgnore)
         : text == "distance"    ? std::optional(WeightUnit::kDistance)
         : text == "conductance" ? std::optional(WeightUnit::kConductance)
                                 : std::nullopt;
}

const char* name_of(WeightUnit unit) {
  return unit == WeightUnit::kIgnore     ? "ignore"
         : unit == WeightUnit::kDistance ? "distance"
                                         : "conductance";
}

/// One arc on its way to a row.
struct TypedArc {
  formats::EdgeRow row;
  bool down = false;  ///< Given from the larger id to the smaller.
};

/// Edges and loops of the input by (u, v, type). Both directions of an edge are one row; of
/// parallel ones the weights become one by the rule of the unit.
std::vector<formats::EdgeRow> rows_of(const RawGraph& raw, WeightUnit unit) {
  const std::vector<Edge> arcs = raw.graph.arcs();
  const EdgePositions eid = raw.graph.eid();
  std::vector<TypedArc> typed;
  typed.reserve(arcs.size());
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    const auto [u, v] = arcs[slot];
    const auto e = static_cast<std::size_t>(eid[static_cast<EdgeId>(slot)]);
    typed.push_back({{.u = std::min(u, v),
                      .v = std::max(u, v),
                      .type = raw.type.empty() ? 0 : raw.type[e],
                      .weight = raw.weight.empty() ? 1.0 : raw.weight[e]},
                     u > v});
  }
  const auto key = [](const TypedArc& arc) {
    return std::tuple(arc.row.u, arc.row.v, arc.row.type);
  };
  std::sort(typed.begin(), typed.end(), [&](const TypedArc& a, const TypedArc& b) {
    return std::tuple_cat(key(a), std::tuple(a.down, a.row.weight)) <
           std::tuple_cat(key(b), std::tuple(b.down, b.row.weight));
  });
  std::vector<formats::EdgeRow> rows;
  bool down = false;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    if (i == 0 || key(typed[i - 1]) != key(typed[i])) {
      rows.push_back(typed[i].row);
      down = typed[i].down;
    } else if (typed[i].down == down && unit == WeightUnit::kConductance) {
      rows.back().weight += typed[i].row.weight;
    } else if (typed[i].down == down) {
      rows.back().weight = std::min(rows.back().weight, typed[i].row.weight);
    }
  }
  return rows;
}

std::string hash_of(const SimpleGraph& simple) {
  datasets::Dataset plain;
  plain.graphs = {simple.graph};
  plain.node_ptr = {0, simple.graph.num_nodes()};
  if (!simple.weight.empty()) {
    plain.num_edge_attributes = 1;
    plain.edge_attr.assign(simple.weight.begin(), simple.weight.end());
  }
  return datasets::content_sha256(plain);
}

formats::Json input_json(const GraphArgument& graph) {
  const Graph& simple = graph.simple.graph;
  const Components components = connected_components(simple);
  const auto isolated = std::count_if(components.size.begin(), components.size.end(),
                                      [](NodeId size) { return size == 1; });
  formats::Json input = formats::Json::object();
  input["path"] = graph.name;
  input["n"] = std::int64_t{simple.num_nodes()};
  input["m"] = graph.simple.num_edges();
  input["components"] = std::int64_t{components.count()};
  input["isolated"] = static_cast<std::int64_t>(isolated);
  input["self_loops"] = graph.simple.loops.size();
  input["merged_parallel"] = graph.simple.merged_parallel;
  input["arcs_without_reverse"] = graph.simple.arcs_without_reverse;
  input["weights"] = name_of(graph.unit);
  input["hash"] = graph.hash;
  return input;
}

}  // namespace

GraphWord split_graph_word(const std::string& word) {
  const std::size_t mark = word.rfind('#');
  std::int64_t index = 0;
  if (mark == std::string::npos || fs::exists(word)) {
    return {word, std::nullopt};
  }
  const char* const last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data() + mark + 1, last, index);
  if (error != std::errc() || end != last || index < 0) {
    throw InvalidArgument("GRAPH: what follows # must be the number of a graph, got '" +
                          word.substr(mark + 1) + "'");
  }
  return {word.substr(0, mark), index};
}

std::optional<datasets::Dataset> read_set_word(Session& session, const std::string& name) {
  if (fs::exists(name)) {
    return datasets::read_set_file(name);
  }
  if (looks_like_a_path(name)) {
    throw DataError({.file = name}, "no such file");
  }
  return datasets::load(name, session.data_roots());
}

std::size_t index_in_set(const GraphWord& word, const datasets::Dataset& set) {
  const auto graphs = static_cast<std::int64_t>(set.graphs.size());
  if (graphs != 1 && !word.index) {
    throw InvalidArgument("GRAPH: " + word.name + " holds " + std::to_string(graphs) + " graphs",
                          "name one of them: " + word.name + "#0");
  }
  const std::int64_t index = word.index.value_or(0);
  if (index >= graphs) {
    throw InvalidArgument("GRAPH: the graphs of " + word.name + " are 0.." +
                          std::to_string(graphs - 1) + ", got " + std::to_string(index));
  }
  return static_cast<std::size_t>(index);
}

GraphArgument read_graph_argument(Session& session, const std::string& word) {
  const std::optional<WeightUnit> unit = unit_of(session);
  GraphArgument result;
  result.name = word;
  result.unit = unit.value_or(WeightUnit::kIgnore);
  const bool weighs = result.unit != WeightUnit::kIgnore;
  RawGraph raw = read_raw(session, split_graph_word(word), weighs);
  if (raw.has_weights && !unit) {
    throw InvalidArgument("--weights must say what the weights of " + word + " mean",
                          "--weights conductance, --weights distance or --weights ignore");
  }
  if (weighs && raw.weight.empty()) {
    raw.weight.assign(static_cast<std::size_t>(raw.graph.num_edges()), 1.0);
  }
  const bool asked = session.arguments().text("--directed") == "as-undirected";
  try {
    result.simple =
        simple_graph(raw.graph, {.as_undirected = true, .unit = result.unit, .weight = raw.weight});
  } catch (const InvalidArgument& error) {
    throw DataError({.file = word}, error.what());  // The arguments are ours, the graph is not.
  }
  if (result.simple.arcs_without_reverse > 0 && !asked && !raw.rows_are_edges) {
    throw DataError({.file = word},
                    "the graph is directed: " + std::to_string(result.simple.arcs_without_reverse) +
                        " pairs have arcs one way only; --directed as-undirected takes every arc "
                        "as an edge");
  }
  if (raw.rows_are_edges && !asked) {
    result.simple.arcs_without_reverse = 0;  // Of a list of edges none has a direction.
  }
  result.rows = rows_of(raw, result.unit);
  result.names = std::move(raw.names);
  result.labels = std::move(raw.labels);
  result.hash = hash_of(result.simple);
  result.json = input_json(result);
  if (!result.names.empty()) {
    session.detail("isthmus: the ids of " + word + " are numbered from 0 in their order");
  }
  return result;
}

void expect_unit(const GraphArgument& graph, WeightUnit unit, const std::string& reader) {
  if (graph.unit != WeightUnit::kIgnore && graph.unit != unit) {
    throw InvalidArgument(reader + " reads weights as " + name_of(unit) + ", got --weights " +
                          name_of(graph.unit));
  }
}

void expect_no_unit(const GraphArgument& graph, const std::string& reader) {
  if (graph.unit != WeightUnit::kIgnore) {
    throw InvalidArgument(reader + " reads no weights: --weights must be ignore, got " +
                          name_of(graph.unit));
  }
}

}  // namespace isthmus::cli
