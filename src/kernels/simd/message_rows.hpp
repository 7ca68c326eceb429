#pragma once

// Reductions of messages, written once for all levels; a panel's accumulators stay in registers
// over all edges of a row.

#include "edge_place.hpp"
#include "message_lanes.hpp"

namespace isthmus::kernels {
namespace {

/// The messages of one panel of columns.
template <typename T, int kVectors, bool kTail>
struct MessagePanel {
  using V = typename Lanes<T>::V;
  const Messages<T>& args;
  LanePanel<T, kVectors, kTail> panel;
  const T* x;
  const T* m;

  MessagePanel(const Messages<T>& of, std::int64_t column, std::int64_t width)
      : args(of),
        panel{width},
        x(of.x != nullptr ? of.x + column : nullptr),
        m(of.m != nullptr ? of.m + column : nullptr) {}

  [[nodiscard]] const T* source(std::int64_t slot) const {
    return x + args.col[slot] * args.x_stride;
  }
  [[nodiscard]] const T* edge(std::int64_t slot) const {
    return m + place_of(args.order, slot) * args.m_stride;
  }

  void prefetch(std::int64_t slot, std::int64_t final_slot) const {
    if (args.prefetch > 0) {
      const std::int64_t ahead = slot + args.prefetch;
      const auto* next =
          reinterpret_cast<const char*>(source(ahead < final_slot ? ahead : final_slot));
      for (std::size_t byte = 0; byte < kVectors * sizeof(V); byte += 64) {
        __builtin_prefetch(next + byte);
      }
    }
  }

  /// raw_e of each vector; the two rows may be null where the kind does not read them.
  __attribute__((always_inline)) void raw(const T* of_source, const T* of_edge, V* value) const {
    switch (args.kind) {
      case MessageKind::kSource:
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          value[v] = panel.load(of_source, v);
        }
        return;
      case MessageKind::kEdge:
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          value[v] = panel.load(of_edge, v);
        }
        return;
      case MessageKind::kAdd:
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          value[v] = panel.load(of_source, v) + panel.load(of_edge, v);
        }
        return;
      case MessageKind::kMultiply:
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          value[v] = panel.load(of_source, v) * panel.load(of_edge, v);
        }
        return;
    }
    __builtin_unreachable();
  }
  __attribute__((always_inline)) void activate(V* value) const {
    if (args.relu) {
      const V zero = {};
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        value[v] = (value[v] <= zero ? zero : value[v]) + args.eps;
      }
    }
  }
  __attribute__((always_inline)) void message(std::int64_t slot, V* value) const {
    raw(args.kind == MessageKind::kEdge ? nullptr : source(slot),
        args.kind == MessageKind::kSource ? nullptr : edge(slot), value);
    activate(value);
  }
};

template <typename T, int kVectors, bool kTail>
struct MessageSumPanel {
  using V = typename Lanes<T>::V;
  const MessageSum<T>& args;
  std::int64_t column;
  MessagePanel<T, kVectors, kTail> messages;
  std::int64_t final_slot;

  MessageSumPanel(const MessageSum<T>& of, std::int64_t first_column, std::int64_t width,
                  std::int64_t last_row)
      : args(of),
        column(first_column),
        messages(of.messages, first_column, width),
        final_slot(of.messages.rowptr[last_row] - 1) {}

  void add_edges(std::int64_t begin, std::int64_t end, V* acc) const {
    for (std::int64_t slot = begin; slot < end; ++slot) {
      messages.prefetch(slot, final_slot);
      V value[kVectors];
      messages.message(slot, value);
      if (args.source_scale != nullptr) {
        const T scale = args.source_scale[args.messages.col[slot]];
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          value[v] *= scale;
        }
      }
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        acc[v] += value[v];
      }
    }
  }

  void reduce(std::int64_t row) const {
    const std::int64_t begin = args.messages.rowptr[row];
    const std::int64_t end = args.messages.rowptr[row + 1];
    const V neutral = -V{};  // -0: the sum of one -0 is -0
    V acc[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      acc[v] = args.start != nullptr
                   ? messages.panel.load(args.start + row * args.start_stride + column, v)
               : begin == end ? V{}
                              : neutral;
    }
    std::int64_t slot = end - begin > kSplitEdges ? begin + kSplitEdges : end;
    add_edges(begin, slot, acc);
    while (slot < end) {
      const std::int64_t stop = end - slot > kSplitEdges ? slot + kSplitEdges : end;
      V part[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        part[v] = neutral;
      }
      add_edges(slot, stop, part);
      for (int v = 0; v < kVectors; ++v) {
        acc[v] += part[v];
      }
      slot = stop;
    }
    T* out = args.out + row * args.out_stride + column;
    const bool scaled = args.row_scale != nullptr && (begin < end || args.start != nullptr);
    for (int v = 0; v < kVectors; ++v) {
      messages.panel.store(scaled ? args.row_scale[row] * acc[v] : acc[v], out, v);
    }
  }
};

template <typename T, int kVectors, bool kTail>
struct MessageMaxPanel {
  using V = typename Lanes<T>::V;
  using I = typename Lanes<T>::I;
  const MessageMax<T>& args;
  std::int64_t column;
  MessagePanel<T, kVectors, kTail> messages;
  std::int64_t final_slot;

  MessageMaxPanel(const MessageMax<T>& of, std::int64_t first_column, std::int64_t width,
                  std::int64_t last_row)
      : args(of),
        column(first_column),
        messages(of.messages, first_column, width),
        final_slot(of.messages.rowptr[last_row] - 1) {}

  void reduce(std::int64_t row) const {
    const std::int64_t begin = args.messages.rowptr[row];
    const std::int64_t end = args.messages.rowptr[row + 1];
    V best[kVectors] = {};
    I where[kVectors];
    if (begin < end) {
      messages.message(begin, best);
    }
    for (int v = 0; v < kVectors; ++v) {
      where[v] = begin == end ? ~I{} : I{};
    }
    for (std::int64_t slot = begin + 1; slot < end; ++slot) {
      messages.prefetch(slot, final_slot);
      V value[kVectors];
      messages.message(slot, value);
      const I offset = I{} + static_cast<typename Lanes<T>::Int>(slot - begin);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        // Not better only if <= the best, or if the best is NaN: then a NaN before it has won.
        const I better = ~(value[v] <= best[v]) & (best[v] == best[v]);
        best[v] = better ? value[v] : best[v];
        where[v] = better ? offset : where[v];
      }
    }
    for (int v = 0; v < kVectors; ++v) {
      messages.panel.store(best[v], args.out + row * args.out_stride + column, v);
      messages.panel.store_offset(where[v], args.arg + row * args.messages.width + column, v);
    }
  }
};

template <typename T, int kVectors, bool kTail>
struct MessageSoftmaxPanel {
  using V = typename Lanes<T>::V;
  const MessageSoftmax<T>& args;
  std::int64_t column;
  MessagePanel<T, kVectors, kTail> messages;

  MessageSoftmaxPanel(const MessageSoftmax<T>& of, std::int64_t first_column, std::int64_t width,
                      std::int64_t /*last_row*/)
      : args(of), column(first_column), messages(of.messages, first_column, width) {}

  void reduce(std::int64_t row) const {
    const std::int64_t begin = args.messages.rowptr[row];
    const std::int64_t end = args.messages.rowptr[row + 1];
    V top[kVectors] = {};
    for (std::int64_t slot = begin; slot < end; ++slot) {
      V value[kVectors];
      messages.message(slot, value);
      for (int v = 0; v < kVectors; ++v) {
        const V scaled = value[v] * args.t;
        top[v] = slot > begin ? (scaled <= top[v] ? top[v] : scaled) : scaled;
      }
    }
    V total[kVectors] = {};
    V first[kVectors] = {};
    V second[kVectors] = {};
    for (std::int64_t start = begin; start < end; start += kSplitEdges) {
      const std::int64_t stop = end - start > kSplitEdges ? start + kSplitEdges : end;
      V part[3][kVectors] = {};
      for (std::int64_t slot = start; slot < stop; ++slot) {
        V value[kVectors];
        messages.message(slot, value);
        for (int v = 0; v < kVectors; ++v) {
          const V p = exp_of<T>(value[v] * args.t - top[v]);
          const V weighted = p * value[v];
          part[0][v] += p;
          part[1][v] += weighted;
          part[2][v] += weighted * value[v];
        }
      }
      for (int v = 0; v < kVectors; ++v) {
        total[v] += part[0][v];
        first[v] += part[1][v];
        second[v] += part[2][v];
      }
    }
    const std::int64_t at = row * args.messages.width + column;
    for (int v = 0; v < kVectors; ++v) {
      const V inverse = begin == end ? V{} : T{1} / total[v];
      messages.panel.store(first[v] * inverse, args.out + row * args.out_stride + column, v);
      messages.panel.store(top[v], args.top + at, v);
      messages.panel.store(inverse, args.inverse + at, v);
      if (args.second != nullptr) {
        messages.panel.store(second[v] * inverse, args.second + at, v);
      }
    }
  }
};

/// Rows [first, last), panels of up to 4 vectors: the smallest that holds the columns left.
template <typename T, template <typename, int, bool> typename PanelOf, typename Args>
void reduce_panels(const Args& args, const Messages<T>& messages, std::int64_t first,
                   std::int64_t last) {
  const auto run = [&](const auto& panel) {
    for (std::int64_t row = first; row < last; ++row) {
      panel.reduce(row);
    }
  };
  constexpr std::int64_t kOne = Lanes<T>::kCount;
  for (std::int64_t column = 0; column < messages.width; column += 4 * kOne) {
    const std::int64_t rest = messages.width - column;
    if (rest >= 4 * kOne) {
      run(PanelOf<T, 4, false>(args, column, 4 * kOne, last));
    } else if (rest > 2 * kOne) {
      run(PanelOf<T, 4, true>(args, column, rest, last));
    } else if (rest == 2 * kOne) {
      run(PanelOf<T, 2, false>(args, column, rest, last));
    } else if (rest > kOne) {
      run(PanelOf<T, 2, true>(args, column, rest, last));
    } else {
      run(PanelOf<T, 1, true>(args, column, rest, last));
    }
  }
}

template <typename T>
void sum_messages(const MessageSum<T>& args, std::int64_t first, std::int64_t last) {
  reduce_panels<T, MessageSumPanel>(args, args.messages, first, last);
}
template <typename T>
void max_messages(const MessageMax<T>& args, std::int64_t first, std::int64_t last) {
  reduce_panels<T, MessageMaxPanel>(args, args.messages, first, last);
}
template <typename T>
void softmax_messages(const MessageSoftmax<T>& args, std::int64_t first, std::int64_t last) {
  reduce_panels<T, MessageSoftmaxPanel>(args, args.messages, first, last);
}

}  // namespace
}  // namespace isthmus::kernels
