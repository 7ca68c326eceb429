#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

enum class Law : std::uint8_t { kUniform, kNormal };

/// Where numbers come from.
struct Draw {
  std::uint64_t seed = 0;
  Law law = Law::kUniform;  ///< kUniform: (0, 1); kNormal: standard.
};

/// [E]: a number per edge, by its position in the whole graph.
[[nodiscard]] at::Tensor draw_edges(const Subject& subject, const Draw& draw);
/// [N, F], [N, 1] or [1, F], by numbers of nodes in the whole graph.
[[nodiscard]] at::Tensor draw_features(const Subject& subject, const MaskKinds& kinds,
                                       const Draw& draw);

}  // namespace isthmus::explain
