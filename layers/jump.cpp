#include "isthmus/layers/jump.hpp"

#include <cmath>
#include <ostream>
#include <string>
#include <tuple>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

BidirectionalLstmImpl::BidirectionalLstmImpl(std::int64_t in, std::int64_t hidden)
    : channels(in), hidden_channels(hidden) {
  TORCH_CHECK(channels >= 1 && hidden_channels >= 1,
              "BidirectionalLstm: channels and hidden_channels must be >= 1, got ", channels,
              " and ", hidden_channels);
  reset();
}

void BidirectionalLstmImpl::reset() {
  const std::int64_t gates = 4 * hidden_channels;
  std::size_t next = 0;
  for (const std::string direction : {"", "_reverse"}) {
    const auto add = [&](const std::string& name, at::IntArrayRef shape) {
      weights[next++] = register_parameter(name + "_l0" + direction, at::empty(shape));
    };
    add("weight_ih", {gates, channels});
    add("weight_hh", {gates, hidden_channels});
    add("bias_ih", {gates});
    add("bias_hh", {gates});
  }
  Initializer init(0);
  reset_parameters(init);
}

void BidirectionalLstmImpl::reset_parameters(Initializer& init) {
  for (const at::Tensor& weight : weights) {
    init.uniform(weight, 1.0 / std::sqrt(static_cast<double>(hidden_channels)));
  }
}

at::Tensor BidirectionalLstmImpl::forward(const at::Tensor& x) {
  const at::Tensor start = at::zeros({2, x.size(0), hidden_channels}, x.options());
  return std::get<0>(at::lstm(x, {start, start}, weights, /*has_biases=*/true, /*num_layers=*/1,
                              /*dropout=*/0.0, is_training(), /*bidirectional=*/true,
                              /*batch_first=*/true));
}

JumpImpl::JumpImpl(const JumpOptions& jump_options) : options(jump_options) {
  TORCH_CHECK(options.mode() == JumpingKnowledge::kCat ||
                  options.mode() == JumpingKnowledge::kMax ||
                  options.mode() == JumpingKnowledge::kLstm,
              "Jump: mode must be kCat, kMax or kLstm, got ", name_of(options.mode()));
  TORCH_CHECK(options.channels() >= 1 && options.num_layers() >= 1,
              "Jump: channels and num_layers must be >= 1, got ", options.channels(), " and ",
              options.num_layers());
  TORCH_CHECK(
      options.mode() != JumpingKnowledge::kLstm || options.channels() * options.num_layers() >= 2,
      "Jump: channels * num_layers must be >= 2 for kLstm, got 1");
  reset();
}

void JumpImpl::reset() {
  if (options.mode() == JumpingKnowledge::kLstm) {
    const std::int64_t hidden = options.channels() * options.num_layers() / 2;
    lstm = register_module("lstm", BidirectionalLstm(options.channels(), hidden));
    att = register_module("att", Linear(2 * hidden, 1));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void JumpImpl::reset_parameters(Initializer& init) {
  if (lstm) {
    lstm->reset_parameters(init);
    att->reset_parameters(init);
  }
}

void JumpImpl::pretty_print(std::ostream& stream) const {
  stream << "JumpingKnowledge(" << name_of(options.mode()) << ")";
}

std::int64_t JumpImpl::out_channels() const {
  return options.mode() == JumpingKnowledge::kCat ? options.num_layers() * options.channels()
                                                  : options.channels();
}

at::Tensor JumpImpl::forward(const std::vector<at::Tensor>& layers) {
  TORCH_CHECK(static_cast<std::int64_t>(layers.size()) == options.num_layers(),
              "Jump: layers must be ", options.num_layers(), " matrices, got ", layers.size());
  for (const at::Tensor& layer : layers) {
    check_shape("Jump", layer, layers.front().size(0), options.channels());
  }
  if (options.mode() == JumpingKnowledge::kCat) {
    return at::cat(layers, 1);
  }
  const at::Tensor all = at::stack(layers, 1);  // [N, L, C]
  if (options.mode() == JumpingKnowledge::kMax) {
    return std::get<0>(all.max(1));
  }
  if (all.size(0) == 0) {  // no LSTM takes an empty batch
    return all.sum(1);
  }
  const at::Tensor state = lstm->forward(all);
  const at::Tensor score = att->forward(state.reshape({-1, state.size(2)}));
  const at::Tensor share = at::softmax(score.view({all.size(0), all.size(1), 1}), 1);
  return (all * share).sum(1);
}

}  // namespace isthmus::layers
