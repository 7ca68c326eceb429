#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/state_dict.hpp"

#include "layers/layer_cases.hpp"

namespace isthmus::test {

/// Sources and destinations of the arcs in the caller's order.
struct EdgeIndex {
  at::Tensor src;
  at::Tensor dst;

  explicit EdgeIndex(const Graph& graph)
      : src(torch::zeros({graph.num_edges()}, torch::kLong)),
        dst(torch::zeros({graph.num_edges()}, torch::kLong)) {
    const EdgePositions eid = graph.eid();
    EdgeId slot = 0;
    for (NodeId row = 0; row < graph.num_dst(); ++row) {
      for (const NodeId source : graph.csr().row(row)) {
        const EdgeId edge = eid[slot++];
        src[edge] = std::int64_t{source};
        dst[edge] = std::int64_t{row};
      }
    }
  }
  /// Rows of edges added up per destination.
  [[nodiscard]] at::Tensor sum(const at::Tensor& edges, std::int64_t nodes) const {
    return torch::zeros({nodes, edges.size(1)}, edges.options()).index_add(0, dst, edges);
  }
  [[nodiscard]] at::Tensor mean(const at::Tensor& edges, std::int64_t nodes) const {
    const at::Tensor count = sum(torch::ones({edges.size(0), 1}, edges.options()), nodes);
    return sum(edges, nodes) / count.clamp_min(1.0);
  }
};

/// Types 0..relations-1 of the edges, drawn from the seed.
inline at::Tensor edge_types(const Graph& graph, std::int64_t relations, std::uint64_t seed) {
  RandomStream stream(seed, 4);
  at::Tensor types = torch::zeros({graph.num_edges()}, torch::kLong);
  for (std::int64_t e = 0; e < graph.num_edges(); ++e) {
    types[e] = static_cast<std::int64_t>(stream.integer(relations));
  }
  return types;
}

/// What layers of the options look at beside features: attributes and types of edges.
inline layers::ConvContext edge_context(const Graph& graph, const layers::GnnOptions& options) {
  layers::ConvContext context(graph);
  context.edge_attr = features(graph.num_edges(), std::max<std::int64_t>(1, options.edge_dim), 5);
  context.edge_type = edge_types(graph, 3, 6);
  return context;
}

/// f(graph, x) gives the same rows when nodes are renamed; edge values go with their arcs, whose
/// order in the input stays.
inline ::testing::AssertionResult moves_with_the_nodes(
    const Graph& graph, const at::Tensor& x,
    const std::function<at::Tensor(const at::Tensor&, const Graph&)>& f, std::uint64_t seed) {
  const std::vector<std::int64_t> order = RandomStream(seed, 9).permutation(graph.num_nodes());
  const at::Tensor index = torch::tensor(order, torch::kLong);
  const EdgeIndex edges(graph);
  const at::Tensor src = index.index_select(0, edges.src).contiguous();
  const at::Tensor dst = index.index_select(0, edges.dst).contiguous();
  const auto count = static_cast<std::size_t>(src.numel());
  const Graph moved =
      Graph::from_coo64(graph.num_nodes(), graph.num_nodes(), {src.data_ptr<std::int64_t>(), count},
                        {dst.data_ptr<std::int64_t>(), count});
  const at::Tensor moved_x = torch::empty_like(x).index_copy_(0, index, x);
  const double difference = max_difference(f(x, graph), f(moved_x, moved).index_select(0, index));
  return difference < 1e-12 ? ::testing::AssertionSuccess()
                            : ::testing::AssertionFailure() << "rows differ by " << difference;
}

}  // namespace isthmus::test
