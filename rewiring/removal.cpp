#include "isthmus/rewiring/removal.hpp"

#include <array>
#include <cstddef>

namespace isthmus::rewiring {

std::string_view name_of(Removal removal) {
  constexpr std::array<std::string_view, 3> kNames = {"off", "free", "keep-connected"};
  return kNames[static_cast<std::size_t>(removal)];
}

}  // namespace isthmus::rewiring
