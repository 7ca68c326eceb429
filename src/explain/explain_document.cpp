#include "explain_document.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "isthmus/explain/ground_truth.hpp"

namespace isthmus::explain {
namespace {

using formats::Json;

constexpr std::size_t kTopFeatures = 10;

Json numbers(std::span<const double> values) {
  Json array = Json::array();
  for (const double value : values) {
    array.push_back(value);
  }
  return array;
}

void add_fidelity(Json& into, const Fidelity& fidelity) {
  into["fid_plus"] = fidelity.plus;
  into["fid_minus"] = fidelity.minus;
  into["fid_plus_prob"] = fidelity.plus_probability;
  into["fid_minus_prob"] = fidelity.minus_probability;
  into["characterisation"] = fidelity.characterisation;
  into["unfaithfulness"] = fidelity.unfaithfulness;
  into["sparsity"] = fidelity.sparsity;
}

MaskAgainstTruth edges_against_truth(const TargetRecord& record) {
  MaskAgainstTruth mask;
  for (const ExplainedEdge& edge : record.target.edges) {
    if (edge.truth >= 0) {
      mask.size.push_back(std::abs(edge.weight));
      mask.truth.push_back(edge.truth == 1 ? 1 : 0);
    }
  }
  return mask;
}

/// The two ends of each of these.
std::vector<std::pair<std::int64_t, std::int64_t>> ends_of(const TargetRecord& record) {
  std::vector<std::pair<std::int64_t, std::int64_t>> ends;
  for (const ExplainedEdge& edge : record.target.edges) {
    if (edge.truth >= 0) {
      ends.emplace_back(edge.u, edge.v);
    }
  }
  return ends;
}

/// Sizes of nodes: their features' added up. Empty where nodes have no masks, or no truth.
MaskAgainstTruth nodes_against_truth(const TargetRecord& record) {
  const ExplainedTarget& target = record.target;
  if (record.true_nodes.empty() || !target.x_by_node) {
    return {};
  }
  MaskAgainstTruth mask{{}, record.true_nodes};
  const auto columns = static_cast<std::ptrdiff_t>(target.x_columns);
  for (std::ptrdiff_t row = 0; row < target.x_rows; ++row) {
    const auto begin = target.x_mask.begin() + row * columns;
    mask.size.push_back(std::accumulate(begin, begin + columns, 0.0, [](double sum, double entry) {
      return sum + std::abs(entry);
    }));
  }
  return mask;
}

Json top_edges(const ExplainedTarget& target) {
  std::vector<const ExplainedEdge*> selected;
  for (const ExplainedEdge& edge : target.edges) {
    if (edge.selected) {
      selected.push_back(&edge);
    }
  }
  std::stable_sort(selected.begin(), selected.end(),
                   [](const ExplainedEdge* a, const ExplainedEdge* b) {
                     return std::abs(a->weight) > std::abs(b->weight);
                   });
  Json rows = Json::array();
  for (const ExplainedEdge* edge : selected) {
    Json row = Json::object();
    row["u"] = target.nodes[static_cast<std::size_t>(edge->u)].id;
    row["v"] = target.nodes[static_cast<std::size_t>(edge->v)].id;
    row["weight"] = edge->weight;
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Features by the sum of their entries' sizes over the nodes.
Json top_features(const ExplainedTarget& target) {
  std::vector<double> size(static_cast<std::size_t>(target.x_columns), 0.0);
  for (std::size_t i = 0; i < target.x_mask.size(); ++i) {
    size[i % size.size()] += std::abs(target.x_mask[i]);
  }
  std::vector<std::size_t> order(size.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
  Json rows = Json::array();
  for (std::size_t k = 0; k < std::min(order.size(), kTopFeatures); ++k) {
    Json row = Json::object();
    row["feature"] = order[k];
    row["weight"] = size[order[k]];
    rows.push_back(std::move(row));
  }
  return rows;
}

Json completeness_json(const Completeness& of) {
  Json json = Json::object();
  json["logit"] = of.logit;
  json["baseline_logit"] = of.baseline_logit;
  json["sum"] = of.attributed;
  json["gap"] = of.gap;
  json["relative_gap"] = of.relative_gap;
  return json;
}

Json target_json(const TargetRecord& record, const ExplainOptions& options,
                 const ExplainedWhat& what) {
  const ExplainedTarget& target = record.target;
  Json json = Json::object();
  json["id"] = target.id;
  json["class"] = what.class_labels[static_cast<std::size_t>(target.label)];
  json["p"] = target.p;
  json["nodes"] = target.nodes.size();
  json["edges"] = options.masks.edge ? Json(target.edges.size()) : Json();
  json["top_edges"] = top_edges(target);
  if (options.masks.feature) {
    json["top_features"] = top_features(target);
  }
  Json metrics = Json::object();
  if (record.probe) {
    add_fidelity(metrics, fidelity({&*record.probe, 1}, options.type));
  }
  if (const MaskAgainstTruth mask = edges_against_truth(record); !mask.size.empty()) {
    metrics["edge_auc"] = mask_auc(mask);
    metrics["undirected_edge_auc"] = mask_auc(undirected(mask, ends_of(record)));
  }
  if (const MaskAgainstTruth mask = nodes_against_truth(record); !mask.size.empty()) {
    metrics["node_auc"] = mask_auc(mask);
  }
  if (record.completeness) {
    metrics["completeness"] = completeness_json(*record.completeness);
  }
  json["metrics"] = std::move(metrics);
  return json;
}

Json truth_json(const std::vector<MaskAgainstTruth>& masks) {
  const GroundTruth truth = ground_truth(masks);
  Json json = Json::object();
  json["targets"] = truth.targets;
  json["mean"] = truth.mean;
  json["pooled"] = truth.pooled;
  return json;
}

Json curves_json(std::span<const TargetRecord> records, ExplanationType type) {
  std::vector<double> plus;
  std::vector<double> minus;
  std::vector<double> characterisation;
  for (std::size_t k = 0; k < kCurvePercents.size(); ++k) {
    std::vector<FidelityProbe> probes;
    for (const TargetRecord& record : records) {
      probes.push_back(record.curve[k]);
    }
    const Fidelity at = fidelity(probes, type);
    plus.push_back(at.plus);
    minus.push_back(at.minus);
    characterisation.push_back(at.characterisation);
  }
  Json json = Json::object();
  json["percent"] = numbers(kCurvePercents);
  json["fid_plus"] = numbers(plus);
  json["fid_minus"] = numbers(minus);
  json["characterisation"] = numbers(characterisation);
  Json area = Json::object();
  area["fid_plus"] = curve_area(kCurvePercents, plus);
  area["fid_minus"] = curve_area(kCurvePercents, minus);
  area["characterisation"] = curve_area(kCurvePercents, characterisation);
  json["area"] = std::move(area);
  return json;
}

Json summary_json(std::span<const TargetRecord> records, const ExplainOptions& options) {
  Json json = Json::object();
  json["targets"] = records.size();
  std::vector<FidelityProbe> probes;
  std::vector<MaskAgainstTruth> edges;
  std::vector<MaskAgainstTruth> lines;  ///< The edges, both arcs as one.
  std::vector<MaskAgainstTruth> nodes;
  double worst_gap = 0.0;
  bool complete = false;
  for (const TargetRecord& record : records) {
    if (record.probe) {
      probes.push_back(*record.probe);
    }
    edges.push_back(edges_against_truth(record));
    if (!edges.back().size.empty()) {
      lines.push_back(undirected(edges.back(), ends_of(record)));
    }
    nodes.push_back(nodes_against_truth(record));
    if (record.completeness) {
      complete = true;
      worst_gap = std::max(worst_gap, record.completeness->relative_gap);
    }
  }
  const auto any = [](const std::vector<MaskAgainstTruth>& masks) {
    return std::any_of(masks.begin(), masks.end(),
                       [](const MaskAgainstTruth& mask) { return !mask.size.empty(); });
  };
  if (!probes.empty()) {
    add_fidelity(json, fidelity(probes, options.type));
  }
  if (any(edges)) {
    json["edge_auc"] = truth_json(edges);
    json["undirected_edge_auc"] = truth_json(lines);
  }
  if (any(nodes)) {
    json["node_auc"] = truth_json(nodes);
  }
  if (complete) {
    json["largest_relative_gap"] = worst_gap;
  }
  if (options.curves && !records.empty()) {
    json["curves"] = curves_json(records, options.type);
  }
  return json;
}

Json options_json(const ExplainOptions& options) {
  Json masks = Json::array();
  for (const auto& [wanted, name] :
       {std::pair{options.masks.edge, "edge"}, std::pair{options.masks.node, "node"},
        std::pair{options.masks.feature, "feature"}}) {
    if (wanted) {
      masks.push_back(name);
    }
  }
  Json json = Json::object();
  json["targets"] = options.targets;
  json["masks"] = std::move(masks);
  json["top_percent"] = options.selection.threshold ? Json() : Json(options.selection.percent);
  json["threshold"] = options.selection.threshold ? Json(*options.selection.threshold) : Json();
  json["epochs"] = options.method == Method::kGnnExplainer ? Json(options.epochs) : Json();
  json["symmetric"] = options.symmetric;
  return json;
}

}  // namespace

Json explain_document(std::span<const TargetRecord> records, const ExplainOptions& options,
                      const ExplainedWhat& what) {
  Json document = Json::object();
  document["status"] = what.interrupted ? "interrupted" : "ok";
  document["method"] = name_of(options.method);
  document["type"] = options.type == ExplanationType::kModel ? "model" : "phenomenon";
  Json set = Json::object();
  set["name"] = what.set;
  set["content_sha256"] = what.content_sha256;
  document["dataset"] = std::move(set);
  document["model"] = what.model;
  Json targets = Json::array();
  for (const TargetRecord& record : records) {
    targets.push_back(target_json(record, options, what));
  }
  document["targets"] = std::move(targets);
  document["summary"] = summary_json(records, options);
  document["options"] = options_json(options);
  return document;
}

}  // namespace isthmus::explain
