#pragma once

#include "session.hpp"

namespace isthmus::cli {

// The verbs of isthmus-nn.
[[nodiscard]] Output run_train(Session& session);
[[nodiscard]] Output run_eval(Session& session);
[[nodiscard]] Output run_predict(Session& session);
[[nodiscard]] Output run_explain(Session& session);

/// LibTorch's part of `doctor`: isthmus asks for it through `isthmus-nn doctor --json`.
[[nodiscard]] Output run_torch_doctor(Session& session);

}  // namespace isthmus::cli
