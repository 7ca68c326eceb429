#pragma once

#include <algorithm>
#include <cstddef>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Where `col` stands in a row whose entries ascend; -1 if it does not.
///
/// @pre      0 <= row < csr.num_rows(); of parallel arcs the first is found.
/// @par Cost O(log d), d the entries of the row.
[[nodiscard]] inline EdgeId arc_slot(const CsrView& csr, NodeId row, NodeId col) {
  const auto entries = csr.row(row);
  const auto place = std::lower_bound(entries.begin(), entries.end(), col);
  const bool is_there = place != entries.end() && *place == col;
  return is_there ? csr.rowptr[static_cast<std::size_t>(row)] + (place - entries.begin()) : -1;
}

}  // namespace isthmus
