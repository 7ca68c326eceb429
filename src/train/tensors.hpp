#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/graph/cluster_loader.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/constant_input.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/partition/locality_order.hpp"
#include "isthmus/train/config.hpp"
#include "isthmus/train/model_input.hpp"

#include "loss.hpp"

namespace isthmus::train {

/// For an input that is run again and again; null if x is sparse.
[[nodiscard]] std::shared_ptr<layers::ConstantInput> constant_input(const layers::NodeInput& x);

/// A set as tensors; features are normalised as the config says, the set's encodings behind them as
/// they are, and shared by all runs. Nodes of a
/// node task may be numbered anew inside: whoever calls knows them by their ids in the set.
class TaskTensors {
 public:
  /// Keeps a reference to `dataset`.
  /// @param layout  Order of the nodes. Where items are graphs kNone or kAuto, which are the same
  ///                there.
  /// @throws InvalidArgument  if features are asked for that the set does not have, or an order by
  ///                          name where items are graphs.
  TaskTensors(const datasets::Dataset& dataset, const DatasetConfig& config,
              const partition::LocalityOptions& layout = {.order = partition::NodeOrder::kNone});

  [[nodiscard]] const datasets::Dataset& dataset() const noexcept { return *dataset_; }
  /// Labels belong to graphs.
  [[nodiscard]] bool is_graph_task() const noexcept;
  /// What splits divide and steps take: whole graphs (their labels or those of their nodes), or the
  /// nodes of one graph.
  [[nodiscard]] bool items_are_graphs() const noexcept;
  [[nodiscard]] std::int64_t dim_in() const { return layers::num_cols(x_); }
  /// Columns of edge features: the set's attributes, then its edge labels one-hot over the values
  /// that occur, ascending. 0: it has neither.
  [[nodiscard]] std::int64_t edge_dim() const {
    return edge_attr_.defined() ? edge_attr_.size(1) : 0;
  }
  /// Distinct edge labels, which are the types of edges; 0: none.
  [[nodiscard]] std::int64_t num_relations() const noexcept { return num_relations_; }
  /// Where the features came from: "given", "constant", "degree".
  [[nodiscard]] const std::string& feature_kind() const noexcept { return feature_kind_; }

  /// Features of nodes and edges, graphs and their plans.
  [[nodiscard]] std::int64_t bytes() const;

  /// What the order came to; empty for graph tasks and where none was asked for.
  [[nodiscard]] const std::optional<partition::LocalityResult>& locality() const noexcept {
    return locality_;
  }

  /// Items are nodes: the whole graph, its rows in the order of the layout; shared, not copied.
  [[nodiscard]] const ModelInput& whole() const noexcept { return whole_; }
  /// Items are nodes: what whole() has between the nodes of a batch.
  [[nodiscard]] ModelInput part(const ClusterBatch& batch) const;
  /// Features of the given nodes of whole(), in that order.
  [[nodiscard]] layers::NodeInput rows(std::span<const std::int64_t> nodes) const;
  /// Items are graphs: the given ones side by side, in that order.
  [[nodiscard]] ModelInput batch(std::span<const std::int64_t> graphs) const;

  /// Targets of items inside whole().
  [[nodiscard]] Targets node_targets(std::span<const std::int64_t> items) const;
  /// Targets inside the scores of those items alone, in that order (batch(items), scores(items)):
  /// a row per item, or where items are graphs with labels of nodes one for each of their nodes.
  [[nodiscard]] Targets targets_of(std::span<const std::int64_t> items) const;
  /// Rows of the scores of those items.
  [[nodiscard]] std::int64_t num_scores(std::span<const std::int64_t> items) const;

  /// Scores of items, in eval mode and without autograd: row i for items[i], or where items are
  /// graphs with labels of nodes a row for each node. In pieces of at most 256 graphs, or one.
  [[nodiscard]] at::Tensor scores(layers::Gnn& model, std::span<const std::int64_t> items) const;

 private:
  void make_edges();
  void lay_out(const partition::LocalityOptions& layout);
  /// Rows of whole() that hold the items.
  [[nodiscard]] std::vector<std::int64_t> rows_of(std::span<const std::int64_t> items) const;

  const datasets::Dataset* dataset_;
  std::string feature_kind_;
  layers::NodeInput x_;   ///< Rows as in whole(), or as in the set for graph tasks.
  at::Tensor edge_attr_;  ///< Of all graphs, each in its own edge order.
  at::Tensor edge_type_;
  std::int64_t num_relations_ = 0;
  std::vector<std::int64_t> arc_ptr_;  ///< Offsets of each graph's arcs.
  ModelInput whole_;
  std::optional<partition::LocalityResult> locality_;
  std::vector<std::int64_t> row_;  ///< Row of each node; empty: its id.
};

/// How the nodes are laid out for networks of a config: rows of gnn.dim_inner numbers.
[[nodiscard]] partition::LocalityOptions layout_for(const Config& config,
                                                    partition::NodeOrder order);

/// Refuses a network that looks at what the edges of the set do not have.
/// @throws InvalidArgument  naming the layer, what it needs and the set.
void check_edges(const TaskTensors& data, const Config& config);

/// Whether item `at` of y has a label that is one of the classes.
[[nodiscard]] bool has_class(const datasets::Dataset& dataset, std::size_t at);

/// Refuses a split with ids outside the set, or of items without a label.
/// @throws DataError  naming the split, the id and the rule.
void check_split(const datasets::Dataset& dataset, const datasets::Split& split);

}  // namespace isthmus::train
