#pragma once

// What vec.hpp lacks for kernels with a weight per head, at the level this file is compiled for.
#if defined(__AVX512F__)
#include "vec_lookup_avx512.hpp"
#else
#include "vec_lookup_avx2.hpp"
#endif
