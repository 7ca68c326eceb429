#include "isthmus/core/assert.hpp"

// The macros have no code of their own; this keeps both usable wherever an expression is.
namespace isthmus {
namespace {

[[maybe_unused]] constexpr int checked(int value) {
  return ISTHMUS_ASSERT(value > 0), ISTHMUS_ASSERT_HEAVY(value > 0), value;
}
static_assert(checked(1) == 1);

}  // namespace
}  // namespace isthmus
