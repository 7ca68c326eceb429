#pragma once

#include <cstdint>

namespace isthmus {

/// Bytes that a new allocation can count on without swapping, as the system estimates it
/// (MemAvailable of /proc/meminfo); -1 if it does not tell. Limits of a control group are not
/// looked at.
[[nodiscard]] std::int64_t available_memory();

}  // namespace isthmus
