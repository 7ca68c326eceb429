#pragma once

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

// Added to a double below 2^51 it leaves the nearest integer, ties to even, in the last bits; the
// compiler turns that into vectors at any SIMD level, which it does not with lrint().
constexpr double kRounder = 6755399441055744.0;  // 1.5 * 2^52
// Sums beyond 32 bits are found for summands below this.
constexpr double kLargestSummand = 4294967296.0;

template <typename Held, typename T>
void copy_values(const Held* __restrict x, std::int64_t count, T unit, T* __restrict out) {
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = static_cast<T>(x[i]) * unit;
  }
}

/// 2^-bits or 2^bits, exact in T.
template <typename T>
T power_of_two(int exponent) {
  T power{1};
  for (int i = 0; i < (exponent < 0 ? -exponent : exponent); ++i) {
    power *= exponent < 0 ? T{0.5} : T{2};
  }
  return power;
}

template <typename T>
void read_stream(const Stream& x, std::int64_t first, std::int64_t last, T* out) {
  const std::int64_t count = last - first;
  switch (x.kind) {
    case StreamKind::kF32:
      copy_values(static_cast<const float*>(x.data) + first, count, T{1}, out);
      return;
    case StreamKind::kF64:
      copy_values(static_cast<const double*>(x.data) + first, count, T{1}, out);
      return;
    case StreamKind::kFixed:
      copy_values(static_cast<const std::int32_t*>(x.data) + first, count, power_of_two<T>(-x.bits),
                  out);
      return;
  }
}

template <typename Held, typename T>
void add_values(Held* __restrict x, std::int64_t count, const T* __restrict f, int sign) {
  const auto factor = static_cast<Held>(sign);
  for (std::int64_t i = 0; i < count; ++i) {
    x[i] += factor * static_cast<Held>(f[i]);
  }
}

template <typename T>
bool add_units(std::int32_t* __restrict x, std::int64_t count, const T* __restrict f, double scale,
               std::int64_t sign) {
  std::int64_t rounder;
  __builtin_memcpy(&rounder, &kRounder, sizeof rounder);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double scaled = static_cast<double>(f[i]) * scale;
    // False for NaN too.
    const bool small = __builtin_fabs(scaled) < kLargestSummand;
    const double rounded = (small ? scaled : 0.0) + kRounder;
    std::int64_t units;
    __builtin_memcpy(&units, &rounded, sizeof units);
    const std::int64_t sum = x[i] + sign * (units - rounder);
    const auto kept = static_cast<std::int32_t>(sum);
    wrong |= (small ? 0 : 1) | (sum ^ kept);
    x[i] = kept;
  }
  return wrong == 0;
}

template <typename T>
bool add_to_stream(const Stream& x, std::int64_t first, std::int64_t last, const T* f, int sign) {
  const std::int64_t count = last - first;
  switch (x.kind) {
    case StreamKind::kF32:
      add_values(static_cast<float*>(x.data) + first, count, f, sign);
      return true;
    case StreamKind::kF64:
      add_values(static_cast<double*>(x.data) + first, count, f, sign);
      return true;
    case StreamKind::kFixed:
      break;
  }
  // The sign as a constant: a multiplication of 64-bit integers is slow.
  std::int32_t* const to = static_cast<std::int32_t*>(x.data) + first;
  const auto scale = power_of_two<double>(x.bits);
  return sign < 0 ? add_units(to, count, f, scale, -1) : add_units(to, count, f, scale, 1);
}

}  // namespace
}  // namespace isthmus::kernels
