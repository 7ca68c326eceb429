#pragma once

#include "rewire_call.hpp"

namespace isthmus::cli {

// Methods of `rewire` that work on the whole graph at once: no steps, no budget.
[[nodiscard]] Rewired run_laser(const RewireCall& call);
[[nodiscard]] Rewired run_rings(const RewireCall& call);
[[nodiscard]] Rewired run_gdc(const RewireCall& call);
[[nodiscard]] Rewired run_egp(const RewireCall& call);
[[nodiscard]] Rewired run_cgp(const RewireCall& call);

}  // namespace isthmus::cli
