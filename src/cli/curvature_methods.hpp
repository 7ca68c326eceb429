#pragma once

#include "rewire_call.hpp"

namespace isthmus::cli {

// Methods of `rewire` that follow curvatures and triangles of single edges.
[[nodiscard]] Rewired run_sdrf(const RewireCall& call);
[[nodiscard]] Rewired run_borf(const RewireCall& call);
[[nodiscard]] Rewired run_afrc3(const RewireCall& call);
[[nodiscard]] Rewired run_afrc4(const RewireCall& call);
[[nodiscard]] Rewired run_grlef(const RewireCall& call);

}  // namespace isthmus::cli
