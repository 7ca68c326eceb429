#include "isthmus/kernels/segment_sum.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

void check(bool ok, const char* rule, std::int64_t got) {
  if (!ok) {
    throw InvalidArgument("segment_sum: " + std::string(rule) + ", got " + std::to_string(got));
  }
}

template <typename T>
void run(const SegmentSum<T>& args, RowRanges chunks) {
  check(args.width >= 0, "width must be >= 0", args.width);
  check(args.x_stride >= args.width, "x_stride must be >= width", args.x_stride);
  check(args.out_stride >= args.width, "out_stride must be >= width", args.out_stride);
  check(args.self_stride == 0 || args.self_stride >= args.width,
        "self_stride must be 0 or >= width", args.self_stride);
  if (args.value != nullptr && args.source_scale != nullptr) {
    throw InvalidArgument("segment_sum: value and source_scale exclude each other, got both");
  }
  if (args.x != nullptr && args.x_bf16 != nullptr) {
    throw InvalidArgument("segment_sum: x and x_bf16 exclude each other, got both");
  }
  if (sizeof(T) != sizeof(float) && args.x_bf16 != nullptr) {
    throw InvalidArgument("segment_sum: x_bf16 must be none with double, got one");
  }
  if (args.width == 0) {
    return;
  }
  const auto kernel = active_kernels_of<T>().segment_sum;
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    kernel(args, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

}  // namespace

void segment_sum(const SegmentSum<float>& args, RowRanges chunks) { run(args, chunks); }
void segment_sum(const SegmentSum<double>& args, RowRanges chunks) { run(args, chunks); }

}  // namespace isthmus::kernels
