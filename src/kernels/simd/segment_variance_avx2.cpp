#include "kernel_table.hpp"
#include "segment_variance_wide.hpp"

namespace isthmus::kernels {

void fill_segment_variance_avx2(KernelTable& table) {
  fill_segment_variance(table.f32);
  fill_segment_variance(table.f64);
}

}  // namespace isthmus::kernels
