#pragma once

#include <cstdint>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/segment_sum.hpp"

namespace isthmus::kernels {

/// @throws InvalidArgument  "kernel: rule, got n" unless ok.
inline void check_edges(bool ok, const char* kernel, const std::string& rule, std::int64_t got) {
  if (!ok) {
    throw InvalidArgument(std::string(kernel) + ": " + rule + ", got " + std::to_string(got));
  }
}

/// Strides of arguments that are given are at least the width.
inline void check_stride(const void* data, const char* kernel, const char* stride,
                         std::int64_t value, std::int64_t width) {
  check_edges(data == nullptr || value >= width, kernel, std::string(stride) + " must be >= width",
              value);
}

/// kernel(args, first, last) for each chunk of rows.
template <typename Args, typename Kernel>
void run_chunks(const Args& args, RowRanges chunks, Kernel kernel) {
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    kernel(args, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

}  // namespace isthmus::kernels
