// The specification of panel_gemm: every other level gives these bits.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

template <typename T>
void multiply_rows(const PanelGemm<T>& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t i = first; i < last; ++i) {
    T* c = args.c + i * args.c_row;
    for (std::int64_t j = 0; j < args.columns; ++j) {
      if (!args.accumulate) {
        c[j] = args.bias != nullptr ? args.bias[j] : T{0};
      }
    }
    for (std::int64_t k = 0; k < args.depth; ++k) {
      const T a = args.a[i * args.a_row + k * args.a_col];
      const T* b = args.b + k * args.b_row;
      for (std::int64_t j = 0; j < args.columns; ++j) {
        c[j] = fused(a, b[j], c[j]);
      }
    }
    for (std::int64_t j = 0; args.relu && j < args.columns; ++j) {
      c[j] = T{0} > c[j] ? T{0} : c[j];
    }
  }
}

}  // namespace

void fill_panel_gemm_scalar(KernelTable& table) {
  table.f32.panel_gemm = &multiply_rows<float>;
  table.f64.panel_gemm = &multiply_rows<double>;
}

}  // namespace isthmus::kernels
