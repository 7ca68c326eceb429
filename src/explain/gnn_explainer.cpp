#include "isthmus/explain/gnn_explainer.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "isthmus/core/error.hpp"
#include "isthmus/train/optimizer.hpp"

#include "draw_masks.hpp"

namespace isthmus::explain {
namespace {

constexpr double kLogFloor = 1e-15;
constexpr double kFeatureDeviation = 0.1;

void check(const GnnExplainerOptions& options) {
  if (options.epochs < 1) {
    throw InvalidArgument("gnn_explainer: epochs must be >= 1, got " +
                          std::to_string(options.epochs));
  }
  if (!(options.lr > 0.0)) {
    throw InvalidArgument("gnn_explainer: lr must be > 0, got " + std::to_string(options.lr));
  }
  if (!options.masks.edge && !options.masks.node && !options.masks.feature) {
    throw InvalidArgument("gnn_explainer: masks must name edge, node or feature, got none");
  }
}

/// A mask while it is learnt.
struct Learnt {
  at::Tensor raw;       ///< Before the sigmoid.
  at::Tensor involved;  ///< 1 where the first gradient was not 0; undefined before.
  at::Tensor mates;     ///< Entries that go in pairs; undefined: none.

  [[nodiscard]] at::Tensor values() const {
    const at::Tensor p = raw.sigmoid();
    return mates.defined() ? (p + p.index_select(0, mates)) * 0.5 : p;
  }
  [[nodiscard]] at::Tensor of_involved() const { return values().masked_select(involved); }
  [[nodiscard]] at::Tensor result() const {
    return values().detach().masked_fill(involved.logical_not(), 0.0);
  }
};

/// The opposite arc of each edge, by position; itself where there is none.
at::Tensor mates_of(const Graph& graph) {
  const EdgePositions eid = graph.eid();
  const std::vector<Edge> arcs = graph.arcs();
  struct Directions {
    std::vector<std::int64_t> up;  ///< From the smaller node; loops, too.
    std::vector<std::int64_t> down;
  };
  std::map<std::pair<NodeId, NodeId>, Directions> pairs;
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    const auto [u, v] = arcs[slot];
    Directions& both = pairs[std::minmax(u, v)];
    (u <= v ? both.up : both.down).push_back(eid[static_cast<EdgeId>(slot)]);
  }
  const at::Tensor mates = at::arange(graph.num_edges(), at::kLong);
  auto* mate = mates.data_ptr<std::int64_t>();
  for (const auto& [ends, both] : pairs) {
    for (std::size_t k = 0; k < std::min(both.up.size(), both.down.size()); ++k) {
      mate[both.up[k]] = both.down[k];
      mate[both.down[k]] = both.up[k];
    }
  }
  return mates;
}

at::Tensor mean_entropy(const at::Tensor& p) {
  return (-p * (p + kLogFloor).log() - (1.0 - p) * (1.0 - p + kLogFloor).log()).mean();
}

}  // namespace

Explanation gnn_explainer(const Subject& subject, const GnnExplainerOptions& options) {
  check(options);
  const at::Tensor x = std::get<at::Tensor>(subject.input.x);
  const bool wants_x = options.masks.node || options.masks.feature;
  Learnt edge;
  Learnt feature;
  std::vector<at::Tensor> learnt;
  const auto start = [&](Learnt& mask, const at::Tensor& given,
                         const std::function<at::Tensor()>& drawn) {
    mask.raw = (given.defined() ? given.detach().clone() : drawn()).requires_grad_(true);
    learnt.push_back(mask.raw);
  };
  if (options.masks.edge) {
    edge.mates = options.symmetric ? mates_of(subject.input.graph) : at::Tensor();
    start(edge, options.edge_start, [&] {
      const double deviation = std::sqrt(2.0 / static_cast<double>(subject.whole_nodes));
      return draw_edges(subject, {options.seed, Law::kNormal}) * deviation;
    });
  }
  if (wants_x) {
    start(feature, options.x_start, [&] {
      return draw_features(subject, options.masks, {options.seed, Law::kNormal}) *
             kFeatureDeviation;
    });
  }

  train::Optimizer optimizer({{learnt, 0.0}});
  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) {
    const at::Tensor scores = target_scores(subject, wants_x ? x * feature.values() : x,
                                            options.masks.edge ? edge.values() : at::Tensor());
    at::Tensor loss = class_loss(scores, subject.label);
    const auto regularised = [&](const Learnt& mask, bool by_sum, double size, double entropy) {
      if (!mask.involved.defined()) {
        return;
      }
      const at::Tensor p = mask.of_involved();
      if (p.numel() > 0) {
        loss = loss + size * (by_sum ? p.sum() : p.mean()) + entropy * mean_entropy(p);
      }
    };
    regularised(edge, true, options.edge_size, options.edge_ent);
    regularised(feature, false, options.node_feat_size, options.node_feat_ent);

    const std::vector<at::Tensor> gradients = torch::autograd::grad(
        {loss}, learnt, /*grad_outputs=*/{}, /*retain_graph=*/false, /*create_graph=*/false,
        /*allow_unused=*/true);
    for (std::size_t i = 0; i < learnt.size(); ++i) {
      learnt[i].mutable_grad() = gradients[i].defined() ? gradients[i] : at::zeros_like(learnt[i]);
    }
    if (epoch == 0) {
      for (Learnt* mask : {&edge, &feature}) {
        if (mask->raw.defined()) {
          mask->involved = mask->raw.grad().ne(0.0);
        }
      }
    }
    optimizer.step(options.lr);
  }
  Explanation result;
  if (edge.raw.defined()) {
    result.edge_mask = edge.result();
  }
  if (feature.raw.defined()) {
    result.x_mask = feature.result();
  }
  return result;
}

}  // namespace isthmus::explain
