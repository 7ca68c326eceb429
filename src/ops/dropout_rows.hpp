#pragma once

// The rows of a DropoutKey, for the ops that draw masks.

#include <cstdint>
#include <span>

#include <c10/util/Exception.h>

#include "isthmus/ops/dropout.hpp"

namespace isthmus::ops {

/// The key's row numbers, where it has any, are as many as there are rows.
inline void check_row_ids(const char* op, const DropoutKey& key, std::int64_t rows) {
  TORCH_CHECK(key.rows.empty() || static_cast<std::int64_t>(key.rows.size()) == rows, op,
              ": rows of the key must be one number per row of x, ", rows, ", got ",
              key.rows.size());
}

/// What a kernel takes; none for no numbers.
[[nodiscard]] inline const std::int32_t* row_ids(std::span<const std::int32_t> rows) {
  return rows.empty() ? nullptr : rows.data();
}

}  // namespace isthmus::ops
