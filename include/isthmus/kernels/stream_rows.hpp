#pragma once

#include <cstdint>

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// How a residual stream holds its numbers.
enum class StreamKind : std::uint8_t {
  kF32,
  kF64,
  kFixed,  ///< int32 in units of 2^-bits: see fixed_stream.hpp
};

/// Numbers of a residual stream, or of its gradient, one after the other.
struct Stream {
  void* data = nullptr;
  StreamKind kind = StreamKind::kF32;
  int bits = 0;  ///< kFixed: in [kMinFixedBits, kMaxFixedBits].
};

/// out[0 ..) = numbers [first, last) of x, rounded to the type of out. Serial: for one task.
void stream_values(const Stream& x, std::int64_t first, std::int64_t last, float* out);
void stream_values(const Stream& x, std::int64_t first, std::int64_t last, double* out);

/// Numbers [first, last) of x += sign f[0 ..), sign 1 or -1; of kFixed rounded as fixed_add() does.
/// @returns false if kFixed cannot hold a sum. Serial: for one task.
[[nodiscard]] bool stream_add(const Stream& x, std::int64_t first, std::int64_t last,
                              const float* f, int sign);
[[nodiscard]] bool stream_add(const Stream& x, std::int64_t first, std::int64_t last,
                              const double* f, int sign);

}  // namespace isthmus::kernels
