#pragma once

// Gradients of the reductions of messages: messages and masks are computed again from the inputs.

#include "message_rows.hpp"

namespace isthmus::kernels {
namespace {

/// The gradient at the factors of one message.
template <typename T, int kVectors, bool kTail>
struct GradientPanel {
  using V = typename Lanes<T>::V;
  const MessageGradient<T>& args;
  std::int64_t column;
  MessagePanel<T, kVectors, kTail> messages;

  GradientPanel(const MessageGradient<T>& of, std::int64_t first_column, std::int64_t width)
      : args(of), column(first_column), messages(of.messages, first_column, width) {}

  /// `other`: the factor that kMultiply leaves, or null. `offset`: of the edge in its destination.
  __attribute__((always_inline)) void at_message(const T* source, const T* edge, const T* other,
                                                 std::int64_t destination, std::int64_t offset,
                                                 V* out) const {
    const auto& panel = messages.panel;
    const T* grad = args.grad + destination * args.grad_stride + column;
    const std::int64_t at = destination * args.messages.width + column;
    V raw[kVectors];
    messages.raw(source, edge, raw);
    switch (args.reduction) {
      case MessageReduction::kSum: {
        for (int v = 0; v < kVectors; ++v) {
          out[v] = panel.load(grad, v);
          out[v] = args.scale != nullptr ? args.scale[destination] * out[v] : out[v];
        }
        break;
      }
      case MessageReduction::kMax: {
        const auto own = static_cast<typename Lanes<T>::Int>(offset);
        for (int v = 0; v < kVectors; ++v) {
          out[v] = panel.load_offset(args.arg + at, v) == own ? panel.load(grad, v) : V{};
        }
        break;
      }
      case MessageReduction::kSoftmax: {
        V value[kVectors];
        for (int v = 0; v < kVectors; ++v) {
          value[v] = raw[v];
        }
        messages.activate(value);
        for (int v = 0; v < kVectors; ++v) {
          const V p = exp_of<T>(value[v] * args.t - panel.load(args.top + at, v)) *
                      panel.load(args.inverse + at, v);
          const V slope = T{1} + args.t * (value[v] - panel.load(args.y + at, v));
          out[v] = panel.load(grad, v) * p * slope;
        }
        break;
      }
      default:
        __builtin_unreachable();
    }
    const V zero = {};
    for (int v = 0; v < kVectors; ++v) {
      if (args.messages.relu) {
        out[v] = raw[v] <= zero ? zero : out[v];
      }
      if (other != nullptr) {
        out[v] *= panel.load(other, v);
      }
    }
  }
};

template <typename T, int kVectors, bool kTail>
struct SourceGradientPanel : GradientPanel<T, kVectors, kTail> {
  using Base = GradientPanel<T, kVectors, kTail>;
  using V = typename Base::V;
  using Base::args;
  using Base::column;
  using Base::messages;

  SourceGradientPanel(const MessageGradient<T>& of, std::int64_t first_column, std::int64_t width,
                      std::int64_t /*last_row*/)
      : Base(of, first_column, width) {}

  void add_edges(const T* source, std::int64_t begin, std::int64_t end, V* acc) const {
    for (std::int64_t slot = begin; slot < end; ++slot) {
      const std::int64_t destination = args.messages.col[slot];
      const bool has_edge = args.messages.kind != MessageKind::kSource;
      const T* edge = has_edge ? messages.edge(slot) : nullptr;
      const T* other = args.messages.kind == MessageKind::kMultiply ? edge : nullptr;
      const std::int64_t offset = args.reduction == MessageReduction::kMax
                                      ? place_of(args.csr_slot, slot) - args.csr_rowptr[destination]
                                      : 0;
      V value[kVectors];
      this->at_message(source, edge, other, destination, offset, value);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        acc[v] += value[v];
      }
    }
  }

  void reduce(std::int64_t row) const {
    const std::int64_t begin = args.messages.rowptr[row];
    const std::int64_t end = args.messages.rowptr[row + 1];
    const T* source = messages.x + row * args.messages.x_stride;
    V acc[kVectors] = {};
    for (std::int64_t start = begin; start < end; start += kSplitEdges) {
      V part[kVectors] = {};
      add_edges(source, start, end - start > kSplitEdges ? start + kSplitEdges : end, part);
      for (int v = 0; v < kVectors; ++v) {
        acc[v] += part[v];
      }
    }
    for (int v = 0; v < kVectors; ++v) {
      messages.panel.store(acc[v], args.out + row * args.out_stride + column, v);
    }
  }
};

template <typename T, int kVectors, bool kTail>
struct EdgeGradientPanel : GradientPanel<T, kVectors, kTail> {
  using Base = GradientPanel<T, kVectors, kTail>;
  using V = typename Base::V;
  using Base::args;
  using Base::column;
  using Base::messages;

  EdgeGradientPanel(const MessageGradient<T>& of, std::int64_t first_column, std::int64_t width,
                    std::int64_t /*last_row*/)
      : Base(of, first_column, width) {}

  void reduce(std::int64_t row) const {
    const std::int64_t begin = args.messages.rowptr[row];
    for (std::int64_t slot = begin; slot < args.messages.rowptr[row + 1]; ++slot) {
      const bool has_source = args.messages.kind != MessageKind::kEdge;
      const T* source = has_source ? messages.source(slot) : nullptr;
      const T* other = args.messages.kind == MessageKind::kMultiply ? source : nullptr;
      V value[kVectors];
      this->at_message(source, messages.edge(slot), other, row, slot - begin, value);
      T* out = args.out + place_of(args.messages.order, slot) * args.out_stride + column;
      for (int v = 0; v < kVectors; ++v) {
        messages.panel.store(value[v], out, v);
      }
    }
  }
};

template <typename T>
void source_gradient(const MessageGradient<T>& args, std::int64_t first, std::int64_t last) {
  reduce_panels<T, SourceGradientPanel>(args, args.messages, first, last);
}
template <typename T>
void edge_gradient(const MessageGradient<T>& args, std::int64_t first, std::int64_t last) {
  reduce_panels<T, EdgeGradientPanel>(args, args.messages, first, last);
}

}  // namespace
}  // namespace isthmus::kernels
