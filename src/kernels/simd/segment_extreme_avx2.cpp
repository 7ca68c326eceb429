#include "kernel_table.hpp"
#include "segment_extreme_wide.hpp"

namespace isthmus::kernels {

void fill_segment_extreme_avx2(KernelTable& table) {
  fill_segment_extreme(table.f32);
  fill_segment_extreme(table.f64);
}

}  // namespace isthmus::kernels
