#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::partition_detail {

/// One call of METIS_PartGraphKway. @pre `graph` is symmetric, without loops and copies, has arcs;
/// 1 < parts < N.
struct MetisCall {
  CsrView graph;
  std::span<const std::int64_t> weight;  ///< [N, constraints], >= 0; empty: one constraint of ones.
  std::int32_t constraints = 1;
  std::int64_t parts = 2;
  std::int32_t ufactor = 30;  ///< Imbalance allowed, in thousandths.
  std::int32_t seed = -1;
  std::int32_t iterations = 10;
  std::int32_t cuts = 1;
};
struct MetisAnswer {
  std::vector<std::int32_t> part;
  std::int64_t cut = 0;
};
/// @throws ResourceLimit, RunFailed  as partition_kway().
[[nodiscard]] MetisAnswer call_metis(const MetisCall& call);

/// What METIS's answer means: nothing for METIS_OK, else the error of partition_kway().
void check_status(int status);

/// "METIS 5.1.0, 32-bit".
[[nodiscard]] std::string metis_version();
/// The largest number that METIS's index type holds, and its bits.
[[nodiscard]] std::int64_t metis_index_limit() noexcept;
[[nodiscard]] int metis_index_bits() noexcept;

/// Refuses counts that METIS's index type cannot hold.
/// @throws ResourceLimit  "partition_kway: 3200000000 directed edges > 2147483647; this METIS is
///                        32-bit".
void check_width(std::int64_t count, const char* of_what);

/// Refuses what METIS would need more than `available` bytes for; available < 0: unknown, passes.
/// @throws ResourceLimit
void check_memory(std::int64_t nodes, std::int64_t arcs, std::int64_t available);

}  // namespace isthmus::partition_detail
