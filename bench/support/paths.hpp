#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::bench {

using Tensors = std::vector<at::Tensor>;

/// One way to compute an operation: a differentiable function of leaves.
struct Path {
  std::string name = {};
  std::function<at::Tensor(const Tensors& leaves)> apply;
  double conversion_ms = 0.0;      ///< Spent on bringing the graph into its form, once.
  std::int64_t message_bytes = 0;  ///< Of messages along edges that it needs at a time.
  std::string refusal = {};        ///< Why it cannot run here; empty if it can.
};

/// Ends of all arcs in the order of the rows, int64: PyG's edge_index.
struct EdgeIndex {
  explicit EdgeIndex(const Graph& graph);
  at::Tensor src;
  at::Tensor dst;
  std::int64_t num_src;
  std::int64_t num_dst;
};

/// What LibTorch and others offer for the sum over neighbours, leaves {x [N, F]}: gather +
/// index_add, gather + scatter_add, COO mm, CSR mm (by LibTorch's autograd, and with a transpose
/// kept by hand), CSR mm with reduce, ATen's algorithm as a loop of our own, Eigen.
/// `graph` and `index` must outlive the paths.
[[nodiscard]] std::vector<Path> sum_paths(const Graph& graph, const EdgeIndex& index,
                                          std::int64_t width);

/// The same for the maximum ("amax") and the minimum ("amin"): gather + scatter_reduce, CSR mm with
/// reduce.
[[nodiscard]] std::vector<Path> extreme_paths(const Graph& graph, const EdgeIndex& index,
                                              std::int64_t width, const std::string& reduce);

/// The weighted sum, leaves {x [N, F], w [E]}: gather, multiply, index_add.
[[nodiscard]] std::vector<Path> wsum_paths(const EdgeIndex& index, std::int64_t width);

/// Softmax over the arcs of each destination and head, leaves {scores [E, H]}.
[[nodiscard]] std::vector<Path> softmax_paths(const EdgeIndex& index, std::int64_t heads);

/// GAT's attention: leaves {x [N, H D], score of sources [N, H], score of destinations [N, H]};
/// softmax over leaky_relu(source + destination, 0.2) weighs the neighbours' x. With messages.
[[nodiscard]] std::vector<Path> attention_paths(const EdgeIndex& index, std::int64_t width,
                                                std::int64_t heads);

/// Sum of the rows x[from[e]] at to[e], in double, a few columns at a time.
[[nodiscard]] at::Tensor reference_sum(const at::Tensor& x, const at::Tensor& from,
                                       const at::Tensor& to, std::int64_t rows);

}  // namespace isthmus::bench
