#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn.hpp"

namespace isthmus::layers {

/// What the layers of one forward pass run on: one context for all, two by turns, or one each.
class GnnImpl::LayerContexts {
 public:
  explicit LayerContexts(const ConvContext& of_all)
      : contexts_(&of_all, 1), num_rows_(of_all.graph.num_nodes()) {}
  explicit LayerContexts(const std::array<ConvContext, 2>& turns)
      : contexts_(turns), num_rows_(turns[0].graph.num_nodes()) {}
  LayerContexts(std::span<const ConvContext> of_each, std::int64_t num_rows)
      : contexts_(of_each), num_rows_(num_rows), one_each_(true) {}

  [[nodiscard]] const ConvContext& of(std::size_t layer) const {
    return contexts_[one_each_ ? layer : layer % contexts_.size()];
  }
  /// Features of edges that layers start from and hand on, of each set of edges; of a mini-batch
  /// those of the first layer.
  [[nodiscard]] std::vector<at::Tensor> edge_attrs() const {
    if (contexts_.empty()) {
      return {at::Tensor()};
    }
    return one_each_ || contexts_.size() == 1
               ? std::vector<at::Tensor>{contexts_[0].edge_attr}
               : std::vector<at::Tensor>{contexts_[0].edge_attr, contexts_[1].edge_attr};
  }
  /// The rows of a layer's output, or of its input, that are read after it.
  [[nodiscard]] at::Tensor rows_after(std::size_t layer, const at::Tensor& h) const {
    if (!one_each_) {
      return h;
    }
    const bool last = layer + 1 == contexts_.size();
    return h.narrow(0, 0, last ? num_rows_ : contexts_[layer + 1].graph.num_nodes());
  }

 private:
  std::span<const ConvContext> contexts_;
  std::int64_t num_rows_;
  bool one_each_ = false;
};

}  // namespace isthmus::layers
