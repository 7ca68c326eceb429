#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/input.hpp"

#include "support/gradcheck.hpp"

namespace isthmus::test {

/// Every awkward thing at once, 6 nodes:
///
///     0 <-> 1 <-> 2 (loop at 2), 0 => 2 twice (no way back), 3 <-> 4, 5 alone
[[nodiscard]] Graph awkward_graph();

/// n nodes and m random arcs; loops and parallel arcs happen.
[[nodiscard]] Graph random_graph(NodeId n, std::int64_t m, std::uint64_t seed);

/// The awkward graph for seed 0, random ones with loops and parallel arcs for others.
inline Graph graph_of(std::uint64_t seed) {
  return seed == 0 ? awkward_graph() : random_graph(12, 30, seed);
}

/// The graph with node v called order[v].
[[nodiscard]] Graph renamed(const Graph& graph, const std::vector<std::int64_t>& order);

/// A[i][j] = number of arcs j -> i, double: what oracles multiply by.
[[nodiscard]] at::Tensor adjacency(const Graph& graph);

/// GcnConv's S as a dense matrix: loops replaced by one, or left as they are.
[[nodiscard]] at::Tensor dense_s(const Graph& graph, bool add_self_loops);

/// Largest difference between f of renamed nodes and renamed rows of f: 0 for an equivariant f.
[[nodiscard]] double move_difference(
    const Graph& graph, const at::Tensor& x, std::uint64_t seed,
    const std::function<at::Tensor(const at::Tensor& x, const Graph& graph)>& f);

/// Normal numbers, double, a function of the seed.
[[nodiscard]] at::Tensor features(std::int64_t rows, std::int64_t cols, std::uint64_t seed);

/// A bag of words: about a third of the entries are small integers, the rest 0.
[[nodiscard]] at::Tensor bag_of_words(std::int64_t rows, std::int64_t cols, std::uint64_t seed);

/// The stored entries of a dense matrix.
[[nodiscard]] ops::SparseMatrix sparse_of(const at::Tensor& dense);

[[nodiscard]] double max_difference(const at::Tensor& a, const at::Tensor& b);

/// Backward of f() against central differences, for each of `leaves`: parameters of a module, or
/// its input. They are moved in place, so f reads them itself.
[[nodiscard]] ::testing::AssertionResult module_gradcheck(const std::function<at::Tensor()>& f,
                                                          const std::vector<at::Tensor>& leaves,
                                                          const GradcheckOptions& options = {});

/// All parameters of a module, and x if it wants a gradient.
[[nodiscard]] std::vector<at::Tensor> leaves_of(const torch::nn::Module& module,
                                                const at::Tensor& x);

/// Numbers learnt in a module.
[[nodiscard]] std::int64_t parameters_of(const torch::nn::Module& module);

/// Names of parameters and buffers with shapes, sorted as registered: "lin.weight [3, 2]".
[[nodiscard]] std::vector<std::string> tensor_names(const torch::nn::Module& module);

/// Expects a c10::Error whose message holds `text`.
template <typename Function>
void expect_check_fails(Function&& f, const std::string& text) {
  try {
    f();
  } catch (const c10::Error& error) {
    EXPECT_THAT(std::string(error.what_without_backtrace()), ::testing::HasSubstr(text));
    return;
  }
  ADD_FAILURE() << "nothing thrown, expected: " << text;
}

}  // namespace isthmus::test
