#include "isthmus/layers/constant_input.hpp"

#include <utility>

#include <c10/util/Exception.h>

namespace isthmus::layers {

ConstantInput::ConstantInput(at::Tensor x) : x_(std::move(x)) {
  TORCH_CHECK(x_.defined() && x_.dim() == 2 && at::isFloatingType(x_.scalar_type()),
              "ConstantInput: x must be floating [N, C], got ",
              x_.defined() ? c10::str(x_.scalar_type(), " ", x_.sizes()) : "an undefined tensor");
  TORCH_CHECK(!x_.requires_grad(), "ConstantInput: x must be constant, got one that requires a ",
              "gradient");
  TORCH_CHECK(!x_.is_inference(), "ConstantInput: x must count its changes, got a tensor made in ",
              "inference mode");
}

const at::Tensor& ConstantInput::aggregate(const Graph& graph, ops::Reduce reduce) {
  if (!is_kept(graph, reduce)) {
    aggregate_ = at::Tensor();  // not two at once
    aggregate_ = ops::aggregate(x_, graph, reduce);
    graph_ = graph;
    reduce_ = reduce;
    version_ = static_cast<std::uint32_t>(x_._version());
  }
  return aggregate_;
}

bool ConstantInput::is_kept(const Graph& graph, ops::Reduce reduce) const {
  // Copies of a graph share their plan.
  return aggregate_.defined() && &graph_.plan() == &graph.plan() && reduce_ == reduce &&
         version_ == static_cast<std::uint32_t>(x_._version());
}

}  // namespace isthmus::layers
