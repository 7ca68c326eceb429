#include "isthmus/explain/explain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/gnn_explainer.hpp"
#include "isthmus/explain/input_x_gradient.hpp"
#include "isthmus/explain/integrated_gradients.hpp"
#include "isthmus/explain/random_explainer.hpp"
#include "isthmus/explain/saliency.hpp"
#include "isthmus/explain/subject.hpp"
#include "isthmus/ops/tensor_executor.hpp"
#include "isthmus/train/served_model.hpp"

#include "explain_document.hpp"
#include "probe.hpp"

namespace isthmus::explain {
namespace {

constexpr std::array<std::string_view, 5> kMethods = {
    "gnnexplainer", "saliency", "input-x-gradient", "integrated-gradients", "random"};

void check(const ExplainOptions& options) {
  if (!options.masks.edge && !options.masks.node && !options.masks.feature) {
    throw InvalidArgument("explain: masks must name edge, node or feature, got none");
  }
  if (options.hops < -1) {
    throw InvalidArgument("explain: hops must be >= -1, got " + std::to_string(options.hops));
  }
  if (options.most_targets < 0) {
    throw InvalidArgument("explain: most_targets must be >= 0, got " +
                          std::to_string(options.most_targets));
  }
}

std::vector<std::string> split_list(std::string_view list, const std::string& targets) {
  std::vector<std::string> ids;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma == 0) {
      throw InvalidArgument("explain: targets must be node:ID,ID,... or graph:ID,ID,..., got '" +
                            targets + "'");
    }
    ids.emplace_back(list.substr(0, comma));
    if (comma == list.size()) {
      return ids;
    }
    list.remove_prefix(comma + 1);
  }
}

/// What is explained: a graph, or a node of one.
struct Target {
  std::int64_t graph = 0;
  std::int64_t node = -1;  ///< In its graph; -1: the graph.
};

/// "3:17": node 17 of graph 3.
Target node_of_graph(const train::ServedModel& served, const std::string& id) {
  const std::size_t colon = id.find(':');
  if (colon == std::string::npos) {
    throw InvalidArgument("explain: nodes of '" + served.set_name() +
                          "' are GRAPH:NODE, as in node:3:17, got '" + id + "'");
  }
  Target target;
  target.graph = served.items_of_ids("explain", {id.substr(0, colon)}).front();
  const std::int64_t nodes =
      served.dataset().graphs[static_cast<std::size_t>(target.graph)].num_nodes();
  const char* end = id.data() + id.size();
  const auto read = std::from_chars(id.data() + colon + 1, end, target.node);
  if (read.ec != std::errc() || read.ptr != end || target.node < 0 || target.node >= nodes) {
    throw InvalidArgument("explain: node of graph " + std::to_string(target.graph) +
                          " must be in 0.." + std::to_string(nodes - 1) + ", got '" +
                          id.substr(colon + 1) + "'");
  }
  return target;
}

/// Nodes of the last class that the model finds, graph by graph, the first `most` (0: all).
std::vector<Target> nodes_found(const train::ServedModel& served,
                                const std::vector<std::int64_t>& graphs, std::int64_t most) {
  const at::NoGradGuard no_grad;
  const datasets::Dataset& dataset = served.dataset();
  const std::int64_t wanted = dataset.num_classes - 1;
  layers::Gnn model = served.model();
  std::vector<Target> found;
  for (const std::int64_t graph : graphs) {
    const std::int64_t first = dataset.node_ptr[static_cast<std::size_t>(graph)];
    const at::Tensor scores = train::run_model(model, served.input(graph));
    const at::Tensor predicted =
        scores.size(1) == 1 ? scores.squeeze(1).gt(0).to(at::kLong) : scores.argmax(1);
    const auto* label = predicted.data_ptr<std::int64_t>();
    for (std::int64_t v = 0; v < predicted.size(0); ++v) {
      if (label[v] == wanted && dataset.y[static_cast<std::size_t>(first + v)] == wanted) {
        found.push_back({graph, v});
        if (static_cast<std::int64_t>(found.size()) == most) {
          return found;
        }
      }
    }
  }
  return found;
}

/// "node:17,23", "node:3:17", "graph:3", or a part of the split.
std::vector<Target> targets_of(const train::ServedModel& served, const ExplainOptions& options) {
  const std::string& text = options.targets;
  const bool nodes = !served.is_graph_task();
  const bool of_many = nodes && served.items_are_graphs();
  const std::size_t colon = text.find(':');
  std::vector<Target> targets;
  const auto add = [&](const std::vector<std::int64_t>& items) {
    for (const std::int64_t item : items) {
      targets.push_back(nodes ? Target{0, item} : Target{item});
    }
  };
  if (colon == std::string::npos) {
    const std::vector<std::int64_t> items = served.items_of_split(text, options.fold);
    if (of_many) {
      return nodes_found(served, items, options.most_targets);
    }
    add(items);
  } else {
    const std::string kind = nodes ? "node" : "graph";
    if (text.substr(0, colon) != kind) {
      throw InvalidArgument("explain: targets of '" + served.set_name() + "' must be " + kind +
                            ":ID,ID,..., got '" + text + "'");
    }
    const std::vector<std::string> ids = split_list(std::string_view(text).substr(colon + 1), text);
    if (of_many) {
      std::transform(ids.begin(), ids.end(), std::back_inserter(targets),
                     [&](const std::string& id) { return node_of_graph(served, id); });
    } else {
      add(served.items_of_ids("explain", ids));
    }
  }
  if (options.most_targets > 0 &&
      static_cast<std::int64_t>(targets.size()) > options.most_targets) {
    targets.resize(static_cast<std::size_t>(options.most_targets));
  }
  return targets;
}

/// The masks, and what only integrated gradients tell.
struct Explained {
  Explanation explanation;
  std::optional<Completeness> completeness;
};

Explained explained(const Subject& subject, const ExplainOptions& options) {
  switch (options.method) {
    case Method::kGnnExplainer:
      return {gnn_explainer(subject, {.masks = options.masks,
                                      .epochs = options.epochs,
                                      .symmetric = options.symmetric,
                                      .seed = options.seed}),
              {}};
    case Method::kSaliency:
      return {saliency(subject, options.masks), {}};
    case Method::kInputXGradient:
      return {input_x_gradient(subject, options.masks), {}};
    case Method::kIntegratedGradients: {
      const IntegratedGradients found = integrated_gradients(subject, {.masks = options.masks});
      return {found.explanation, Completeness{found.logit, found.baseline_logit, found.attributed,
                                              found.completeness_gap(), found.relative_gap()}};
    }
    case Method::kRandom:
      break;
  }
  return {random_explainer(subject, {.masks = options.masks, .seed = options.seed}), {}};
}

/// The true explanation of a graph's edges, in the caller's edge order; empty: unknown. Of botnets
/// it is their own arcs.
std::vector<std::uint8_t> true_edges(const datasets::Dataset& dataset, std::size_t graph) {
  const std::vector<std::uint8_t>& known =
      dataset.edge_mask.empty() ? dataset.edge_y : dataset.edge_mask;
  if (known.empty()) {
    return {};
  }
  std::int64_t first = 0;
  for (std::size_t g = 0; g < graph; ++g) {
    first += dataset.graphs[g].num_edges();
  }
  const Graph& of = dataset.graphs[graph];
  const EdgePositions eid = of.eid();
  std::vector<std::uint8_t> truth(static_cast<std::size_t>(of.num_edges()));
  for (EdgeId slot = 0; slot < of.num_edges(); ++slot) {
    truth[static_cast<std::size_t>(eid[slot])] = known[static_cast<std::size_t>(first + slot)];
  }
  return truth;
}

/// What is told of one target, put together.
class TargetWriter {
 public:
  TargetWriter(const train::ServedModel& served, const ExplainOptions& options)
      : dataset_(&served.dataset()), graph_task_(served.is_graph_task()), options_(&options) {}

  TargetRecord record(const Subject& subject, const Explained& found, const Target& of) {
    look_at(of.graph);
    TargetRecord record;
    ExplainedTarget& target = record.target;
    target.item = item_of(of);
    target.label = subject.label;
    target.id = id_of(of);
    record.completeness = found.completeness;
    const std::vector<std::int64_t> place = add_nodes(record, subject);
    const std::vector<double> entries = entries_of(found.explanation);
    const bool by_edges = found.explanation.edge_mask.defined();
    const std::vector<std::uint8_t> among =
        by_edges ? subject.explained : features_in_reach(subject, place, found.explanation);
    const std::vector<std::uint8_t> selected = select_entries(entries, among, options_->selection);
    target.has_edge_mask = by_edges;
    if (by_edges) {
      add_edges(target, subject, {place, entries, selected});
    }
    if (found.explanation.x_mask.defined()) {
      add_features(target, found.explanation.x_mask, place,
                   by_edges ? std::vector<std::uint8_t>() : selected);
    }
    judge(record, subject, found.explanation, selected);
    if (options_->curves) {
      for (const double percent : kCurvePercents) {
        record.curve.push_back(
            labelled(probe(subject, found.explanation, select_entries(entries, among, {percent})),
                     target.item));
      }
    }
    return record;
  }

  /// Number of a target in the set: of its label, too.
  [[nodiscard]] std::int64_t item_of(const Target& of) const {
    return of.node < 0 ? of.graph
                       : dataset_->node_ptr[static_cast<std::size_t>(of.graph)] + of.node;
  }

 private:
  [[nodiscard]] std::string id_of(const Target& of) const {
    if (of.node < 0) {
      return std::to_string(of.graph);
    }
    if (dataset_->splits_of_graphs) {
      return std::to_string(of.graph) + ':' + std::to_string(of.node);
    }
    return dataset_->node_names.empty() ? std::to_string(of.node)
                                        : dataset_->node_names[static_cast<std::size_t>(of.node)];
  }

  void look_at(std::int64_t graph) {
    if (graph != graph_) {
      graph_ = graph;
      first_node_ = dataset_->node_ptr[static_cast<std::size_t>(graph)];
      true_edges_ = true_edges(*dataset_, static_cast<std::size_t>(graph));
    }
  }

  /// Nodes that are explained; place of every node of the subject among them, -1 elsewhere.
  std::vector<std::int64_t> add_nodes(TargetRecord& record, const Subject& subject) const {
    ExplainedTarget& target = record.target;
    std::vector<std::int64_t> place(subject.nodes.size(), -1);
    for (std::size_t v = 0; v < subject.nodes.size(); ++v) {
      const std::int64_t hops = subject.hops.empty() ? -1 : subject.hops[v];
      if (subject.within >= 0 && (hops < 0 || hops > subject.within)) {
        continue;
      }
      place[v] = static_cast<std::int64_t>(target.nodes.size());
      const auto at = static_cast<std::size_t>(first_node_ + subject.nodes[v]);
      const bool named = !graph_task_ && !dataset_->node_names.empty();
      const bool known =
          !graph_task_ && (dataset_->has_label.empty() || dataset_->has_label[at] != 0);
      target.nodes.push_back(
          {.id = named ? dataset_->node_names[at] : std::to_string(subject.nodes[v]),
           .hops = hops,
           .label = known ? dataset_->y[at] : -1});
      target.node_number.push_back(subject.nodes[v]);
      if (!dataset_->node_mask.empty()) {
        record.true_nodes.push_back(dataset_->node_mask[at]);
      }
    }
    target.place = subject.hops.empty() ? -1 : place[static_cast<std::size_t>(subject.row)];
    return place;
  }

  struct Entries {
    const std::vector<std::int64_t>& place;
    const std::vector<double>& weight;
    const std::vector<std::uint8_t>& selected;
  };
  void add_edges(ExplainedTarget& target, const Subject& subject, const Entries& of) const {
    const CsrView csr = subject.input.graph.csr();
    const EdgePositions eid = subject.input.graph.eid();
    EdgeId slot = 0;
    for (NodeId row = 0; row < csr.num_rows(); ++row) {
      for (const NodeId source : csr.row(row)) {
        const auto e = static_cast<std::size_t>(eid[slot++]);
        if (subject.explained[e] == 0) {
          continue;
        }
        target.edges.push_back(
            {.u = of.place[static_cast<std::size_t>(source)],
             .v = of.place[static_cast<std::size_t>(row)],
             .weight = of.weight[e],
             .selected = of.selected[e] != 0,
             .truth = true_edges_.empty()
                          ? -1
                          : int{true_edges_[static_cast<std::size_t>(subject.edges[e])]}});
      }
    }
  }

  static std::vector<std::uint8_t> features_in_reach(const Subject& subject,
                                                     const std::vector<std::int64_t>& place,
                                                     const Explanation& explanation) {
    const auto rows = static_cast<std::size_t>(explanation.x_mask.size(0));
    const auto columns = static_cast<std::size_t>(explanation.x_mask.size(1));
    std::vector<std::uint8_t> among(rows * columns, 1);
    for (std::size_t v = 0; rows == subject.nodes.size() && v < rows; ++v) {
      std::fill_n(among.begin() + static_cast<std::ptrdiff_t>(v * columns), columns,
                  place[v] >= 0 ? 1 : 0);
    }
    return among;
  }

  void add_features(ExplainedTarget& target, const at::Tensor& x_mask,
                    const std::vector<std::int64_t>& place,
                    const std::vector<std::uint8_t>& selected) const {
    const at::Tensor mask = x_mask.detach().to(at::kDouble).contiguous();
    const auto* number = mask.data_ptr<double>();
    target.x_columns = mask.size(1);
    target.x_by_node = options_->masks.node;
    for (std::int64_t row = 0; row < mask.size(0); ++row) {
      if (options_->masks.node && place[static_cast<std::size_t>(row)] < 0) {
        continue;
      }
      ++target.x_rows;
      for (std::int64_t i = row * mask.size(1); i < (row + 1) * mask.size(1); ++i) {
        target.x_mask.push_back(number[i]);
        if (!selected.empty()) {
          target.x_selected.push_back(selected[static_cast<std::size_t>(i)]);
        }
      }
    }
  }

  void judge(TargetRecord& record, const Subject& subject, const Explanation& explanation,
             const std::vector<std::uint8_t>& selected) const {
    if (options_->metrics) {
      record.probe = labelled(probe(subject, explanation, selected), record.target.item);
      record.target.p = record.probe->whole[static_cast<std::size_t>(subject.label)];
    } else {
      record.target.p = probability_of_label(subject);
    }
  }

  FidelityProbe labelled(FidelityProbe probe, std::int64_t item) const {
    const auto at = static_cast<std::size_t>(item);
    const bool known = dataset_->has_label.empty() || dataset_->has_label[at] != 0;
    probe.label = known ? dataset_->y[at] : -1;
    return probe;
  }

  const datasets::Dataset* dataset_;
  bool graph_task_;
  const ExplainOptions* options_;
  std::int64_t graph_ = -1;  ///< The one at hand.
  std::int64_t first_node_ = 0;
  std::vector<std::uint8_t> true_edges_;
};

/// The class that a question about a target is about: the predicted one is there already.
std::int64_t asked_label(const datasets::Dataset& dataset, std::int64_t item,
                         const ExplainOptions& options, std::int64_t predicted) {
  if (options.type == ExplanationType::kModel) {
    return predicted;
  }
  const auto at = static_cast<std::size_t>(item);
  if (!dataset.has_label.empty() && dataset.has_label[at] == 0) {
    throw InvalidArgument("explain: target " + std::to_string(item) + " of '" + dataset.name +
                              "' has no label, which type phenomenon explains",
                          "type model explains what the model says");
  }
  return dataset.y[at];
}

}  // namespace

std::string_view name_of(Method method) { return kMethods[static_cast<std::size_t>(method)]; }

Method parse_method(std::string_view name) {
  const auto found = std::find(kMethods.begin(), kMethods.end(), name);
  if (found != kMethods.end()) {
    return static_cast<Method>(found - kMethods.begin());
  }
  const std::vector<std::string> names(kMethods.begin(), kMethods.end());
  std::string all;
  for (const std::string& known : names) {
    all += (all.empty() ? "" : ", ") + known;
  }
  const std::string near = nearest_name(name, names);
  throw InvalidArgument("method must be one of " + all + ", got '" + std::string(name) + "'",
                        near.empty() ? "" : "did you mean " + near + "?");
}

ExplainResult explain(const std::filesystem::path& model, const ExplainOptions& options) {
  check(options);
  ops::install_tensor_executor();
  const train::ServedModel served(model, options.dataset, options.roots);
  const std::vector<Target> targets = targets_of(served, options);
  const layers::Gnn network = served.model();
  TargetWriter writer(served, options);
  std::vector<TargetRecord> records;
  ExplainResult result;
  result.class_labels = served.labels();
  train::ModelInput input;
  std::int64_t graph = -1;
  for (const Target& target : targets) {
    if (options.cancel.requested()) {
      result.interrupted = true;
      break;
    }
    if (target.graph != graph) {
      graph = target.graph;
      input = served.input(graph);
    }
    Subject subject = target.node < 0 ? subject_of_graph(network, input, graph)
                                      : subject_of_node(network, input, target.node, options.hops);
    subject.label = asked_label(served.dataset(), writer.item_of(target), options, subject.label);
    records.push_back(writer.record(subject, explained(subject, options), target));
    report_progress(options.progress, {.what = "targets",
                                       .done = static_cast<std::int64_t>(records.size()),
                                       .total = static_cast<std::int64_t>(targets.size())});
  }
  result.document = explain_document(records, options,
                                     {.set = served.set_name(),
                                      .content_sha256 = datasets::content_sha256(served.dataset()),
                                      .model = model.string(),
                                      .class_labels = served.labels(),
                                      .interrupted = result.interrupted});
  for (TargetRecord& record : records) {
    result.targets.push_back(std::move(record.target));
  }
  return result;
}

}  // namespace isthmus::explain
