#pragma once

#include <cstdint>
#include <memory>

#include <torch/nn/module.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn_options.hpp"

namespace isthmus::layers {

/// The layer that options.layer_type names, in -> out channels; a module that is a Conv too.
/// `index` is its place among the message-passing layers, from 0.
[[nodiscard]] std::shared_ptr<torch::nn::Module> make_conv(const GnnOptions& options,
                                                           std::int64_t in, std::int64_t out,
                                                           std::int64_t index);

/// Whether layer `index` of a stack gives the scores: then no norm, activation or dropout follows
/// it.
[[nodiscard]] bool is_plain_conv(const GnnOptions& options, std::int64_t index);

/// The Conv inside a module that make_conv() made.
[[nodiscard]] Conv& as_conv(torch::nn::Module& module);

}  // namespace isthmus::layers
