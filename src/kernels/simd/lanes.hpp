#pragma once

// What selections need beside a register of values: a number per lane, and a choice of lanes.
#if defined(__AVX512F__)
#include "lanes_avx512.hpp"
#else
#include "lanes_avx2.hpp"
#endif
