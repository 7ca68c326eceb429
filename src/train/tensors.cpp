#include "tensors.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <ATen/ATen.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/largest_component.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/graph/plan.hpp"

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

void check_ids(const Dataset& dataset, const char* part, const std::vector<std::int64_t>& ids) {
  const auto items = static_cast<std::int64_t>(dataset.y.size());
  for (const std::int64_t id : ids) {
    const std::string where =
        "split of '" + dataset.name + "', part " + part + ": item " + std::to_string(id);
    if (id < 0 || id >= items) {
      throw DataError({dataset.name}, where + " is outside 0.." + std::to_string(items - 1));
    }
    const auto at = static_cast<std::size_t>(id);
    const bool labelled = dataset.has_label.empty() || dataset.has_label[at] != 0;
    if (!labelled || dataset.y[at] < 0 || dataset.y[at] >= dataset.num_classes) {
      throw DataError({dataset.name}, where + " has no label");
    }
  }
}

}  // namespace

TaskTensors::TaskTensors(const Dataset& dataset, const DatasetConfig& config)
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
  if (config.normalize != "none") {
    Features copy = *source;
    (config.normalize == "row" ? normalise_rows : make_binary)(copy);
    x_ = to_input(copy);
  } else {
    x_ = to_input(*source);
  }
  if (!is_graph_task()) {
    whole_ = {x_, dataset.graphs.empty() ? Graph() : dataset.graphs.front(), {}};
    whole_.graph.plan().prepare();
  }
}

bool TaskTensors::is_graph_task() const noexcept {
  return dataset_->task == datasets::Task::kGraph;
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
  input.graph = std::move(batch.graph);
  input.ptr = std::move(batch.ptr);
  return input;
}

Targets TaskTensors::node_targets(std::span<const std::int64_t> items) const {
  Targets targets;
  targets.row.assign(items.begin(), items.end());
  for (const std::int64_t item : items) {
    targets.label.push_back(dataset_->y[static_cast<std::size_t>(item)]);
  }
  return targets;
}

Targets TaskTensors::graph_targets(std::span<const std::int64_t> items) const {
  Targets targets = node_targets(items);
  std::iota(targets.row.begin(), targets.row.end(), std::int64_t{0});
  return targets;
}

at::Tensor TaskTensors::scores(layers::Gnn& model, std::span<const std::int64_t> items) const {
  constexpr std::size_t kPiece = 256;
  const at::NoGradGuard no_grad;
  model->eval();
  if (!is_graph_task()) {
    const at::Tensor index = at::tensor(at::ArrayRef<std::int64_t>(items.data(), items.size()));
    return model->forward(whole_.x, whole_.graph).index_select(0, index);
  }
  std::vector<at::Tensor> pieces;
  for (std::size_t begin = 0; begin < items.size(); begin += kPiece) {
    const ModelInput input = batch(items.subspan(begin, std::min(kPiece, items.size() - begin)));
    pieces.push_back(model->forward(input.x, input.graph, input.ptr));
  }
  return pieces.empty() ? at::zeros({0, model->options().dim_out}) : at::cat(pieces);
}

Dataset load_set(const DatasetConfig& config, const datasets::DataRoots& roots) {
  Dataset dataset = datasets::load(config.name, roots);
  return config.component == "largest" ? datasets::largest_component(dataset) : dataset;
}

void check_split(const Dataset& dataset, const datasets::Split& split) {
  check_ids(dataset, "train", split.train);
  check_ids(dataset, "val", split.val);
  check_ids(dataset, "test", split.test);
  if (split.train.empty()) {
    throw DataError({dataset.name}, "split of '" + dataset.name + "': no training item");
  }
}

}  // namespace isthmus::train
