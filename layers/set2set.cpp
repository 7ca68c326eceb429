#include "isthmus/layers/set2set.hpp"

#include <array>
#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/attention.hpp"
#include "isthmus/ops/linear.hpp"

#include "membership.hpp"

namespace isthmus::layers {

LstmCellImpl::LstmCellImpl(std::int64_t in, std::int64_t hidden)
    : in_channels(in), hidden_channels(hidden) {
  TORCH_CHECK(in >= 1 && hidden >= 1,
              "LstmCell: in_channels and hidden_channels must be >= 1, got ", in, " and ", hidden);
  reset();
}

void LstmCellImpl::reset() {
  const std::int64_t gates = 4 * hidden_channels;
  weight_ih_l0 = register_parameter("weight_ih_l0", at::zeros({gates, in_channels}));
  weight_hh_l0 = register_parameter("weight_hh_l0", at::zeros({gates, hidden_channels}));
  bias_ih_l0 = register_parameter("bias_ih_l0", at::zeros({gates}));
  bias_hh_l0 = register_parameter("bias_hh_l0", at::zeros({gates}));
}

void LstmCellImpl::reset_parameters(Initializer& init) {
  for (const at::Tensor& parameter : {weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0}) {
    init.kaiming_uniform(parameter, hidden_channels);
  }
}

at::Tensor LstmCellImpl::forward(const at::Tensor& x, const at::Tensor& hidden, at::Tensor& cell) {
  const std::vector<at::Tensor> gate =
      (ops::linear(x, weight_ih_l0, bias_ih_l0) + ops::linear(hidden, weight_hh_l0, bias_hh_l0))
          .chunk(4, 1);
  cell = at::sigmoid(gate[1]) * cell + at::sigmoid(gate[0]) * at::tanh(gate[2]);
  return at::sigmoid(gate[3]) * at::tanh(cell);
}

Set2SetImpl::Set2SetImpl(std::int64_t width, std::int64_t steps, std::uint64_t initial_seed)
    : channels(width), processing_steps(steps), seed(initial_seed) {
  TORCH_CHECK(channels >= 1, "Set2Set: channels must be >= 1, got ", channels);
  TORCH_CHECK(steps >= 1, "Set2Set: processing_steps must be >= 1, got ", steps);
  reset();
}

void Set2SetImpl::reset() {
  lstm = register_module("lstm", LstmCell(2 * channels, channels));
  Initializer init(seed);
  reset_parameters(init);
}

void Set2SetImpl::reset_parameters(Initializer& init) { lstm->reset_parameters(init); }

void Set2SetImpl::pretty_print(std::ostream& stream) const {
  stream << "Set2Set(" << channels << ", " << 2 * channels << ")";
}

at::Tensor Set2SetImpl::forward(const at::Tensor& x, std::span<const std::int64_t> ptr) {
  const Graph graph = membership_graph("Set2Set", x, channels, ptr);
  const auto options = x.options().requires_grad(false);
  ops::AttentionOptions unscaled;
  unscaled.scale = 1.0;
  at::Tensor hidden = at::zeros({graph.num_dst(), channels}, options);
  at::Tensor cell = hidden;
  at::Tensor result = at::zeros({graph.num_dst(), 2 * channels}, options);
  for (std::int64_t step = 0; step < processing_steps; ++step) {
    hidden = lstm->forward(result, hidden, cell);
    const at::Tensor heard =
        ops::dot_attention({.query = hidden, .key = x, .value = x, .heads = 1}, graph, unscaled);
    result = at::cat({hidden, heard}, 1);
  }
  return result;
}

}  // namespace isthmus::layers
