#include "prepare_set.hpp"

#include <utility>

#include "isthmus/datasets/largest_component.hpp"

#include "curvature_encoding.hpp"

namespace isthmus::train {

PreparedSet prepare_set(const Config& config, const datasets::DataRoots& roots,
                        const ProgressCallback& progress, const CancelToken& cancel) {
  check_rewiring(config);
  PreparedSet set;
  set.dataset = datasets::load(config.dataset.name, roots);
  if (config.dataset.component == "largest") {
    set.dataset = datasets::largest_component(set.dataset);
  }
  if (config.encoding.lcp) {
    append_curvature(set.dataset, config.encoding, config.rewire.directed);
  }
  if (config.rewire.method != "none") {
    const bool drew = config.gnn.stage_type == "drew";
    RewiredSet rewired = rewire_set(set.dataset, config.rewire,
                                    {.own_types = drew ? OwnTypes::kDrop : OwnTypes::kKeep,
                                     .progress = progress,
                                     .cancel = cancel});
    set.dataset = std::move(rewired.dataset);
    set.rewired = std::move(rewired.facts);
  }
  return set;
}

}  // namespace isthmus::train
