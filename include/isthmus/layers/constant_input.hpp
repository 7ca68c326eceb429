#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Node features that stay as they are from one training step to the next, with what the first
/// layer aggregates of them: the same numbers each time, hence computed once. Named to layers by
/// ConvContext::constant; those that aggregate their input before any product use it (SAGEConv
/// where in <= out or the reduction is not linear). Not a bit of any result differs.
///
/// Opt in, since a tensor does not tell when somebody writes to it through data_ptr(): whoever does
/// must make a new ConstantInput. Operations in place are noticed.
///
/// Cost: the first aggregate(), and its N x C numbers for as long as this lives; one result is
/// kept. Not thread-safe: one network at a time.
class ConstantInput {
 public:
  /// @param x  [N, C], floating. @throws c10::Error  if it requires a gradient or is none of that.
  explicit ConstantInput(at::Tensor x);

  /// Whether x is the very tensor that this was made of.
  [[nodiscard]] bool holds(const at::Tensor& x) const { return x.is_same(x_); }
  /// ops::aggregate(x, graph, reduce), bit by bit.
  [[nodiscard]] const at::Tensor& aggregate(const Graph& graph, ops::Reduce reduce);

 private:
  [[nodiscard]] bool is_kept(const Graph& graph, ops::Reduce reduce) const;

  at::Tensor x_;
  Graph graph_;  ///< Keeps alive what its address is compared by.
  ops::Reduce reduce_ = ops::Reduce::kSum;
  std::uint32_t version_ = 0;
  at::Tensor aggregate_;
};

}  // namespace isthmus::layers
