// In place of nauty_form.cpp where the build option `nauty` is off.
#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/isomorphism.hpp"

#include "nauty_form.hpp"

namespace isthmus::expressivity {

bool has_nauty() noexcept { return false; }

NautyForm nauty_form(const WlGraph& /*subject*/) {
  throw InvalidArgument(
      "isomorphism: this build has no nauty",
      "install libnauty-dev and build with -Dnauty=enabled; the engine own needs neither");
}

}  // namespace isthmus::expressivity
