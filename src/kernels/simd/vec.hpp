#pragma once

// The register type of the level that this file is compiled for.
#if defined(__AVX512F__)
#include "vec_avx512.hpp"
#else
#include "vec_avx2.hpp"
#endif
