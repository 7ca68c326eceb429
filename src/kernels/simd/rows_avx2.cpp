#include "rows.hpp"

namespace isthmus::kernels {

void fill_rows_avx2(KernelTable& table) {
  fill_rows_of(table.f32);
  fill_rows_of(table.f64);
}

}  // namespace isthmus::kernels
