#pragma once

// The kernels that are written once for all levels.

#include "column_stats_rows.hpp"
#include "dropout_rows.hpp"
#include "kernel_table.hpp"
#include "layer_norm_rows.hpp"
#include "readout_rows.hpp"
#include "stream_rows.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void fill_rows_of(TypedKernels<T>& table) {
  table.column_sums = &add_column_sums<T>;
  table.column_squares = &add_column_squares<T>;
  table.column_dots = &add_column_dots<T>;
  table.column_affine = &affine_rows<T>;
  table.gate_rows = &gate_rows<T>;
  table.layer_norm = &normalise_rows<T>;
  table.layer_norm_backward = &normalise_backward_rows<T>;
  table.layer_norm_weights = &add_normalise_weights<T>;
  table.stream_values = &read_stream<T>;
  table.stream_add = &add_to_stream<T>;
  table.dropout = &drop_rows<T>;
  table.sparse_dropout = &drop_entries<T>;
  table.readout_sum = &readout_rows<T, &ReadoutPanel<T>::sum>;
  table.readout_max = &readout_rows<T, &ReadoutPanel<T>::max>;
  table.readout_spread = &readout_rows<T, &ReadoutPanel<T>::spread>;
  table.readout_spread_max = &readout_rows<T, &ReadoutPanel<T>::spread_max>;
}

}  // namespace
}  // namespace isthmus::kernels
