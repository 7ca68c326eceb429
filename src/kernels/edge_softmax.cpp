#include "isthmus/kernels/edge_softmax.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "dispatch.hpp"
#include "head_task.hpp"

namespace isthmus::kernels {
namespace {

template <typename T, typename Args, typename Kernel>
void run(const Args& args, RowRanges chunks, Kernel kernel) {
  if (args.heads < 0) {
    throw InvalidArgument("edge_softmax: heads must be >= 0, got " + std::to_string(args.heads));
  }
  if (args.edges.self_loops) {
    throw InvalidArgument("edge_softmax: self_loops must be false, got true");
  }
  if (args.heads == 0) {
    return;
  }
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    const HeadTask<T> task(args.heads);
    kernel(args, task.scratch(), chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

}  // namespace

void edge_softmax(const EdgeSoftmax<float>& args, RowRanges chunks) {
  run<float>(args, chunks, active_kernels().f32.edge_softmax);
}
void edge_softmax(const EdgeSoftmax<double>& args, RowRanges chunks) {
  run<double>(args, chunks, active_kernels().f64.edge_softmax);
}
void edge_softmax_backward(const EdgeSoftmaxBackward<float>& args, RowRanges chunks) {
  run<float>(args, chunks, active_kernels().f32.edge_softmax_backward);
}
void edge_softmax_backward(const EdgeSoftmaxBackward<double>& args, RowRanges chunks) {
  run<double>(args, chunks, active_kernels().f64.edge_softmax_backward);
}

}  // namespace isthmus::kernels
