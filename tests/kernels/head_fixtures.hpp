#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "isthmus/kernels/edge_softmax.hpp"

#include "kernels/kernel_fixtures.hpp"

namespace isthmus::kernels::test {

/// A CSR structure, its transpose, and edges that the caller gave in an order of its own.
struct OrderedEdges {
  Csr csr;
  std::int64_t sources = 0;
  std::vector<std::int64_t> eid;  // slot of csr -> position
  Csr transpose;
  std::vector<std::int32_t> to_csr;  // slot of transpose -> slot of csr

  OrderedEdges(Csr structure, std::int64_t num_sources, std::uint64_t seed)
      : csr(std::move(structure)), sources(num_sources) {
    const std::size_t nnz = csr.col.size();
    eid.resize(nnz);
    for (std::size_t e = 0; e < nnz; ++e) {
      eid[e] = static_cast<std::int64_t>(e);
    }
    Draws draws(seed + 1000);
    for (std::size_t e = nnz; e > 1; --e) {
      std::swap(eid[e - 1],
                eid[static_cast<std::size_t>(draws.below(static_cast<std::int64_t>(e)))]);
    }
    std::vector<std::vector<std::pair<std::int32_t, std::int32_t>>> out(
        static_cast<std::size_t>(sources));
    for (std::int64_t row = 0; row < csr.rows(); ++row) {
      for (std::int64_t e = csr.rowptr[static_cast<std::size_t>(row)];
           e < csr.rowptr[static_cast<std::size_t>(row) + 1]; ++e) {
        out[static_cast<std::size_t>(csr.col[static_cast<std::size_t>(e)])].emplace_back(
            static_cast<std::int32_t>(row), static_cast<std::int32_t>(e));
      }
    }
    for (const auto& list : out) {
      for (const auto& [row, slot] : list) {
        transpose.col.push_back(row);
        to_csr.push_back(slot);
      }
      transpose.rowptr.push_back(static_cast<std::int64_t>(transpose.col.size()));
    }
  }

  [[nodiscard]] std::int64_t nnz() const { return static_cast<std::int64_t>(csr.col.size()); }
  [[nodiscard]] RowEdges rows(bool self_loops = false) const {
    return {csr.rowptr.data(), csr.col.data(), {}, {nullptr, eid.data()}, self_loops};
  }
  [[nodiscard]] RowEdges columns(bool self_loops = false) const {
    return {transpose.rowptr.data(),
            transpose.col.data(),
            {to_csr.data(), nullptr},
            {nullptr, eid.data()},
            self_loops};
  }
};

}  // namespace isthmus::kernels::test
