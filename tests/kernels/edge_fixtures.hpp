#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "isthmus/kernels/edge_map.hpp"

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::test {

/// Edges whose tensors lie in another order than the rows: a permutation of 0..edges-1.
struct Placement {
  std::vector<std::int32_t> narrow;
  std::vector<std::int64_t> wide;

  Placement(std::int64_t edges, std::uint64_t seed) : narrow(static_cast<std::size_t>(edges)) {
    std::iota(narrow.begin(), narrow.end(), 0);
    Draws draws(seed + 5);
    for (std::int64_t i = edges - 1; i > 0; --i) {
      std::swap(narrow[static_cast<std::size_t>(i)],
                narrow[static_cast<std::size_t>(draws.below(i + 1))]);
    }
    wide.assign(narrow.begin(), narrow.end());
  }
  /// form 0: the identity, 1: 32-bit, 2: 64-bit.
  [[nodiscard]] EdgeOrder order(int form) const {
    return {form == 1 ? narrow.data() : nullptr, form == 2 ? wide.data() : nullptr};
  }
  [[nodiscard]] std::size_t at(int form, std::int64_t slot) const {
    return form == 0 ? static_cast<std::size_t>(slot)
                     : static_cast<std::size_t>(narrow[static_cast<std::size_t>(slot)]);
  }
};

inline std::size_t pos(std::int64_t row, std::int64_t width, std::int64_t column) {
  return static_cast<std::size_t>(row * width + column);
}

/// Calls body(row, slot, source) for every edge.
template <typename Body>
void each_edge(const Csr& csr, const Body& body) {
  for (std::int64_t row = 0; row < csr.rows(); ++row) {
    for (std::int64_t slot = csr.rowptr[static_cast<std::size_t>(row)];
         slot < csr.rowptr[static_cast<std::size_t>(row) + 1]; ++slot) {
      body(row, slot, std::int64_t{csr.col[static_cast<std::size_t>(slot)]});
    }
  }
}

inline RowRanges ranges_of(const std::vector<std::int32_t>& chunks) {
  return {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1};
}

}  // namespace isthmus::kernels::test
