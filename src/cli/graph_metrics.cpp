#include "graph_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "isthmus/graph/stable_colours.hpp"
#include "isthmus/linalg/component_networks.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/dirichlet.hpp"
#include "isthmus/rewiring/edit_facts.hpp"
#include "isthmus/rewiring/graph_facts.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/rewiring/resistance.hpp"
#include "isthmus/rewiring/sensitivity.hpp"
#include "isthmus/rewiring/spanning_trees.hpp"
#include "isthmus/rewiring/spectrum.hpp"

#include "distribution.hpp"
#include "edit_json.hpp"
#include "resistance_tier.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

Json real_or_null(const std::optional<double>& number) {
  return number ? number_or_null(*number) : Json();
}

void append_facts(const rewiring::GraphFacts& facts, Json& metrics) {
  metrics["n"] = std::int64_t{facts.n};
  metrics["m"] = facts.m;
  metrics["components"] = std::int64_t{facts.components};
  metrics["isolated"] = std::int64_t{facts.isolated};
  Json degree = Json::object();
  degree["min"] = facts.n == 0 ? Json() : Json(facts.min_degree);
  degree["mean"] = facts.n == 0 ? Json() : Json(facts.mean_degree);
  degree["max"] = facts.n == 0 ? Json() : Json(facts.max_degree);
  metrics["degree"] = std::move(degree);
  metrics["volume"] = facts.volume;
  Json diameter = Json::object();
  diameter["value"] = facts.diameter ? Json(std::int64_t{*facts.diameter}) : Json();
  diameter["kind"] = facts.diameter_exact ? "exact" : "lower_bound";
  metrics["diameter"] = std::move(diameter);
  Json histogram = Json::object();
  for (std::size_t hop = 1; hop < facts.hop_histogram.size(); ++hop) {
    histogram[std::to_string(hop)] = facts.hop_histogram[hop];
  }
  metrics["hop_histogram"] = facts.diameter_exact ? std::move(histogram) : Json();
}

/// Sum of conductances, each edge once.
double total_conductance(const linalg::Conductances& network) {
  if (network.weight.empty()) {
    return static_cast<double>(network.graph.num_edges()) / 2.0;
  }
  return std::accumulate(network.weight.begin(), network.weight.end(), 0.0) / 2.0;
}

Json resistance_json(Session& session, const linalg::Conductances& network) {
  const rewiring::ResistanceResult result =
      rewiring::resistance(network, {.memory_limit = memory_limit(session.arguments()),
                                     .seed = session.seed(),
                                     .progress = session.progress(),
                                     .cancel = session.cancel()});
  const linalg::ComponentNetworks apart = linalg::component_networks(network);
  double pairs = 0.0;
  double commute = 0.0;
  double foster = 0.0;
  double largest = 0.0;
  bool largest_exact = true;
  Edge largest_pair = {-1, -1};
  for (std::size_t c = 0; c < result.components.size(); ++c) {
    const rewiring::ComponentResistance& one = result.components[c];
    pairs += 0.5 * static_cast<double>(one.n) * static_cast<double>(one.n - 1);
    commute += 2.0 * total_conductance(apart.part[c].network) * one.total;
    foster += one.foster_sum;
    largest_exact = largest_exact && one.max_exact;
    if (one.max > largest) {
      largest = one.max;
      largest_pair = one.max_pair;
    }
  }
  const bool has_pairs = pairs > 0.0;
  Json json = Json::object();
  json["tier"] = rewiring::name_of(result.tier);
  json["predicted"] = factor_cost_json(result.predicted);
  json["kind"] = result.exact ? "exact" : "estimate";
  json["R_tot"] = number_or_null(result.total);
  json["R_tot_stderr"] = number_or_null(result.total_stderr);
  json["per_pair"] = has_pairs ? number_or_null(result.total / pairs) : Json();
  json["R_max"] = has_pairs ? number_or_null(largest) : Json();
  json["R_max_pair"] = largest_pair.u < 0 ? Json() : edge_json(largest_pair);
  json["R_max_kind"] = largest_exact ? "exact" : "lower_bound";
  json["commute_mean"] = has_pairs ? number_or_null(commute / pairs) : Json();
  json["commute_time_sum"] = number_or_null(2.0 * total_conductance(network) * result.total);
  json["foster_sum"] = number_or_null(foster);
  return json;
}

void append_spectrum(Session& session, const linalg::Conductances& network, Json& metrics) {
  const rewiring::SpectrumResult result = rewiring::spectrum(
      network,
      {.seed = session.seed(), .progress = session.progress(), .cancel = session.cancel()});
  if (!result.converged) {
    session.warn("spectrum: an eigenvalue stopped before its tolerance");
  }
  const auto append = [](const auto& values, Json& json) {
    json["lambda2"] = number_or_null(values.lambda2);
    json["lambda_max"] = number_or_null(values.lambda_max);
    json["lambda2_norm"] = number_or_null(values.lambda2_norm);
    json["lambda_max_norm"] = number_or_null(values.lambda_max_norm);
  };
  Json spectrum = Json::object();
  append(result, spectrum);
  Json components = Json::array();
  for (const rewiring::ComponentSpectrum& one : result.components) {
    Json entry = Json::object();
    entry["first_node"] = std::int64_t{one.first_node};
    entry["n"] = std::int64_t{one.n};
    append(one, entry);
    components.push_back(std::move(entry));
  }
  spectrum["per_component"] = std::move(components);
  metrics["spectrum"] = std::move(spectrum);
  Json cheeger = Json::object();
  cheeger["lower"] = number_or_null(result.cheeger.lower);
  cheeger["upper"] = number_or_null(result.cheeger.upper);
  cheeger["sweep_cut"] = number_or_null(result.cheeger.sweep_cut);
  cheeger["sweep_size"] = std::int64_t{result.cheeger.sweep_size};
  cheeger["sweep_valid"] = result.cheeger.sweep_valid;
  cheeger["exact"] = number_or_null(result.cheeger.exact);
  metrics["cheeger"] = std::move(cheeger);
}

Json trees_json(const Graph& graph) {
  const rewiring::SpanningTreesResult trees = rewiring::spanning_trees(graph);
  if (!trees.connected) {
    return {};
  }
  return trees.count.empty() ? number_or_null(trees.log10) : Json(trees.count);
}

Json curvature_json(Session& session, const Graph& graph, const std::vector<std::string>& kinds) {
  if (kinds.empty()) {
    return {};
  }
  Json json = Json::object();
  for (const std::string& kind : kinds) {
    const std::vector<rewiring::Fraction> values =
        kind == "orc" ? rewiring::ollivier_ricci(
                            graph, {.progress = session.progress(), .cancel = session.cancel()})
                            .curvature
                      : rewiring::balanced_forman(graph).curvatures;
    std::vector<double> numbers;
    numbers.reserve(values.size());
    for (const rewiring::Fraction& value : values) {
      numbers.push_back(value.to_double());
    }
    json[kind] = distribution_json(std::move(numbers));
  }
  return json;
}

Json influence_json(const Graph& graph, const MetricsRequest& request) {
  Json list = Json::array();
  for (const rewiring::Influence& one :
       rewiring::influence(graph, request.influence_pairs, {.steps = request.influence_steps})) {
    Json entry = Json::object();
    entry["pair"] = edge_json(one.pair);
    entry["hop"] = one.hop < 0 ? Json() : Json(std::int64_t{one.hop});
    entry["k"] = std::int64_t{one.k};
    entry["value"] = one.value;
    list.push_back(std::move(entry));
  }
  return list;
}

Json influence_by_hop_json(Session& session, const Graph& graph) {
  const rewiring::InfluenceByHop means = rewiring::influence_by_hop(
      graph, {.seed = session.seed(), .progress = session.progress(), .cancel = session.cancel()});
  Json by_hop = Json::object();
  for (std::size_t hop = 0; hop < means.mean_log10.size(); ++hop) {
    by_hop[std::to_string(hop)] = number_or_null(means.mean_log10[hop]);
  }
  Json json = Json::object();
  json["k"] = std::int64_t{means.steps};
  json["roots"] = std::int64_t{means.roots};
  json["kind"] = means.is_sample ? "estimate" : "exact";
  json["mean_log10"] = std::move(by_hop);
  return json;
}

/// How many nodes the 1-WL test tells apart: rewiring can make and destroy differences.
Json wl_classes(const Session& session, const Graph& graph, bool wanted) {
  return wanted ? Json(stable_colours(graph, session.cancel()).count) : Json();
}

Json pairs_json(const std::vector<Edge>& edges) {
  Json list = Json::array();
  for (const Edge& edge : edges) {
    list.push_back(edge_json(edge));
  }
  return list;
}

}  // namespace

linalg::Conductances network_of(const GraphArgument& graph) {
  linalg::Conductances network{.graph = graph.simple.graph, .weight = {}};
  if (graph.unit == WeightUnit::kConductance) {
    network.weight = graph.simple.weight;
  }
  return network;
}

Json graph_metrics(Session& session, const linalg::Conductances& network,
                   const MetricsRequest& request) {
  const Graph& graph = network.graph;
  const rewiring::GraphFacts facts = rewiring::graph_facts(
      graph,
      {.labels = request.labels, .progress = session.progress(), .cancel = session.cancel()});
  Json metrics = Json::object();
  append_facts(facts, metrics);
  metrics["resistance"] = resistance_json(session, network);
  append_spectrum(session, network, metrics);
  metrics["spanning_trees"] = request.all ? trees_json(graph) : Json();
  metrics["curvature"] = curvature_json(session, graph, request.curvature);
  metrics["influence"] = influence_json(graph, request);
  metrics["influence_by_hop"] = request.all ? influence_by_hop_json(session, graph) : Json();
  Json energy;
  if (!request.features.empty()) {
    energy = Json::array();
    for (const double value :
         rewiring::dirichlet(graph, request.features, {.channels = request.channels})) {
      energy.push_back(number_or_null(value));
    }
  }
  metrics["dirichlet"] = std::move(energy);
  Json homophily = Json::object();
  homophily["edge"] = real_or_null(facts.homophily.edge);
  homophily["adjusted"] = real_or_null(facts.homophily.adjusted);
  metrics["homophily"] = request.labels.empty() ? Json() : std::move(homophily);
  metrics["wl_classes"] = wl_classes(session, graph, request.all);
  return metrics;
}

Json edit_metrics(Session& session, const linalg::Conductances& before,
                  const linalg::Conductances& after, const MetricsRequest& request) {
  const rewiring::EditFacts facts = rewiring::edit_facts(before.graph, after.graph, request.labels);
  Json edit = Json::object();
  edit["added"] = pairs_json(facts.added);
  edit["removed"] = pairs_json(facts.removed);
  edit["distance"] = facts.distance;
  edit["jaccard"] = facts.jaccard;
  Json by_hop = Json::object();
  for (std::size_t hop = 2; hop < facts.added_by_hop.size(); ++hop) {
    by_hop[std::to_string(hop)] = facts.added_by_hop[hop];
  }
  edit["added_by_hop"] = std::move(by_hop);
  edit["added_across"] = facts.added_across;
  // Virtual nodes have no resistance before.
  std::vector<Edge> known;
  for (const Edge& edge : facts.added) {
    if (edge.v < before.graph.num_nodes()) {
      known.push_back(edge);
    }
  }
  double sum = 0.0;
  double most = -std::numeric_limits<double>::infinity();
  std::int64_t finite = 0;
  if (!known.empty()) {
    for (const rewiring::PairResistance& one :
         rewiring::resistance(before, {.pairs = known}).pairs) {
      if (std::isfinite(one.resistance)) {
        sum += one.resistance;
        most = std::max(most, one.resistance);
        ++finite;
      }
    }
  }
  Json added = Json::object();
  added["mean"] = finite == 0 ? Json() : Json(sum / static_cast<double>(finite));
  added["max"] = number_or_null(most);
  edit["R_of_added_before"] = std::move(added);
  edit["homophily_added"] = real_or_null(facts.homophily_added);
  edit["homophily_removed"] = real_or_null(facts.homophily_removed);
  edit["degree_changed"] = facts.degree_changed;
  edit["wl_classes_before"] = wl_classes(session, before.graph, request.all);
  edit["wl_classes_after"] = wl_classes(session, after.graph, request.all);
  return edit;
}

}  // namespace isthmus::cli
