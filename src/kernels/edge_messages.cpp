#include "isthmus/kernels/edge_messages.hpp"

#include "dispatch.hpp"
#include "edge_check.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void check_messages(const char* kernel, const Messages<T>& messages) {
  check_edges(messages.width >= 0, kernel, "width must be >= 0", messages.width);
  if (messages.kind != MessageKind::kEdge) {
    check_stride(messages.x, kernel, "x_stride", messages.x_stride, messages.width);
  }
  if (messages.kind != MessageKind::kSource) {
    check_stride(messages.m, kernel, "m_stride", messages.m_stride, messages.width);
  }
}

template <typename Args, typename Kernel>
void run(const char* name, const Args& args, RowRanges chunks, Kernel kernel) {
  check_messages(name, args.messages);
  check_stride(args.out, name, "out_stride", args.out_stride, args.messages.width);
  if (args.messages.width > 0) {
    run_chunks(args, chunks, kernel);
  }
}

template <typename T>
void run_sum(const MessageSum<T>& args, RowRanges chunks) {
  check_stride(args.start, "message_sum", "start_stride", args.start_stride, args.messages.width);
  run("message_sum", args, chunks, active_kernels_of<T>().message_sum);
}

template <typename T>
void run_gradient(const char* name, const MessageGradient<T>& args, RowRanges chunks,
                  void (*kernel)(const MessageGradient<T>&, std::int64_t, std::int64_t)) {
  check_stride(args.grad, name, "grad_stride", args.grad_stride, args.messages.width);
  run(name, args, chunks, kernel);
}

}  // namespace

void message_sum(const MessageSum<float>& args, RowRanges chunks) { run_sum(args, chunks); }
void message_sum(const MessageSum<double>& args, RowRanges chunks) { run_sum(args, chunks); }

void message_max(const MessageMax<float>& args, RowRanges chunks) {
  run("message_max", args, chunks, active_kernels().f32.message_max);
}
void message_max(const MessageMax<double>& args, RowRanges chunks) {
  run("message_max", args, chunks, active_kernels().f64.message_max);
}

void message_softmax(const MessageSoftmax<float>& args, RowRanges chunks) {
  run("message_softmax", args, chunks, active_kernels().f32.message_softmax);
}
void message_softmax(const MessageSoftmax<double>& args, RowRanges chunks) {
  run("message_softmax", args, chunks, active_kernels().f64.message_softmax);
}

void message_source_gradient(const MessageGradient<float>& args, RowRanges chunks) {
  run_gradient("message_source_gradient", args, chunks,
               active_kernels().f32.message_source_gradient);
}
void message_source_gradient(const MessageGradient<double>& args, RowRanges chunks) {
  run_gradient("message_source_gradient", args, chunks,
               active_kernels().f64.message_source_gradient);
}

void message_edge_gradient(const MessageGradient<float>& args, RowRanges chunks) {
  run_gradient("message_edge_gradient", args, chunks, active_kernels().f32.message_edge_gradient);
}
void message_edge_gradient(const MessageGradient<double>& args, RowRanges chunks) {
  run_gradient("message_edge_gradient", args, chunks, active_kernels().f64.message_edge_gradient);
}

}  // namespace isthmus::kernels
