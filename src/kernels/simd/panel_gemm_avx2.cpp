#include "kernel_table.hpp"
#include "panel_gemm_wide.hpp"

namespace isthmus::kernels {

void fill_panel_gemm_avx2(KernelTable& table) {
  table.f32.panel_gemm = &multiply_rows<float>;
  table.f64.panel_gemm = &multiply_rows<double>;
}

}  // namespace isthmus::kernels
