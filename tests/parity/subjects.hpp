#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "parity_cases.hpp"

namespace isthmus::test {

/// A module with its forward pass on the case's graph.
struct Subject {
  std::shared_ptr<torch::nn::Module> module;
  std::function<at::Tensor(const at::Tensor& x)> forward;
};

/// A layer whose forward() takes features and the graph of the case.
template <typename Layer>
Subject on_graph(Layer layer, const ParityCase& c) {
  return {layer.ptr(), [layer, graph = c.graph()](const at::Tensor& x) mutable {
            return layer->forward(x, graph);
          }};
}

/// Layers of propagation.py with the values that our seed 1 gives them; none for other layers.
[[nodiscard]] std::optional<Subject> propagation_subject(const ParityCase& c);
/// Layers of attention.py with the values that our seed 1 gives them; none for other layers.
[[nodiscard]] std::optional<Subject> attention_subject(const ParityCase& c);
/// Layers of edges.py with the values that our seed 1 gives them; none for other layers.
[[nodiscard]] std::optional<Subject> edge_subject(const ParityCase& c);
/// Layers of extremes.py with the values that our seed 1 gives them; none for other layers.
[[nodiscard]] std::optional<Subject> extremes_subject(const ParityCase& c);

}  // namespace isthmus::test
