#include "edge_dot_wide.hpp"
#include "edges.hpp"
#include "weighted_sum_wide.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void fill_of(TypedKernels<T>& table) {
  fill_edges_of(table);
  table.edge_dot = &dot_rows<T>;
  table.weighted_sum = &head_rows<T>;
}

}  // namespace

void fill_edges_avx512(KernelTable& table) {
  fill_of(table.f32);
  fill_of(table.f64);
}

}  // namespace isthmus::kernels
