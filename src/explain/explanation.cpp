#include "isthmus/explain/explanation.hpp"

#include <ATen/Functions.h>

namespace isthmus::explain {

at::Tensor summed_to(const at::Tensor& per_entry, const MaskKinds& kinds) {
  if (!kinds.node && !kinds.feature) {
    return {};
  }
  at::Tensor mask = per_entry;
  if (!kinds.feature) {
    mask = mask.sum(1, /*keepdim=*/true);
  }
  if (!kinds.node) {
    mask = mask.sum(0, /*keepdim=*/true);
  }
  return mask;
}

}  // namespace isthmus::explain
