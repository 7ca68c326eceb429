#pragma once

#include <cstdint>
#include <vector>

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::test {

/// The structure that a backward pass walks: row j lists the rows of `csr` that hold j, in
/// ascending order, and the position of each entry there.
struct TransposedCsr {
  Csr csr;
  std::vector<std::int64_t> slot;

  TransposedCsr(const Csr& forward, std::int64_t sources) {
    std::vector<std::vector<std::int64_t>> slots(static_cast<std::size_t>(sources));
    std::vector<std::vector<std::int32_t>> rows(slots.size());
    for (std::int64_t i = 0; i < forward.rows(); ++i) {
      for (std::int64_t e = forward.rowptr[static_cast<std::size_t>(i)];
           e < forward.rowptr[static_cast<std::size_t>(i) + 1]; ++e) {
        const auto j = static_cast<std::size_t>(forward.col[static_cast<std::size_t>(e)]);
        rows[j].push_back(static_cast<std::int32_t>(i));
        slots[j].push_back(e);
      }
    }
    for (std::size_t j = 0; j < rows.size(); ++j) {
      csr.add_row(rows[j]);
      slot.insert(slot.end(), slots[j].begin(), slots[j].end());
    }
  }
  [[nodiscard]] std::vector<std::int32_t> narrow_slot() const { return {slot.begin(), slot.end()}; }
};

/// A structure of which every source is heard by `listeners` rows: the transpose has hubs.
inline Csr popular_source(std::int64_t listeners, std::int64_t sources, std::uint64_t seed) {
  Draws draws(seed);
  Csr csr;
  for (std::int64_t row = 0; row < listeners; ++row) {
    csr.add_row({0, static_cast<std::int32_t>(draws.below(sources))});
  }
  csr.add_row({});
  return csr;
}

}  // namespace isthmus::kernels::test
