#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/train/model_input.hpp"

namespace isthmus::explain {

/// One prediction that is to be explained: row `row` of the scores that a model gives an input, and
/// why they speak for class `label`. Explainers read the model, they never change it.
struct Subject {
  layers::Gnn model{nullptr};    ///< In eval mode.
  train::ModelInput input = {};  ///< Dense features; of a node, only what its scores depend on.
  std::int64_t row = 0;          ///< Of the target in the scores.
  std::int64_t label = 0;        ///< The class explained.
  /// Of the target in the set, a node or a graph: what is drawn for it is drawn for no other.
  std::int64_t number = 0;

  std::vector<std::int64_t> nodes = {};  ///< Number of each node in the whole graph, ascending.
  std::vector<std::int64_t> edges = {};  ///< Position of each edge in the whole graph's edge order.
  /// Arcs from each node to the target; -1: none. Empty where a graph is explained.
  std::vector<std::int64_t> hops = {};
  /// Nodes further away are not explained; -1: none is too far.
  std::int64_t within = -1;
  /// 1 for edges that are explained: both ends `within`. The others are there because
  /// scores depend on them, or so that every node within reach() has its true degree.
  std::vector<std::uint8_t> explained = {};
  std::int64_t whole_nodes = 0;  ///< Nodes of the whole graph.
};

/// How many arcs away a network hears: layers times hops a layer; -1: everything (norms over the
/// nodes of a graph, a virtual node, degrees by outgoing arcs).
[[nodiscard]] std::int64_t reach(const layers::GnnOptions& options);

/// Node `node` of the whole graph: nodes within reach() of it against the arcs, one arc further,
/// and every arc into those within reach. Rows keep their order and degrees, so the scores of the
/// target are those in the whole graph. The label is the predicted class.
/// @param within  Explain what is at most so many arcs away; -1: all within reach().
/// @throws InvalidArgument  for a node outside the graph, or within < -1.
/// @par Cost  O(N + E) for the search, then a forward pass over the neighbourhood.
[[nodiscard]] Subject subject_of_node(layers::Gnn model, const train::ModelInput& whole,
                                      std::int64_t node, std::int64_t within = -1);

/// A single graph, `number` of its set: everything in it is explained. The label is the predicted
/// class.
[[nodiscard]] Subject subject_of_graph(layers::Gnn model, const train::ModelInput& graph,
                                       std::int64_t number);

/// Scores of the target, [C], for features x [N, F] and edge masks [E] (undefined: none).
[[nodiscard]] at::Tensor target_scores(const Subject& subject, const at::Tensor& x,
                                       const at::Tensor& edge_mask);

/// Logit of a class; with one score, its sign is the class.
[[nodiscard]] at::Tensor class_logit(const at::Tensor& scores, std::int64_t label);

/// Cross-entropy of the target's scores and a class.
[[nodiscard]] at::Tensor class_loss(const at::Tensor& scores, std::int64_t label);

/// Probability that the model gives the class explained.
[[nodiscard]] double probability_of_label(const Subject& subject);

/// Class probabilities in double; one score gives two classes.
[[nodiscard]] std::vector<double> class_probabilities(const at::Tensor& scores);

}  // namespace isthmus::explain
