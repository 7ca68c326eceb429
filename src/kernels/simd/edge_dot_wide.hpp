#pragma once

// edge_dot on registers: one cache line of interleaved chains per edge and head.

#include "edge_place.hpp"
#include "vec_lookup.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void dot_rows(const EdgeDot<T>& args, std::int64_t first, std::int64_t last) {
  using V = Vec<T>;
  constexpr int kRegisters = DotLanes<T>::kRegisters;
  constexpr std::int64_t kLine = kRegisters * V::kLanes;
  const std::int64_t depth = args.width / args.heads;
  const std::int64_t whole = depth - depth % kLine;
  const std::int64_t rest = depth - whole;
  const std::int64_t final_slot = args.rowptr[last] - 1;
  for (std::int64_t row = first; row < last; ++row) {
    for (std::int64_t slot = args.rowptr[row]; slot < args.rowptr[row + 1]; ++slot) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = slot + args.prefetch;
        const auto* next = reinterpret_cast<const char*>(
            args.x + args.col[ahead < final_slot ? ahead : final_slot] * args.x_stride);
        const auto bytes = args.width * std::int64_t{sizeof(T)};
        for (std::int64_t byte = 0; byte < bytes && byte < 512; byte += 64) {
          _mm_prefetch(next + byte, _MM_HINT_T0);
        }
      }
      T* out = args.out + place_of(args.order, slot) * args.heads;
      for (std::int64_t head = 0; head < args.heads; ++head) {
        const T* x = args.x + args.col[slot] * args.x_stride + head * depth;
        const T* y = args.y + row * args.y_stride + head * depth;
        V acc[kRegisters];
        for (V& part : acc) {
          part = V::splat(T{0});
        }
        for (std::int64_t d = 0; d < whole; d += kLine) {
#pragma GCC unroll 2
          for (int v = 0; v < kRegisters; ++v) {
            const std::int64_t at = d + v * V::kLanes;
            acc[v] = fused(V::load(x + at), V::load(y + at), acc[v]);
          }
        }
#pragma GCC unroll 2
        for (int v = 0; v < kRegisters; ++v) {
          const std::int64_t count = rest - v * V::kLanes;
          const std::int64_t at = whole + v * V::kLanes;
          if (count >= V::kLanes) {
            acc[v] = fused(V::load(x + at), V::load(y + at), acc[v]);
          } else if (count > 0) {
            const auto mask = V::mask(count);
            acc[v] = fused(V::load(x + at, mask), V::load(y + at, mask), acc[v]);
          }
        }
        const T sum = sum_lanes(acc);
        out[head] = args.row_scale != nullptr ? args.row_scale[row] * sum : sum;
      }
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
