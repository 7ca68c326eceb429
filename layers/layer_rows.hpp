#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "isthmus/layers/gnn.hpp"

namespace isthmus::layers {

/// "in -> out".
[[nodiscard]] std::string arrow(std::int64_t in, std::int64_t out);

/// Row of a module; its type as PyG calls it.
[[nodiscard]] LayerRow row_of(std::string name, const torch::nn::Module& module, std::string shape);

/// Adds a row for each Linear and norm of an Mlp.
void add_mlp_rows(std::vector<LayerRow>& rows, const std::string& name, const MlpImpl& mlp);

/// Adds the rows of a virtual node of that width.
void add_virtual_node_rows(std::vector<LayerRow>& rows, const VirtualNodeImpl& node,
                           std::int64_t width);

}  // namespace isthmus::layers
