#pragma once

#include <cstdint>

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// Options of random_explainer().
struct RandomExplainerOptions {
  MaskKinds masks = {};
  std::uint64_t seed = 0;
};

/// Uniform numbers in (0, 1), functions of (seed, target, number in the whole graph) alone: the
/// control row that an explainer has to beat.
[[nodiscard]] Explanation random_explainer(const Subject& subject,
                                           const RandomExplainerOptions& options = {});

}  // namespace isthmus::explain
