#include "isthmus/kernels/edge_map.hpp"

#include "dispatch.hpp"
#include "edge_check.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void run(const EdgeMap<T>& args, RowRanges chunks) {
  check_edges(args.width >= 0, "edge_map", "width must be >= 0", args.width);
  if (args.kind != EdgeMapKind::kRow) {
    check_stride(args.x, "edge_map", "x_stride", args.x_stride, args.width);
  }
  if (args.kind != EdgeMapKind::kSource) {
    check_stride(args.y, "edge_map", "y_stride", args.y_stride, args.width);
  }
  check_stride(args.out, "edge_map", "out_stride", args.out_stride, args.width);
  if (args.width > 0) {
    run_chunks(args, chunks, active_kernels_of<T>().edge_map);
  }
}

}  // namespace

void edge_map(const EdgeMap<float>& args, RowRanges chunks) { run(args, chunks); }
void edge_map(const EdgeMap<double>& args, RowRanges chunks) { run(args, chunks); }

}  // namespace isthmus::kernels
