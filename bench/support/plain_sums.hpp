#pragma once

#include <cstdint>

#include "isthmus/graph/graph.hpp"

namespace isthmus::bench {

/// out = A x with A in CSR of 64-bit indices and a value per edge; rows of x [sources, width] and
/// out [rows, width] are adjacent.
struct ValuedSum {
  const std::int64_t* rowptr = nullptr;
  const std::int64_t* col = nullptr;
  const float* value = nullptr;
  std::int64_t rows = 0;
  std::int64_t sources = 0;
  std::int64_t edges = 0;
  const float* x = nullptr;
  float* out = nullptr;
  std::int64_t width = 0;
};

/// The algorithm of ATen's CSR kernel in LibTorch 2: the output row is loaded and stored at every
/// edge. With AVX2 where the CPU has it.
void aten_style_sum(const ValuedSum& args, const RowChunks& chunks);

/// Eigen's product of a sparse with a dense matrix; false if the build has no Eigen.
[[nodiscard]] bool has_eigen() noexcept;
void eigen_sum(const ValuedSum& args);

}  // namespace isthmus::bench
