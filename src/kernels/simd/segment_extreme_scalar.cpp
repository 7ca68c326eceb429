// The specification of segment_extreme: every other level gives these bits.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kPanel = 128;

/// False if x is no better, and if `best` is NaN: then a NaN before x has won.
template <typename T>
bool wins(T x, T best, bool minimum) {
  return best == best && !(minimum ? x >= best : x <= best);
}

/// One row, columns [column, column + width), width <= kPanel.
template <typename T>
void select_row(const SegmentExtreme<T>& args, std::int64_t row, std::int64_t column,
                std::int64_t width) {
  const std::int64_t begin = args.rowptr[row];
  const std::int64_t end = args.rowptr[row + 1];
  T best[kPanel];
  std::int32_t where[kPanel];
  const T* first = begin == end ? nullptr : args.x + args.col[begin] * args.x_stride + column;
  for (std::int64_t f = 0; f < width; ++f) {
    best[f] = begin == end ? T{0} : first[f];
    where[f] = begin == end ? -1 : 0;
  }
  for (std::int64_t edge = begin + 1; edge < end; ++edge) {
    const T* x = args.x + args.col[edge] * args.x_stride + column;
    for (std::int64_t f = 0; f < width; ++f) {
      if (wins(x[f], best[f], args.minimum)) {
        best[f] = x[f];
        where[f] = static_cast<std::int32_t>(edge - begin);
      }
    }
  }
  for (std::int64_t f = 0; f < width; ++f) {
    args.out[row * args.out_stride + column + f] = best[f];
    if (args.narrow_arg != nullptr) {
      args.narrow_arg[row * args.arg_stride + column + f] = static_cast<std::int16_t>(where[f]);
    } else if (args.arg != nullptr) {
      args.arg[row * args.arg_stride + column + f] = where[f];
    }
  }
}

/// acc += g where the entry is the one that gave the extreme.
template <typename T, typename Offset>
void add_entry(const SegmentExtremeBackward<T>& args, const Offset* args_of_all, std::int64_t entry,
               std::int64_t column, std::int64_t width, T* acc) {
  const std::int64_t i = args.col[entry];
  const std::int64_t slot = args.narrow_slot != nullptr ? args.narrow_slot[entry]
                            : args.slot != nullptr      ? args.slot[entry]
                                                        : entry;
  const std::int64_t offset = slot - args.forward_rowptr[i];
  const T* g = args.g + i * args.g_stride + column;
  const Offset* arg = args_of_all + i * args.arg_stride + column;
  for (std::int64_t f = 0; f < width; ++f) {
    acc[f] += arg[f] == offset ? g[f] : T{0};
  }
}

template <typename T, typename Offset>
void spread_row(const SegmentExtremeBackward<T>& args, const Offset* arg, std::int64_t row,
                std::int64_t column, std::int64_t width) {
  const std::int64_t end = args.rowptr[row + 1];
  T total[kPanel] = {};
  for (std::int64_t entry = args.rowptr[row]; entry < end;) {
    const std::int64_t stop = end - entry > kSplitEdges ? entry + kSplitEdges : end;
    T part[kPanel] = {};
    for (; entry < stop; ++entry) {
      add_entry(args, arg, entry, column, width, part);
    }
    for (std::int64_t f = 0; f < width; ++f) {
      total[f] += part[f];
    }
  }
  for (std::int64_t f = 0; f < width; ++f) {
    args.out[row * args.out_stride + column + f] = total[f];
  }
}

template <typename T>
void select_rows(const SegmentExtreme<T>& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t column = 0; column < args.width; column += kPanel) {
    const std::int64_t width = args.width - column < kPanel ? args.width - column : kPanel;
    for (std::int64_t row = first; row < last; ++row) {
      select_row(args, row, column, width);
    }
  }
}

template <typename T>
void spread_rows(const SegmentExtremeBackward<T>& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t column = 0; column < args.width; column += kPanel) {
    const std::int64_t width = args.width - column < kPanel ? args.width - column : kPanel;
    for (std::int64_t row = first; row < last; ++row) {
      if (args.narrow_arg != nullptr) {
        spread_row(args, args.narrow_arg, row, column, width);
      } else {
        spread_row(args, args.arg, row, column, width);
      }
    }
  }
}

}  // namespace

void fill_segment_extreme_scalar(KernelTable& table) {
  table.f32.segment_extreme = &select_rows<float>;
  table.f64.segment_extreme = &select_rows<double>;
  table.f32.segment_extreme_backward = &spread_rows<float>;
  table.f64.segment_extreme_backward = &spread_rows<double>;
}

}  // namespace isthmus::kernels
