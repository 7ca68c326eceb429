#include "isthmus/explain/explain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <ATen/core/Tensor.h>

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

/// "node:17,23", "graph:3", or a part of the split.
std::vector<std::int64_t> items_of(const train::ServedModel& served,
                                   const ExplainOptions& options) {
  const std::string& targets = options.targets;
  const std::string kind = served.is_graph_task() ? "graph" : "node";
  const std::size_t colon = targets.find(':');
  if (colon == std::string::npos) {
    return served.items_of_split(targets, options.fold);
  }
  if (targets.substr(0, colon) != kind) {
    throw InvalidArgument("explain: targets of '" + served.set_name() + "' must be " + kind +
                          ":ID,ID,..., got '" + targets + "'");
  }
  return served.items_of_ids("explain",
                             split_list(std::string_view(targets).substr(colon + 1), targets));
}

/// The masks, and what only integrated gradients tell.
struct Explained {
  Explanation explanation;
  std::optional<Completeness> completeness;
};

Explained explained(const Subject& subject, const ExplainOptions& options) {
  switch (options.method) {
    case Method::kGnnExplainer:
      return {
          gnn_explainer(subject,
                        {.masks = options.masks, .epochs = options.epochs, .seed = options.seed}),
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

/// The true explanation of a graph's edges, in the caller's edge order; empty: unknown.
std::vector<std::uint8_t> true_edges(const datasets::Dataset& dataset, std::size_t graph) {
  if (dataset.edge_mask.empty()) {
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
    truth[static_cast<std::size_t>(eid[slot])] =
        dataset.edge_mask[static_cast<std::size_t>(first + slot)];
  }
  return truth;
}

/// What is told of one target, put together.
class TargetWriter {
 public:
  TargetWriter(const train::ServedModel& served, const ExplainOptions& options)
      : dataset_(&served.dataset()), graph_task_(served.is_graph_task()), options_(&options) {
    if (!graph_task_) {
      true_edges_ = true_edges(*dataset_, 0);
    }
  }

  TargetRecord record(const Subject& subject, const Explained& found, std::int64_t item) {
    if (graph_task_) {
      true_edges_ = true_edges(*dataset_, static_cast<std::size_t>(item));
    }
    TargetRecord record;
    ExplainedTarget& target = record.target;
    target.item = item;
    target.label = subject.label;
    target.id = graph_task_ || dataset_->node_names.empty()
                    ? std::to_string(item)
                    : dataset_->node_names[static_cast<std::size_t>(item)];
    record.completeness = found.completeness;
    const std::vector<std::int64_t> place = add_nodes(record, subject, item);
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
        record.curve.push_back(labelled(
            probe(subject, found.explanation, select_entries(entries, among, {percent})), item));
      }
    }
    return record;
  }

 private:
  /// Nodes within reach; place of every node of the subject among them, -1 elsewhere.
  std::vector<std::int64_t> add_nodes(TargetRecord& record, const Subject& subject,
                                      std::int64_t item) const {
    const std::int64_t far = reach(subject.model->options());
    const std::int64_t first = graph_task_ ? dataset_->node_ptr[static_cast<std::size_t>(item)] : 0;
    ExplainedTarget& target = record.target;
    std::vector<std::int64_t> place(subject.nodes.size(), -1);
    for (std::size_t v = 0; v < subject.nodes.size(); ++v) {
      const std::int64_t hops = subject.hops.empty() ? -1 : subject.hops[v];
      if (!subject.hops.empty() && far >= 0 && hops > far) {
        continue;
      }
      place[v] = static_cast<std::int64_t>(target.nodes.size());
      const auto number = static_cast<std::size_t>(subject.nodes[v]);
      const bool named = !graph_task_ && !dataset_->node_names.empty();
      const bool known =
          !graph_task_ && (dataset_->has_label.empty() || dataset_->has_label[number] != 0);
      target.nodes.push_back(
          {.id = named ? dataset_->node_names[number] : std::to_string(subject.nodes[v]),
           .hops = hops,
           .label = known ? dataset_->y[number] : -1});
      target.node_number.push_back(subject.nodes[v]);
      if (!dataset_->node_mask.empty()) {
        record.true_nodes.push_back(dataset_->node_mask[static_cast<std::size_t>(first) + number]);
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
  std::vector<std::uint8_t> true_edges_;  ///< Of the graph at hand.
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
  std::vector<std::int64_t> items = items_of(served, options);
  if (options.most_targets > 0 && static_cast<std::int64_t>(items.size()) > options.most_targets) {
    items.resize(static_cast<std::size_t>(options.most_targets));
  }
  const layers::Gnn network = served.model();
  TargetWriter writer(served, options);
  std::vector<TargetRecord> records;
  ExplainResult result;
  result.class_labels = served.labels();
  for (const std::int64_t item : items) {
    if (options.cancel.requested()) {
      result.interrupted = true;
      break;
    }
    const train::ModelInput input = served.input(item);
    Subject subject = served.is_graph_task() ? subject_of_graph(network, input, item)
                                             : subject_of_node(network, input, item);
    subject.label = asked_label(served.dataset(), item, options, subject.label);
    records.push_back(writer.record(subject, explained(subject, options), item));
    report_progress(options.progress, {.what = "targets",
                                       .done = static_cast<std::int64_t>(records.size()),
                                       .total = static_cast<std::int64_t>(items.size())});
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
