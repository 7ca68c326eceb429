#pragma once

#include <cstdint>
#include <string>

namespace isthmus::cli {

/// Facts of the machine, for `doctor`. Unknown numbers are 0, unknown names empty.
struct Machine {
  std::string cpu;  ///< As the system calls it.
  std::string os;   ///< "Linux 6.1.0".
  std::uint64_t memory_total = 0;
  /// Bytes that may still be had: the system's estimate, or what the control group leaves if less.
  std::uint64_t memory_available = 0;
};
[[nodiscard]] Machine describe_machine();

}  // namespace isthmus::cli
