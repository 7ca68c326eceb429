#include "isthmus/explain/random_explainer.hpp"

#include "draw_masks.hpp"

namespace isthmus::explain {

Explanation random_explainer(const Subject& subject, const RandomExplainerOptions& options) {
  const Draw draw{options.seed, Law::kUniform};
  Explanation result;
  if (options.masks.edge) {
    result.edge_mask = draw_edges(subject, draw);
  }
  if (options.masks.node || options.masks.feature) {
    result.x_mask = draw_features(subject, options.masks, draw);
  }
  return result;
}

}  // namespace isthmus::explain
