#pragma once

// Written once and vectorised by the compiler for each level; columns are independent lanes.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kReadoutPanel = 64;

template <typename T>
struct ReadoutPanel {
  const SegmentReadout<T>& args;
  std::int64_t column;
  std::int64_t width;

  void sum(std::int64_t segment) const {
    const std::int64_t begin = args.ptr[segment];
    const std::int64_t end = args.ptr[segment + 1];
    T* __restrict out = args.out + segment * args.out_stride + column;
    T total[kReadoutPanel];
    for (std::int64_t f = 0; f < width; ++f) {
      total[f] = begin == end ? T{0} : -T{0};  // -0 is the neutral element of addition
    }
    for (std::int64_t start = begin; start < end; start += kSplitEdges) {
      const std::int64_t stop = end - start > kSplitEdges ? start + kSplitEdges : end;
      T part[kReadoutPanel];
      for (std::int64_t f = 0; f < width; ++f) {
        part[f] = -T{0};
      }
      for (std::int64_t row = start; row < stop; ++row) {
        const T* __restrict in = args.in + row * args.in_stride + column;
        for (std::int64_t f = 0; f < width; ++f) {
          part[f] += in[f];
        }
      }
      for (std::int64_t f = 0; f < width; ++f) {
        total[f] += part[f];
      }
    }
    for (std::int64_t f = 0; f < width; ++f) {
      out[f] = args.scale != nullptr ? args.scale[segment] * total[f] : total[f];
    }
  }

  void max(std::int64_t segment) const {
    const std::int64_t begin = args.ptr[segment];
    const std::int64_t end = args.ptr[segment + 1];
    T best[kReadoutPanel];
    std::int32_t where[kReadoutPanel];
    for (std::int64_t f = 0; f < width; ++f) {
      best[f] = begin == end ? T{0} : args.in[begin * args.in_stride + column + f];
      where[f] = begin == end ? -1 : 0;
    }
    for (std::int64_t row = begin + 1; row < end; ++row) {
      const T* __restrict in = args.in + row * args.in_stride + column;
      const auto offset = static_cast<std::int32_t>(row - begin);
      for (std::int64_t f = 0; f < width; ++f) {
        // False only if in <= best, or if best is NaN already: then a NaN before it has won.
        const bool better = !(in[f] <= best[f]) && best[f] == best[f];
        best[f] = better ? in[f] : best[f];
        where[f] = better ? offset : where[f];
      }
    }
    for (std::int64_t f = 0; f < width; ++f) {
      args.out[segment * args.out_stride + column + f] = best[f];
      args.arg[segment * args.width + column + f] = where[f];
    }
  }

  void spread(std::int64_t segment) const {
    const T* __restrict in = args.in + segment * args.in_stride + column;
    T value[kReadoutPanel];
    for (std::int64_t f = 0; f < width; ++f) {
      value[f] = args.scale != nullptr ? args.scale[segment] * in[f] : in[f];
    }
    for (std::int64_t row = args.ptr[segment]; row < args.ptr[segment + 1]; ++row) {
      T* __restrict out = args.out + row * args.out_stride + column;
      for (std::int64_t f = 0; f < width; ++f) {
        out[f] = value[f];
      }
    }
  }

  void spread_max(std::int64_t segment) const {
    const T* __restrict in = args.in + segment * args.in_stride + column;
    const std::int32_t* __restrict arg = args.arg + segment * args.width + column;
    const std::int64_t begin = args.ptr[segment];
    for (std::int64_t row = begin; row < args.ptr[segment + 1]; ++row) {
      T* __restrict out = args.out + row * args.out_stride + column;
      const auto offset = static_cast<std::int32_t>(row - begin);
      for (std::int64_t f = 0; f < width; ++f) {
        out[f] = arg[f] == offset ? in[f] : T{0};
      }
    }
  }
};

/// Applies one of the members above to segments [first, last), panel by panel.
template <typename T, void (ReadoutPanel<T>::*kKernel)(std::int64_t) const>
void readout_rows(const SegmentReadout<T>& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t column = 0; column < args.width; column += kReadoutPanel) {
    const std::int64_t rest = args.width - column;
    const ReadoutPanel<T> panel{args, column, rest < kReadoutPanel ? rest : kReadoutPanel};
    for (std::int64_t segment = first; segment < last; ++segment) {
      (panel.*kKernel)(segment);
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
