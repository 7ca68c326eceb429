#include "isthmus/explain/gnn_explainer.hpp"

#include <cmath>
#include <functional>
#include <string>
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

  [[nodiscard]] at::Tensor of_involved() const { return raw.sigmoid().masked_select(involved); }
  [[nodiscard]] at::Tensor result() const {
    return raw.detach().sigmoid().masked_fill(involved.logical_not(), 0.0);
  }
};

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
    const at::Tensor scores = target_scores(subject, wants_x ? x * feature.raw.sigmoid() : x,
                                            options.masks.edge ? edge.raw.sigmoid() : at::Tensor());
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
