#include "layer_rows.hpp"

#include <utility>

#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {
namespace {

std::string type_name(const torch::nn::Module& module) {
  if (const auto* conv = dynamic_cast<const Conv*>(&module)) {
    return std::string(conv->type_name());
  }
  std::string name = module.name();
  if (const std::size_t scope = name.rfind("::"); scope != std::string::npos) {
    name.erase(0, scope + 2);
  }
  if (name.ends_with("Impl")) {
    name.resize(name.size() - 4);
  }
  if (name == "Jump") {
    return "JumpingKnowledge";
  }
  return name;
}

}  // namespace

std::string arrow(std::int64_t in, std::int64_t out) {
  return std::to_string(in) + " -> " + std::to_string(out);
}

LayerRow row_of(std::string name, const torch::nn::Module& module, std::string shape) {
  LayerRow row{std::move(name), type_name(module), std::move(shape), 0};
  for (const at::Tensor& parameter : module.parameters()) {
    row.parameters += parameter.numel();
  }
  return row;
}

void add_mlp_rows(std::vector<LayerRow>& rows, const std::string& name, const MlpImpl& mlp) {
  const std::vector<std::int64_t>& channels = mlp.options.channels();
  for (std::size_t i = 0; i < mlp.lins->size(); ++i) {
    const std::string index = std::to_string(i);
    rows.push_back(
        row_of(name + ".lins." + index, *mlp.lins->ptr(i), arrow(channels[i], channels[i + 1])));
    if (i < mlp.norms->size()) {
      rows.push_back(
          row_of(name + ".norms." + index, *mlp.norms->ptr(i), std::to_string(channels[i + 1])));
    }
  }
}

void add_virtual_node_rows(std::vector<LayerRow>& rows, const VirtualNodeImpl& node,
                           std::int64_t width) {
  rows.push_back({"virtual_node.embedding", "Embedding", std::to_string(width), width});
  for (std::size_t i = 0; i < node.mlps->size(); ++i) {
    add_mlp_rows(rows, "virtual_node.mlps." + std::to_string(i), *node.mlps->ptr<MlpImpl>(i));
  }
}

}  // namespace isthmus::layers
