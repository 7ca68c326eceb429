#include "isthmus/kernels/segment_extreme.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

struct Checks {
  const char* function;

  void operator()(bool ok, const char* rule, std::int64_t got) const {
    if (!ok) {
      throw InvalidArgument(std::string(function) + ": " + rule + ", got " + std::to_string(got));
    }
  }
  void arg_stride(std::int64_t stride, std::int64_t width) const {
    (*this)(stride >= width, "arg_stride must be >= width", stride);
    (*this)(stride % kOffsetStride == 0, "arg_stride must be a multiple of 16", stride);
  }
};

template <typename T>
void run(const SegmentExtreme<T>& args, RowRanges chunks) {
  const Checks check{"segment_extreme"};
  check(args.width >= 0, "width must be >= 0", args.width);
  check(args.x_stride >= args.width, "x_stride must be >= width", args.x_stride);
  check(args.out_stride >= args.width, "out_stride must be >= width", args.out_stride);
  const bool both = args.narrow_arg != nullptr && args.arg != nullptr;
  check(!both, "narrow_arg and arg exclude each other", 2);
  if (args.narrow_arg != nullptr || args.arg != nullptr) {
    check.arg_stride(args.arg_stride, args.width);
  }
  if (args.width == 0) {
    return;
  }
  const auto kernel = active_kernels_of<T>().segment_extreme;
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    kernel(args, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

template <typename T>
void run_backward(const SegmentExtremeBackward<T>& args, RowRanges chunks) {
  const Checks check{"segment_extreme_backward"};
  check(args.width >= 0, "width must be >= 0", args.width);
  check(args.g_stride >= args.width, "g_stride must be >= width", args.g_stride);
  check(args.out_stride >= args.width, "out_stride must be >= width", args.out_stride);
  check.arg_stride(args.arg_stride, args.width);
  const int offsets = (args.narrow_arg != nullptr ? 1 : 0) + (args.arg != nullptr ? 1 : 0);
  check(offsets <= 1, "narrow_arg and arg exclude each other", offsets);
  const int slots = (args.narrow_slot != nullptr ? 1 : 0) + (args.slot != nullptr ? 1 : 0);
  check(slots <= 1, "narrow_slot and slot exclude each other", slots);
  if (args.width == 0) {
    return;
  }
  const auto kernel = active_kernels_of<T>().segment_extreme_backward;
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    kernel(args, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

}  // namespace

void segment_extreme(const SegmentExtreme<float>& args, RowRanges chunks) { run(args, chunks); }
void segment_extreme(const SegmentExtreme<double>& args, RowRanges chunks) { run(args, chunks); }

void segment_extreme_backward(const SegmentExtremeBackward<float>& args, RowRanges chunks) {
  run_backward(args, chunks);
}
void segment_extreme_backward(const SegmentExtremeBackward<double>& args, RowRanges chunks) {
  run_backward(args, chunks);
}

}  // namespace isthmus::kernels
