#include "isthmus/kernels/weighted_sum.hpp"

#include "dispatch.hpp"
#include "edge_check.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
SegmentSum<T> as_segment_sum(const WeightedSum<T>& args) {
  SegmentSum<T> sum;
  sum.rowptr = args.rowptr;
  sum.col = args.col;
  sum.value = args.weight;
  sum.x = args.x;
  sum.x_stride = args.x_stride;
  sum.width = args.width;
  sum.row_scale = args.row_scale;
  sum.self = args.start;
  sum.self_stride = args.start_stride;
  sum.out = args.out;
  sum.out_stride = args.out_stride;
  sum.prefetch = args.prefetch;
  return sum;
}

template <typename T>
void run(const WeightedSum<T>& args, RowRanges chunks) {
  check_edges(args.width >= 0, "weighted_sum", "width must be >= 0", args.width);
  check_edges(args.heads >= 1 && args.width % args.heads == 0, "weighted_sum",
              "heads must be >= 1 and divide width " + std::to_string(args.width), args.heads);
  check_stride(args.x, "weighted_sum", "x_stride", args.x_stride, args.width);
  check_stride(args.start, "weighted_sum", "start_stride", args.start_stride, args.width);
  check_stride(args.out, "weighted_sum", "out_stride", args.out_stride, args.width);
  if (args.heads == 1) {
    segment_sum(as_segment_sum(args), chunks);
  } else if (args.width > 0) {
    run_chunks(args, chunks, active_kernels_of<T>().weighted_sum);
  }
}

}  // namespace

void weighted_sum(const WeightedSum<float>& args, RowRanges chunks) { run(args, chunks); }
void weighted_sum(const WeightedSum<double>& args, RowRanges chunks) { run(args, chunks); }

}  // namespace isthmus::kernels
