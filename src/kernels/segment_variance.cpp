#include "isthmus/kernels/segment_variance.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

struct Checks {
  const char* function;

  template <typename Value>
  void operator()(bool ok, const char* rule, Value got) const {
    if (!ok) {
      throw InvalidArgument(std::string(function) + ": " + rule + ", got " + std::to_string(got));
    }
  }
};

template <typename T>
void run(const SegmentVariance<T>& args, RowRanges chunks) {
  const Checks check{"segment_variance"};
  check(args.width >= 0, "width must be >= 0", args.width);
  check(args.x_stride >= args.width, "x_stride must be >= width", args.x_stride);
  check(args.out_stride >= args.width, "out_stride must be >= width", args.out_stride);
  check(args.mean == nullptr || args.mean_stride >= args.width, "mean_stride must be >= width",
        args.mean_stride);
  check(args.eps >= T{0}, "eps must be >= 0", args.eps);
  if (args.row_scale == nullptr && chunks.count > 0) {
    throw InvalidArgument("segment_variance: row_scale must be given, got none");
  }
  if (args.width == 0) {
    return;
  }
  const auto kernel = active_kernels_of<T>().segment_variance;
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    kernel(args, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

template <typename T>
void run_backward(const SegmentVarianceBackward<T>& args, RowRanges chunks) {
  const Checks check{"segment_variance_backward"};
  check(args.width >= 0, "width must be >= 0", args.width);
  check(args.x_stride >= args.width, "x_stride must be >= width", args.x_stride);
  check(args.coefficient_stride >= args.width, "coefficient_stride must be >= width",
        args.coefficient_stride);
  check(args.mean_stride >= args.width, "mean_stride must be >= width", args.mean_stride);
  check(args.out_stride >= args.width, "out_stride must be >= width", args.out_stride);
  if (args.width == 0) {
    return;
  }
  const auto kernel = active_kernels_of<T>().segment_variance_backward;
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    kernel(args, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

}  // namespace

void segment_variance(const SegmentVariance<float>& args, RowRanges chunks) { run(args, chunks); }
void segment_variance(const SegmentVariance<double>& args, RowRanges chunks) { run(args, chunks); }

void segment_variance_backward(const SegmentVarianceBackward<float>& args, RowRanges chunks) {
  run_backward(args, chunks);
}
void segment_variance_backward(const SegmentVarianceBackward<double>& args, RowRanges chunks) {
  run_backward(args, chunks);
}

}  // namespace isthmus::kernels
