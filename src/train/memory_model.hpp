#pragma once

#include "isthmus/train/memory.hpp"

#include "trainer.hpp"

namespace isthmus::train {

/// predict_memory() of a run that is ready to start. Takes steps on a network of its own.
[[nodiscard]] MemoryPlan predict_memory(const TaskTensors& data, const Config& config,
                                        const ProtocolPlan& plan);

/// Refuses a full batch that cannot fit, before it takes the machine down. Predicts only where even
/// one copy of each layer's output would be a tenth of what is available.
/// @throws ResourceLimit  naming both, with samplers as hint.
void check_memory(const TaskTensors& data, const Config& config, const ProtocolPlan& plan);

}  // namespace isthmus::train
