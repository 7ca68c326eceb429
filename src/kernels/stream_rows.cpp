#include "isthmus/kernels/stream_rows.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {

void stream_values(const Stream& x, std::int64_t first, std::int64_t last, float* out) {
  active_kernels().f32.stream_values(x, first, last, out);
}
void stream_values(const Stream& x, std::int64_t first, std::int64_t last, double* out) {
  active_kernels().f64.stream_values(x, first, last, out);
}

bool stream_add(const Stream& x, std::int64_t first, std::int64_t last, const float* f, int sign) {
  return active_kernels().f32.stream_add(x, first, last, f, sign);
}
bool stream_add(const Stream& x, std::int64_t first, std::int64_t last, const double* f, int sign) {
  return active_kernels().f64.stream_add(x, first, last, f, sign);
}

}  // namespace isthmus::kernels
