#pragma once

#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

namespace isthmus::layers {

/// Tensors by name, sorted; names are PyTorch's and PyG's ("convs.0.lin.weight").
using NamedTensors = std::map<std::string, at::Tensor, std::less<>>;

/// Parameters and buffers of a module. The tensors are the module's own, detached from autograd: a
/// copy_ into one changes the module; clone() before keeping them.
[[nodiscard]] NamedTensors named_tensors(const torch::nn::Module& module);

/// Options of load_named_tensors().
struct LoadOptions {
  /// Refuse missing, unexpected and mis-shaped names; otherwise load the rest.
  bool strict = true;
  /// What errors call the source: a file name.
  std::string source = "state dict";
};

/// What did not fit; all empty after a strict load.
struct LoadReport {
  std::vector<std::string> missing;     ///< In the module, not in the source: kept their values.
  std::vector<std::string> unexpected;  ///< In the source, not in the module: ignored.
  std::vector<std::string>
      misshaped;  ///< "name: expected [16, 1433], got [16, 7]": kept their values.
};

/// Copies tensors into a module by name.
///
/// Prefixes `module.` and `_orig_mod.` are stripped if every name has them. A BatchNorm's tensors
/// are found with and without PyG's inner `module.`. A scalar fits shape [1] and the other way
/// round (GIN's eps). Floating types are converted to the module's; integers stay integers. Nothing
/// is written unless a strict load succeeds as a whole.
///
/// @throws DataError  if strict: one message that lists all missing, unexpected and mis-shaped
/// names,
///                    with the nearest names.
LoadReport load_named_tensors(torch::nn::Module& module, const NamedTensors& tensors,
                              const LoadOptions& options = {});

}  // namespace isthmus::layers
