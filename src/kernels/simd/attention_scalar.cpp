#include "attention.hpp"

namespace isthmus::kernels {

void fill_attention_scalar(KernelTable& table) {
  fill_attention_of(table.f32);
  fill_attention_of(table.f64);
}

}  // namespace isthmus::kernels
