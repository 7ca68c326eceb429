#include "kernel_table.hpp"
#include "segment_sum_wide.hpp"

namespace isthmus::kernels {

void fill_segment_sum_avx2(KernelTable& table) {
  table.f32.segment_sum = &sum_rows<float>;
  table.f64.segment_sum = &sum_rows<double>;
}

}  // namespace isthmus::kernels
