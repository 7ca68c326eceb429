#include "tensors.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <ATen/ATen.h>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/graph/plan.hpp"

#include "curvature_encoding.hpp"

namespace isthmus::train {
namespace {

using datasets::Dataset;
using datasets::Features;

/// Divides each row by its sum; rows that sum to 0 stay.
void normalise_rows(Features& x) {
  for (std::int64_t row = 0; row < x.num_rows; ++row) {
    const auto begin = static_cast<std::size_t>(x.sparse ? x.rowptr[static_cast<std::size_t>(row)]
                                                         : row * x.num_cols);
    const auto end = static_cast<std::size_t>(x.sparse ? x.rowptr[static_cast<std::size_t>(row) + 1]
                                                       : (row + 1) * x.num_cols);
    std::vector<float>& values = x.sparse ? x.value : x.dense;
    double sum = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      sum += static_cast<double>(values[i]);
    }
    if (sum != 0.0) {
      for (std::size_t i = begin; i < end; ++i) {
        values[i] = static_cast<float>(static_cast<double>(values[i]) / sum);
      }
    }
  }
}

/// 1 in the place of every number but 0.
void make_binary(Features& x) {
  for (float& value : x.sparse ? x.value : x.dense) {
    value = value != 0.0F ? 1.0F : 0.0F;
  }
}

Features constant_features(std::int64_t rows) {
  Features x;
  x.num_rows = rows;
  x.num_cols = 1;
  x.dense.assign(static_cast<std::size_t>(rows), 1.0F);
  return x;
}

/// One-hot in-degree, columns 0 .. largest degree.
Features degree_features(const Dataset& dataset) {
  Features x;
  x.sparse = true;
  x.num_rows = dataset.num_nodes();
  x.rowptr.resize(static_cast<std::size_t>(x.num_rows) + 1);
  std::iota(x.rowptr.begin(), x.rowptr.end(), std::int64_t{0});
  x.value.assign(static_cast<std::size_t>(x.num_rows), 1.0F);
  for (const Graph& graph : dataset.graphs) {
    for (NodeId v = 0; v < graph.num_nodes(); ++v) {
      x.col.push_back(static_cast<std::int32_t>(graph.csr().degree(v)));
      x.num_cols = std::max(x.num_cols, std::int64_t{x.col.back()} + 1);
    }
  }
  return x;
}

layers::NodeInput to_input(const Features& x) {
  if (x.sparse) {
    return ops::SparseMatrix(x.num_rows, x.num_cols, x.rowptr, x.col, x.value);
  }
  at::Tensor dense = at::empty({x.num_rows, x.num_cols}, at::kFloat);
  if (!x.dense.empty()) {
    std::memcpy(dense.data_ptr<float>(), x.dense.data(), x.dense.size() * sizeof(float));
  }
  return dense;
}

/// Distinct edge labels, ascending.
std::vector<std::int64_t> edge_labels(const Dataset& dataset) {
  std::vector<std::int64_t> values = dataset.edge_label;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// Calls body(row, edge) for each arc: its place in the set's arrays, and in the graph's edge
/// order.
template <typename Body>
void each_arc(const Dataset& dataset, const Body& body) {
  std::int64_t first = 0;
  for (const Graph& graph : dataset.graphs) {
    const EdgePositions eid = graph.eid();
    for (EdgeId slot = 0; slot < graph.num_edges(); ++slot) {
      body(first + slot, first + eid[slot]);
    }
    first += graph.num_edges();
  }
}

void check_ids(const Dataset& dataset, const char* part, const std::vector<std::int64_t>& ids) {
  const auto items = static_cast<std::int64_t>(dataset.splits_of_graphs ? dataset.graphs.size()
                                                                        : dataset.y.size());
  for (const std::int64_t id : ids) {
    const std::string where =
        "split of '" + dataset.name + "', part " + part + ": item " + std::to_string(id);
    if (id < 0 || id >= items) {
      throw DataError({dataset.name}, where + " is outside 0.." + std::to_string(items - 1));
    }
    if (dataset.splits_of_graphs) {
      continue;  // every node of a whole graph has its label: check_split() looked
    }
    if (!has_class(dataset, static_cast<std::size_t>(id))) {
      throw DataError({dataset.name}, where + " has no label");
    }
  }
}

/// Scores have a row for each item; else one for each node of an item.
bool has_row_per_item(const Dataset& dataset) {
  return dataset.task == datasets::Task::kGraph || !dataset.splits_of_graphs;
}

/// Each node of a set of whole graphs has a label.
void check_labels(const Dataset& dataset) {
  for (std::size_t v = 0; v < dataset.y.size(); ++v) {
    if (!has_class(dataset, v)) {
      throw DataError({dataset.name}, "'" + dataset.name + "': node " + std::to_string(v) +
                                          " of all graphs has no label in 0.." +
                                          std::to_string(dataset.num_classes - 1));
    }
  }
}

}  // namespace

TaskTensors::TaskTensors(const Dataset& dataset, const DatasetConfig& config,
                         const partition::LocalityOptions& layout)
    : dataset_(&dataset), feature_kind_(config.features) {
  if (feature_kind_ == "auto") {
    feature_kind_ = dataset.x.num_cols > 0 ? "given" : "constant";
  }
  Features made;
  const Features* source = &dataset.x;
  if (feature_kind_ == "constant") {
    made = constant_features(dataset.num_nodes());
    source = &made;
  } else if (feature_kind_ == "degree") {
    made = degree_features(dataset);
    source = &made;
  }
  const bool encoded = dataset.num_encoding_columns > 0;
  if (config.normalize != "none" || encoded) {
    Features copy = *source;
    if (config.normalize != "none") {
      (config.normalize == "row" ? normalise_rows : make_binary)(copy);
    }
    x_ = to_input(encoded ? with_encoding(copy, dataset) : copy);
  } else {
    x_ = to_input(*source);
  }
  make_edges();
  if (!items_are_graphs()) {
    if (dataset.graphs.size() > 1) {
      throw InvalidArgument("data set " + dataset.name + " must be one graph, or have labels of " +
                            "graphs or splits of graphs, got " +
                            std::to_string(dataset.graphs.size()) + " graphs with labels of nodes");
    }
    whole_.x = x_;
    whole_.graph = dataset.graphs.empty() ? Graph() : dataset.graphs.front();
    whole_.edge_attr = edge_attr_;
    whole_.edge_type = edge_type_;
    lay_out(layout);
    whole_.graph.plan().prepare();
    whole_.constant = constant_input(whole_.x);
  } else if (layout.order != partition::NodeOrder::kNone &&
             layout.order != partition::NodeOrder::kAuto) {
    throw InvalidArgument("order must be none or auto for sets of many graphs, got '" +
                          std::string(partition::name_of(layout.order)) + "'");
  }
}

/// Renumbers the nodes: the graph, and the rows of the features once.
void TaskTensors::lay_out(const partition::LocalityOptions& layout) {
  if (layout.order == partition::NodeOrder::kNone) {
    return;
  }
  locality_ = partition::locality_order(whole_.graph, layout);
  const std::vector<NodeId>& node = locality_->node;
  if (node.empty()) {
    return;
  }
  whole_.graph = whole_.graph.reordered(node);
  const std::vector<std::int64_t> rows(node.begin(), node.end());
  if (const auto* sparse = std::get_if<ops::SparseMatrix>(&x_)) {
    x_ = sparse->index_select(rows);
  } else {
    x_ = std::get<at::Tensor>(x_).index_select(
        0, at::tensor(at::ArrayRef<std::int64_t>(rows.data(), rows.size())));
  }
  whole_.x = x_;
  row_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    row_[static_cast<std::size_t>(rows[i])] = static_cast<std::int64_t>(i);
  }
}

std::vector<std::int64_t> TaskTensors::rows_of(std::span<const std::int64_t> items) const {
  std::vector<std::int64_t> rows(items.begin(), items.end());
  if (!row_.empty()) {
    for (std::int64_t& row : rows) {
      row = row_[static_cast<std::size_t>(row)];
    }
  }
  return rows;
}

std::int64_t TaskTensors::bytes() const {
  const auto of = [](const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<std::int64_t>(tensor.nbytes()) : 0;
  };
  std::int64_t bytes = of(edge_attr_) + of(edge_type_);
  if (const auto* dense = std::get_if<at::Tensor>(&x_)) {
    bytes += of(*dense);
  } else {
    const auto& sparse = std::get<ops::SparseMatrix>(x_);
    constexpr auto kEntry = std::int64_t{sizeof(std::int32_t) + sizeof(float)};
    bytes += 2 * sparse.nnz() * kEntry;  // the transpose, too
  }
  if (!items_are_graphs()) {
    return bytes + static_cast<std::int64_t>(whole_.graph.bytes());
  }
  for (const Graph& graph : dataset_->graphs) {
    bytes += static_cast<std::int64_t>(graph.bytes());
  }
  return bytes;
}

void TaskTensors::make_edges() {
  const Dataset& dataset = *dataset_;
  arc_ptr_.assign(1, 0);
  for (const Graph& graph : dataset.graphs) {
    arc_ptr_.push_back(arc_ptr_.back() + graph.num_edges());
  }
  const std::vector<std::int64_t> labels = edge_labels(dataset);
  num_relations_ = static_cast<std::int64_t>(labels.size());
  const std::int64_t given = dataset.num_edge_attributes;
  const std::int64_t width = given + num_relations_;
  if (width == 0) {
    return;
  }
  edge_attr_ = at::zeros({arc_ptr_.back(), width}, at::kFloat);
  float* attr = edge_attr_.data_ptr<float>();
  if (num_relations_ > 0) {
    edge_type_ = at::empty({arc_ptr_.back()}, at::kLong);
  }
  each_arc(dataset, [&](std::int64_t row, std::int64_t edge) {
    std::copy_n(dataset.edge_attr.begin() + row * given, given, attr + edge * width);
    if (num_relations_ > 0) {
      const std::int64_t label = dataset.edge_label[static_cast<std::size_t>(row)];
      const auto type = std::lower_bound(labels.begin(), labels.end(), label) - labels.begin();
      edge_type_.data_ptr<std::int64_t>()[edge] = type;
      attr[edge * width + given + type] = 1.0F;
    }
  });
}

bool TaskTensors::is_graph_task() const noexcept {
  return dataset_->task == datasets::Task::kGraph;
}

bool TaskTensors::items_are_graphs() const noexcept {
  return is_graph_task() || dataset_->splits_of_graphs;
}

layers::NodeInput TaskTensors::rows(std::span<const std::int64_t> nodes) const {
  if (const auto* dense = std::get_if<at::Tensor>(&x_)) {
    return dense->index_select(
        0, at::tensor(at::ArrayRef<std::int64_t>(nodes.data(), nodes.size()), at::kLong));
  }
  return std::get<ops::SparseMatrix>(x_).index_select(nodes);
}

ModelInput TaskTensors::part(const ClusterBatch& batch) const {
  const std::vector<std::int64_t> nodes(batch.n_id.begin(), batch.n_id.end());
  ModelInput input;
  input.x = rows(nodes);
  input.graph = batch.graph;
  if (edge_attr_.defined()) {
    const std::vector<std::int64_t> arcs(batch.e_id.begin(), batch.e_id.end());
    const at::Tensor index =
        at::tensor(at::ArrayRef<std::int64_t>(arcs.data(), arcs.size()), at::kLong);
    input.edge_attr = edge_attr_.index_select(0, index);
    if (edge_type_.defined()) {
      input.edge_type = edge_type_.index_select(0, index);
    }
  }
  return input;
}

ModelInput TaskTensors::batch(std::span<const std::int64_t> graphs) const {
  std::vector<Graph> parts;
  parts.reserve(graphs.size());
  for (const std::int64_t g : graphs) {
    parts.push_back(dataset_->graphs[static_cast<std::size_t>(g)]);
  }
  GraphBatch batch = batch_graphs(parts);
  ModelInput input;
  if (const auto* dense = std::get_if<at::Tensor>(&x_)) {
    const std::int64_t width = dense->size(1);
    at::Tensor rows = at::empty({batch.ptr.back(), width}, dense->options());
    const float* from = dense->data_ptr<float>();
    float* to = rows.data_ptr<float>();
    for (const std::int64_t g : graphs) {
      const std::int64_t first = dataset_->node_ptr[static_cast<std::size_t>(g)];
      const std::int64_t size =
          (dataset_->node_ptr[static_cast<std::size_t>(g) + 1] - first) * width;
      to = std::copy_n(from + first * width, size, to);
    }
    input.x = rows;
  } else {
    std::vector<std::int64_t> rows;
    for (const std::int64_t g : graphs) {
      for (std::int64_t v = dataset_->node_ptr[static_cast<std::size_t>(g)];
           v < dataset_->node_ptr[static_cast<std::size_t>(g) + 1]; ++v) {
        rows.push_back(v);
      }
    }
    input.x = std::get<ops::SparseMatrix>(x_).index_select(rows);
  }
  if (edge_attr_.defined()) {
    std::vector<at::Tensor> attr;
    std::vector<at::Tensor> type;
    for (const std::int64_t g : graphs) {
      const std::int64_t first = arc_ptr_[static_cast<std::size_t>(g)];
      const std::int64_t count = arc_ptr_[static_cast<std::size_t>(g) + 1] - first;
      attr.push_back(edge_attr_.narrow(0, first, count));
      if (edge_type_.defined()) {
        type.push_back(edge_type_.narrow(0, first, count));
      }
    }
    input.edge_attr = attr.empty() ? edge_attr_.narrow(0, 0, 0) : at::cat(attr);
    if (edge_type_.defined()) {
      input.edge_type = type.empty() ? edge_type_.narrow(0, 0, 0) : at::cat(type);
    }
  }
  input.graph = std::move(batch.graph);
  input.ptr = std::move(batch.ptr);
  return input;
}

Targets TaskTensors::node_targets(std::span<const std::int64_t> items) const {
  Targets targets;
  targets.row = rows_of(items);
  for (const std::int64_t item : items) {
    targets.label.push_back(dataset_->y[static_cast<std::size_t>(item)]);
  }
  return targets;
}

Targets TaskTensors::targets_of(std::span<const std::int64_t> items) const {
  Targets targets;
  std::int64_t row = 0;
  const auto add = [&](std::int64_t label) {
    targets.row.push_back(row++);
    targets.label.push_back(label);
  };
  if (has_row_per_item(*dataset_)) {
    for (const std::int64_t item : items) {
      add(dataset_->y[static_cast<std::size_t>(item)]);
    }
    return targets;
  }
  targets.graph_ptr.push_back(0);
  for (const std::int64_t g : items) {
    const auto at = static_cast<std::size_t>(g);
    for (std::int64_t v = dataset_->node_ptr[at]; v < dataset_->node_ptr[at + 1]; ++v) {
      add(dataset_->y[static_cast<std::size_t>(v)]);
    }
    targets.graph_ptr.push_back(row);
  }
  return targets;
}

std::int64_t TaskTensors::num_scores(std::span<const std::int64_t> items) const {
  if (has_row_per_item(*dataset_)) {
    return static_cast<std::int64_t>(items.size());
  }
  std::int64_t nodes = 0;
  for (const std::int64_t g : items) {
    nodes += dataset_->graphs[static_cast<std::size_t>(g)].num_nodes();
  }
  return nodes;
}

at::Tensor TaskTensors::scores(layers::Gnn& model, std::span<const std::int64_t> items) const {
  const std::size_t piece = is_graph_task() ? 256 : 1;  // graphs with labels of nodes are large
  const at::NoGradGuard no_grad;
  model->eval();
  if (!items_are_graphs()) {
    const std::vector<std::int64_t> rows = rows_of(items);
    const at::Tensor index = at::tensor(at::ArrayRef<std::int64_t>(rows.data(), rows.size()));
    return run_model(model, whole_).index_select(0, index);
  }
  std::vector<at::Tensor> pieces;
  for (std::size_t begin = 0; begin < items.size(); begin += piece) {
    const ModelInput input = batch(items.subspan(begin, std::min(piece, items.size() - begin)));
    pieces.push_back(run_model(model, input));
  }
  return pieces.empty() ? at::zeros({0, model->options().dim_out}) : at::cat(pieces);
}

partition::LocalityOptions layout_for(const Config& config, partition::NodeOrder order) {
  if (order != partition::NodeOrder::kNone && config.train.sampler != "full_batch") {
    throw InvalidArgument("order must be none unless train.sampler is full_batch, got '" +
                          std::string(partition::name_of(order)) + "' with '" +
                          config.train.sampler + "'");
  }
  return {.order = order,
          .row_bytes = config.gnn.dim_inner * static_cast<std::int64_t>(sizeof(float))};
}

std::shared_ptr<layers::ConstantInput> constant_input(const layers::NodeInput& x) {
  return layers::is_sparse(x) ? nullptr
                              : std::make_shared<layers::ConstantInput>(std::get<at::Tensor>(x));
}

void check_edges(const TaskTensors& data, const Config& config) {
  const std::string& layer = config.gnn.layer_type;
  const bool needs_features = layer == "gineconv";
  const bool needs_types = layer == "rgcnconv";
  if (config.gnn.alternate && data.num_relations() < 2) {
    throw InvalidArgument("gnn.alternate needs edges of two types or more, '" +
                              data.dataset().name + "' has " + std::to_string(data.num_relations()),
                          "rewire.method egp adds a type of its own");
  }
  if ((needs_features && data.edge_dim() == 0) || (needs_types && data.num_relations() == 0)) {
    throw InvalidArgument("gnn.layer_type " + layer + " needs " +
                              (needs_types ? "types" : "features") + " of edges, '" +
                              data.dataset().name + "' has none",
                          "tu:MUTAG and tu:PTC_MR have edge labels");
  }
}

bool has_class(const Dataset& dataset, std::size_t at) {
  return (dataset.has_label.empty() || dataset.has_label[at] != 0) && dataset.y[at] >= 0 &&
         dataset.y[at] < dataset.num_classes;
}

void check_split(const Dataset& dataset, const datasets::Split& split) {
  if (dataset.splits_of_graphs) {
    check_labels(dataset);
  }
  check_ids(dataset, "train", split.train);
  check_ids(dataset, "val", split.val);
  check_ids(dataset, "test", split.test);
  if (split.train.empty()) {
    throw DataError({dataset.name}, "split of '" + dataset.name + "': no training item");
  }
}

}  // namespace isthmus::train
