#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <torch/autograd.h>
#include <torch/optim.h>
#include <torch/types.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/explain/subject.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/train/model_input.hpp"

#include "support/graph_factories.hpp"

namespace isthmus::explain::test {

/// Normal numbers, float unless told otherwise, a function of the seed.
inline at::Tensor numbers(std::int64_t rows, std::int64_t columns, std::uint64_t seed,
                          at::ScalarType type = torch::kFloat) {
  RandomStream stream(seed, 7);
  const at::Tensor table = torch::empty({rows, columns}, torch::kDouble);
  for (std::int64_t i = 0; i < table.numel(); ++i) {
    table.data_ptr<double>()[i] = stream.normal();
  }
  return table.to(type);
}

inline layers::Gnn made(const layers::GnnOptions& options, at::ScalarType type = torch::kFloat) {
  layers::Gnn gnn(options);
  gnn->to(type);
  gnn->eval();
  return gnn;
}

/// 100 nodes by preferential attachment, 5 edges each, and 25 houses, each hanging on one of them:
///
///       top (3)
///      /   \                    class 0: base, 1: middle, 2: bottom, 3: top
///   mid --- mid     (1)
///    |       |
///   bot --- bot     (2)         one middle node hangs on the base
struct Houses {
  train::ModelInput input;
  std::vector<std::int64_t> label;
  std::vector<std::uint8_t> truth;  ///< Per arc in the graph's edge order.
};

inline constexpr NodeId kBase = 100;
inline constexpr NodeId kHouses = 25;
inline constexpr NodeId kNodes = kBase + 5 * kHouses;

inline Houses houses() {
  constexpr NodeId kEach = 5;
  std::vector<Edge> edges;
  std::vector<std::uint8_t> in_house;
  Houses made;
  made.label.assign(kNodes, 0);
  const auto join = [&](NodeId u, NodeId v, bool inside) {
    edges.push_back({std::min(u, v), std::max(u, v)});
    in_house.push_back(inside ? 1 : 0);
  };
  RandomStream stream(3, 9);
  std::vector<NodeId> ends;  // each node as often as it has edges
  for (NodeId v = 0; v < kEach; ++v) {
    ends.push_back(v);
  }
  for (NodeId v = kEach; v < kBase; ++v) {
    std::vector<NodeId> chosen;
    while (chosen.size() < static_cast<std::size_t>(kEach)) {
      const NodeId u =
          ends[static_cast<std::size_t>(stream.integer(static_cast<std::int64_t>(ends.size())))];
      if (std::find(chosen.begin(), chosen.end(), u) == chosen.end()) {
        chosen.push_back(u);
      }
    }
    for (const NodeId u : chosen) {
      join(v, u, false);
      ends.insert(ends.end(), {u, v});
    }
  }
  for (NodeId h = 0; h < kHouses; ++h) {
    const NodeId first = kBase + 5 * h;  // middle, middle, bottom, bottom, top
    for (const auto& [a, b] : {std::pair{0, 1}, {2, 3}, {0, 2}, {1, 3}, {0, 4}, {1, 4}}) {
      join(static_cast<NodeId>(first + a), static_cast<NodeId>(first + b), true);
    }
    join(first, 4 * h, false);
    const std::int64_t labels[] = {1, 1, 2, 2, 3};
    std::copy_n(labels, 5, made.label.begin() + first);
  }
  made.input.graph = Graph::from_edges(kNodes, edges);
  for (const std::uint8_t inside : in_house) {
    made.truth.insert(made.truth.end(), {inside, inside});
  }
  made.input.x = torch::ones({kNodes, 4});
  return made;
}

/// A GCN that tells the nodes of houses(), trained once a process.
inline layers::Gnn house_gcn() {
  static const layers::Gnn trained = [] {
    const Houses set = houses();
    layers::Gnn gnn(layers::GnnOptions{.layer_type = layers::LayerType::kGcn,
                                       .dim_in = 4,
                                       .dim_out = 4,
                                       .dim_inner = 20,
                                       .layers_mp = 3,
                                       .layers_post_mp = 1,
                                       .jk = layers::JumpingKnowledge::kCat,
                                       .seed = 1});
    torch::optim::Adam optimizer(gnn->parameters(), 0.01);
    const at::Tensor y = torch::tensor(set.label);
    for (int epoch = 0; epoch < 1500; ++epoch) {
      optimizer.zero_grad();
      layers::Gnn model = gnn;
      torch::cross_entropy_loss(train::run_model(model, set.input), y).backward();
      optimizer.step();
    }
    gnn->eval();
    return gnn;
  }();
  return trained;
}

}  // namespace isthmus::explain::test
