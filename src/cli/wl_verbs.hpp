#pragma once

#include "session.hpp"

namespace isthmus::cli {

// The actions of wl: each reads its arguments, calls the library, and words the answer.
[[nodiscard]] Output run_wl_brec(Session& session);
[[nodiscard]] Output run_wl_classes(Session& session);
[[nodiscard]] Output run_wl_compare(Session& session);
[[nodiscard]] Output run_wl_dataset(Session& session);
[[nodiscard]] Output run_wl_hash(Session& session);

}  // namespace isthmus::cli
