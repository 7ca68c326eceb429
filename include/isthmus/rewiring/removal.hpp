#pragma once

#include <cstdint>
#include <string_view>

namespace isthmus::rewiring {

/// Which edges a method that also removes edges may remove.
enum class Removal : std::uint8_t {
  kOff,            ///< None.
  kFree,           ///< Any: the graph may fall apart.
  kKeepConnected,  ///< Those that are no bridges: components stay what they are.
};
/// "off", "free", "keep-connected".
[[nodiscard]] std::string_view name_of(Removal removal);

}  // namespace isthmus::rewiring
