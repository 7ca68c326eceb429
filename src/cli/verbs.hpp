#pragma once

#include "session.hpp"

namespace isthmus::cli {

// One function per verb: it reads its arguments, calls the library, and words the answer.
[[nodiscard]] Output run_curvature(Session& session);
[[nodiscard]] Output run_dataset(Session& session);
[[nodiscard]] Output run_doctor(Session& session);
[[nodiscard]] Output run_generate(Session& session);
[[nodiscard]] Output run_info(Session& session);
[[nodiscard]] Output run_metrics(Session& session);
[[nodiscard]] Output run_resistance(Session& session);
[[nodiscard]] Output run_rewire(Session& session);
[[nodiscard]] Output run_wl(Session& session);

}  // namespace isthmus::cli
