#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// Options of gnn_explainer(), with PyG's defaults.
struct GnnExplainerOptions {
  MaskKinds masks = {};
  std::int64_t epochs = 100;  ///< >= 1
  double lr = 0.01;           ///< Of Adam, > 0.
  double edge_size = 0.005;
  double edge_ent = 1.0;
  double node_feat_size = 1.0;
  double node_feat_ent = 0.1;
  /// Opposite arcs act with the mean of their two masks: an undirected edge has one.
  bool symmetric = false;
  /// Of the starting values. These are functions of (seed, number in the whole graph) alone: the
  /// same whatever part of the graph is looked at.
  std::uint64_t seed = 0;
  at::Tensor edge_start = {};  ///< [E] instead of drawn ones.
  at::Tensor x_start = {};     ///< Shape of x_mask, instead of drawn ones.
};

/// GNNExplainer: masks m_e per edge and m_x per feature, learnt so that sigmoid(m) keeps the
/// prediction while it is small and near 0 or 1:
///
///     loss = cross-entropy(scores(x sigmoid(m_x), sigmoid(m_e)), label)
///            + edge_size sum of sigmoid(m_e) + edge_ent mean of H(sigmoid(m_e))
///            + node_feat_size mean of sigmoid(m_x) + node_feat_ent mean of H(sigmoid(m_x))
///     H(p) = -p log(p + 1e-15) - (1 - p) log(1 - p + 1e-15)
///
/// Start: normal, of variance 2 / (nodes of the whole graph) for m_e, 0.01 for m_x. The first step
/// takes the cross-entropy alone; entries whose gradient is exactly 0 there take no part in sums
/// and means, and are 0 in the result. Others are sigmoid(m), in (0, 1).
///
/// With `symmetric` (s_e + s_e')/2 stands for s_e = sigmoid(m_e) throughout, e' the opposite arc of
/// e: of parallel arcs the k-th has the k-th, one without such has itself. The authors' own code
/// does so; PyG's learns every arc by itself, and an arc that leads away from a node says little to
/// it.
///
/// @throws InvalidArgument  for options outside their ranges, or where no mask is asked for.
/// @par Cost  One forward and backward pass per epoch.
/// @par Source  Ying, Bourgeois, You, Zitnik, Leskovec: GNNExplainer, NeurIPS 2019
///              (arXiv:1903.03894); constants and details as PyG's torch_geometric.explain.
[[nodiscard]] Explanation gnn_explainer(const Subject& subject,
                                        const GnnExplainerOptions& options = {});

}  // namespace isthmus::explain
