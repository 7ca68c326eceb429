#pragma once

#include "rewire_call.hpp"

namespace isthmus::cli {

// Methods of `rewire` that look at the whole graph at each step: resistance and spectrum;
// and their control.
[[nodiscard]] Rewired run_gtr(const RewireCall& call);
[[nodiscard]] Rewired run_fosr(const RewireCall& call);
[[nodiscard]] Rewired run_err(const RewireCall& call);
[[nodiscard]] Rewired run_prune(const RewireCall& call);
[[nodiscard]] Rewired run_random(const RewireCall& call);

}  // namespace isthmus::cli
