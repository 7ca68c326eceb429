#pragma once

namespace isthmus {

/// Width of TBB's pool now: what a ThreadBudget allows it, or its own default.
[[nodiscard]] int tbb_threads();

}  // namespace isthmus
