#pragma once

/// ISTHMUS_ASSERT states what must hold unless isthmus itself has a bug; never for a caller's
/// fault. On in builds without NDEBUG. ISTHMUS_ASSERT_HEAVY is for checks of O(n + m) or more: on
/// only where ISTHMUS_HEAVY_ASSERTS is defined (CI).
#include <cassert>

#define ISTHMUS_ASSERT(condition) assert(condition)

#ifdef ISTHMUS_HEAVY_ASSERTS
#define ISTHMUS_ASSERT_HEAVY(condition) assert(condition)
#else
#define ISTHMUS_ASSERT_HEAVY(condition) static_cast<void>(0)
#endif
