#include "isthmus/kernels/segment_readout.hpp"

#include <cstddef>
#include <span>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/row_chunks.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

/// Runs a kernel over segments in chunks of equal cost.
template <typename T, typename Kernel>
void run(const SegmentReadout<T>& args, Kernel kernel) {
  const std::vector<std::int32_t> chunks = balanced_row_chunks(
      std::span<const std::int64_t>(args.ptr, static_cast<std::size_t>(args.segments) + 1));
  parallel_chunks(static_cast<std::int64_t>(chunks.size()) - 1, [&](std::int64_t chunk) {
    const auto c = static_cast<std::size_t>(chunk);
    kernel(args, chunks[c], chunks[c + 1]);
  });
}

}  // namespace

void readout_sum(const SegmentReadout<float>& args) { run(args, active_kernels().f32.readout_sum); }
void readout_sum(const SegmentReadout<double>& args) {
  run(args, active_kernels().f64.readout_sum);
}
void readout_max(const SegmentReadout<float>& args) { run(args, active_kernels().f32.readout_max); }
void readout_max(const SegmentReadout<double>& args) {
  run(args, active_kernels().f64.readout_max);
}
void readout_spread(const SegmentReadout<float>& args) {
  run(args, active_kernels().f32.readout_spread);
}
void readout_spread(const SegmentReadout<double>& args) {
  run(args, active_kernels().f64.readout_spread);
}
void readout_spread_max(const SegmentReadout<float>& args) {
  run(args, active_kernels().f32.readout_spread_max);
}
void readout_spread_max(const SegmentReadout<double>& args) {
  run(args, active_kernels().f64.readout_spread_max);
}

}  // namespace isthmus::kernels
