#pragma once

// From a DropoutKey to what kernels take, for the ops that draw masks.

#include <cstdint>
#include <span>

#include <c10/util/Exception.h>

#include "isthmus/kernels/dropout.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::ops {

/// The key's row numbers, where it has any, are as many as there are rows.
inline void check_row_ids(const char* op, const DropoutKey& key, std::int64_t rows) {
  TORCH_CHECK(key.rows.empty() || static_cast<std::int64_t>(key.rows.size()) == rows, op,
              ": rows of the key must be one number per row of x, ", rows, ", got ",
              key.rows.size());
}

/// The law of the key's mask.
[[nodiscard]] inline kernels::DropoutLaw law_of(const char* op, double p, const DropoutKey& key) {
  TORCH_CHECK(key.first_column % 4 == 0, op,
              ": first_column of the key must be a multiple of 4, got ", key.first_column);
  kernels::DropoutLaw law = kernels::dropout_law(p, key.seed, key.layer, key.step);
  law.first_block = key.first_column / 4;
  return law;
}

/// What a kernel takes; none for no numbers.
[[nodiscard]] inline const std::int32_t* row_ids(std::span<const std::int32_t> rows) {
  return rows.empty() ? nullptr : rows.data();
}

}  // namespace isthmus::ops
