#pragma once

// The kernels with values on edges that are written once for all levels.

#include "edge_map_rows.hpp"
#include "message_gradient_rows.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void fill_edges_of(TypedKernels<T>& table) {
  table.edge_map = &map_rows<T>;
  table.message_sum = &sum_messages<T>;
  table.message_max = &max_messages<T>;
  table.message_softmax = &softmax_messages<T>;
  table.message_source_gradient = &source_gradient<T>;
  table.message_edge_gradient = &edge_gradient<T>;
}

}  // namespace
}  // namespace isthmus::kernels
