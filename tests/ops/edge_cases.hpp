#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::test {

/// A graph and its arcs in the caller's order, which is not that of the rows.
struct Arcs {
  at::Tensor src;
  at::Tensor dst;
  Graph graph;

  Arcs(std::int64_t num_src, std::int64_t num_dst, const at::Tensor& from, const at::Tensor& to)
      : src(from), dst(to) {
    const auto count = static_cast<std::size_t>(from.numel());
    graph = Graph::from_coo64(num_src, num_dst, {from.data_ptr<std::int64_t>(), count},
                              {to.data_ptr<std::int64_t>(), count});
  }
  [[nodiscard]] at::Tensor at_source(const at::Tensor& x) const { return x.index_select(0, src); }
  [[nodiscard]] at::Tensor at_destination(const at::Tensor& x) const {
    return x.index_select(0, dst);
  }
  /// Rows of edge values added up per destination: the oracle of every sum.
  [[nodiscard]] at::Tensor sum(const at::Tensor& edges) const {
    std::vector<std::int64_t> sizes = edges.sizes().vec();
    sizes[0] = graph.num_dst();
    return torch::zeros(sizes, edges.options()).index_add(0, dst, edges);
  }
  [[nodiscard]] at::Tensor mean(const at::Tensor& edges) const {
    const at::Tensor count = sum(torch::ones({dst.size(0), 1}, edges.options()));
    const at::Tensor total = sum(edges);
    return total / count.clamp_min(1).view(edges.dim() == 3 ? at::IntArrayRef{-1, 1, 1}
                                                            : at::IntArrayRef{-1, 1});
  }
};

/// Random arcs: loops, parallel arcs, nodes without arcs.
inline Arcs random_arcs(std::int64_t num_src, std::int64_t num_dst, std::int64_t count) {
  return {num_src, num_dst, torch::randint(0, num_src, {count}, at::kLong),
          torch::randint(0, num_dst, {count}, at::kLong)};
}

/// 0 -> 1, 2 -> 1, 0 -> 0, 2 -> 1 again; node 2 hears nobody. Neither sorted by destination nor by
/// source.
inline Arcs small_arcs() {
  return {3, 3, torch::tensor({0, 2, 0, 2}, at::kLong), torch::tensor({1, 1, 0, 1}, at::kLong)};
}

/// Values and the gradients of all leaves agree.
inline ::testing::AssertionResult same_with_gradients(const at::Tensor& ours,
                                                      const at::Tensor& theirs,
                                                      const std::vector<at::Tensor>& leaves) {
  if (!torch::allclose(ours, theirs, 1e-11, 1e-11)) {
    return ::testing::AssertionFailure() << "values differ by " << (ours - theirs).abs().max();
  }
  const at::Tensor g = torch::randn(ours.sizes(), ours.options().requires_grad(false));
  const auto a = torch::autograd::grad({ours}, leaves, {g}, true);
  const auto b = torch::autograd::grad({theirs}, leaves, {g}, true);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!torch::allclose(a[i], b[i], 1e-11, 1e-11)) {
      return ::testing::AssertionFailure()
             << "gradient " << i << " differs by " << (a[i] - b[i]).abs().max();
    }
  }
  return ::testing::AssertionSuccess();
}

inline auto throws_with(const std::string& text) {
  return ::testing::ThrowsMessage<c10::Error>(::testing::HasSubstr(text));
}

}  // namespace isthmus::test
