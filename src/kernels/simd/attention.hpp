#pragma once

// The kernels that work per row and head, for the level that this is compiled for.

#include "attention_rows.hpp"
#include "edge_softmax_rows.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void fill_attention_of(TypedKernels<T>& table) {
  table.edge_softmax = &softmax_rows<T>;
  table.edge_softmax_backward = &softmax_backward_rows<T>;
  table.attention = &attend_rows<T>;
  table.attention_backward_rows = &attend_backward_rows<T>;
  table.attention_backward_sources = &attend_backward_sources<T>;
}

}  // namespace
}  // namespace isthmus::kernels
