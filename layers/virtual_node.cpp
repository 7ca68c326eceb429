#include "isthmus/layers/virtual_node.hpp"

#include <array>
#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/input.hpp"
#include "isthmus/layers/mlp.hpp"
#include "isthmus/ops/readout.hpp"

namespace isthmus::layers {

VirtualNodeImpl::VirtualNodeImpl(const VirtualNodeOptions& node_options) : options(node_options) {
  TORCH_CHECK(options.channels() >= 0, "VirtualNode: channels must be >= 0, got ",
              options.channels());
  TORCH_CHECK(options.layers() >= 0, "VirtualNode: layers must be >= 0, got ", options.layers());
  TORCH_CHECK(options.dropout() >= 0.0 && options.dropout() < 1.0,
              "VirtualNode: dropout must be in [0, 1), got ", options.dropout());
  reset();
}

void VirtualNodeImpl::reset() {
  const std::int64_t width = options.channels();
  embedding = register_parameter("embedding", at::zeros({1, width}));
  mlps = register_module("mlps", torch::nn::ModuleList());
  for (std::int64_t l = 0; l + 1 < options.layers(); ++l) {
    mlps->push_back(
        Mlp(MlpOptions({width, 2 * width, width}).norm(Norm::kBatch).plain_last(false)));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void VirtualNodeImpl::reset_parameters(Initializer& init) {
  Initializer::fill(embedding, 0.0);
  for (const auto& mlp : *mlps) {
    mlp->as<MlpImpl>()->reset_parameters(init);
  }
}

void VirtualNodeImpl::pretty_print(std::ostream& stream) const {
  stream << "VirtualNode(" << options.channels() << ", layers=" << options.layers() << ")";
}

at::Tensor VirtualNodeImpl::start(std::int64_t graphs) const {
  return ops::spread(embedding, std::array<std::int64_t, 2>{0, graphs});
}

at::Tensor VirtualNodeImpl::add(const at::Tensor& x, const at::Tensor& state,
                                std::span<const std::int64_t> ptr) const {
  check_shape("VirtualNode", x, -1, options.channels());
  return x + ops::spread(state, ptr);
}

at::Tensor VirtualNodeImpl::update(std::int64_t layer, const at::Tensor& x, const at::Tensor& state,
                                   std::span<const std::int64_t> ptr, const ops::DropoutKey& key) {
  TORCH_CHECK(layer >= 0 && layer + 1 < options.layers(),
              "VirtualNode: layer must be in [0, layers - 1 = ", options.layers() - 1, "), got ",
              layer);
  check_shape("VirtualNode", x, -1, options.channels());
  const at::Tensor gathered = ops::readout(x, ptr, ops::Reduce::kSum) + state;
  at::Tensor next = mlps[static_cast<std::size_t>(layer)]->as<MlpImpl>()->forward(gathered);
  if (is_training() && options.dropout() > 0.0) {
    next = ops::dropout(next, options.dropout(), key);
  }
  return options.residual() ? state + next : next;
}

}  // namespace isthmus::layers
