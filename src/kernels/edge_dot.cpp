#include "isthmus/kernels/edge_dot.hpp"

#include "dispatch.hpp"
#include "edge_check.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void run(const EdgeDot<T>& args, RowRanges chunks) {
  check_edges(args.width >= 0, "edge_dot", "width must be >= 0", args.width);
  check_edges(args.heads >= 1 && args.width % args.heads == 0, "edge_dot",
              "heads must be >= 1 and divide width " + std::to_string(args.width), args.heads);
  check_stride(args.x, "edge_dot", "x_stride", args.x_stride, args.width);
  check_stride(args.y, "edge_dot", "y_stride", args.y_stride, args.width);
  run_chunks(args, chunks, active_kernels_of<T>().edge_dot);
}

}  // namespace

void edge_dot(const EdgeDot<float>& args, RowRanges chunks) { run(args, chunks); }
void edge_dot(const EdgeDot<double>& args, RowRanges chunks) { run(args, chunks); }

}  // namespace isthmus::kernels
