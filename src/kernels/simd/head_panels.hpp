#pragma once

// Loops over the columns of tables whose columns belong to heads: weighted sums of rows in
// registers, and dot products per head.

#include "head_rows.hpp"

namespace isthmus::kernels {
namespace {

/// Most groups of 16 columns that a panel holds in registers.
template <typename T>
constexpr int kMostGroups = sizeof(T) == 4 ? 4 : 2;

/// kGroups times 16 columns from `column` on, the last ones perhaps beyond the end (kTail).
/// kWholeHeads: each group lies inside one head.
template <typename T, int kGroups, bool kTail, bool kWholeHeads>
struct HeadPanel {
  using L = Sixteen<T>;
  static constexpr int kCount = kGroups;

  HeadPanel(std::int64_t first_column, std::int64_t width, std::int64_t channels)
      : column(first_column), tail(L::mask(kTail ? width - std::int64_t{16} * (kGroups - 1) : 16)) {
    for (int g = 0; g < kGroups; ++g) {
      head[g] = (first_column + std::int64_t{16} * g) / channels;
      if constexpr (!kWholeHeads) {
        spread[g] = HeadSpread<T>::of(first_column + std::int64_t{16} * g, channels);
      }
    }
  }
  [[nodiscard]] L load(const T* row, int g) const {
    return kTail && g == kGroups - 1 ? L::load(row + column + std::int64_t{16} * g, tail)
                                     : L::load(row + column + std::int64_t{16} * g);
  }
  void store(const L& value, T* row, int g) const {
    if (kTail && g == kGroups - 1) {
      value.store(row + column + std::int64_t{16} * g, tail);
    } else {
      value.store(row + column + std::int64_t{16} * g);
    }
  }
  /// The number of each column's head.
  [[nodiscard]] L weight(const T* per_head, int g) const {
    if constexpr (kWholeHeads) {
      return L::splat(per_head[head[g]]);
    } else {
      return spread[g].from(per_head);
    }
  }

  std::int64_t column;
  typename L::Mask tail;
  std::int64_t head[kGroups];
  HeadSpread<T> spread[kWholeHeads ? 1 : kGroups];  // NOLINT(bugprone-branch-clone): of one group
};

template <typename T, bool kWholeHeads, int kGroups, typename Body>
void with_panel(std::int64_t column, std::int64_t width, std::int64_t channels, const Body& body) {
  if constexpr (kGroups <= kMostGroups<T>) {
    if (width == std::int64_t{16} * kGroups) {
      body(HeadPanel<T, kGroups, false, kWholeHeads>(column, width, channels));
    } else if (width < std::int64_t{16} * kGroups) {
      body(HeadPanel<T, kGroups, true, kWholeHeads>(column, width, channels));
    } else {
      with_panel<T, kWholeHeads, kGroups + 1>(column, width, channels, body);
    }
  }
}

/// body(panel) for panels that cover heads times channels columns.
template <typename T, typename Body>
void for_each_panel(std::int64_t heads, std::int64_t channels, const Body& body) {
  const std::int64_t width = heads * channels;
  constexpr std::int64_t kPanel = 16 * kMostGroups<T>;
  for (std::int64_t column = 0; column < width; column += kPanel) {
    const std::int64_t part = width - column < kPanel ? width - column : kPanel;
    if (channels % 16 == 0) {
      with_panel<T, true, 1>(column, part, channels, body);
    } else {
      with_panel<T, false, 1>(column, part, channels, body);
    }
  }
}

/// row_hc *= weight_h.
template <typename T>
void scale_heads(const HeadRows<T>& rows, std::int64_t channels, const T* weight, T* row) {
  for_each_panel<T>(rows.heads, channels, [&]<typename P>(const P& panel) {
#pragma GCC unroll 4
    for (int g = 0; g < P::kCount; ++g) {
      panel.store(mul(panel.weight(weight, g), panel.load(row, g)), row, g);
    }
  });
}

/// row_hc += sum over edges e of the block of weight_eh table_{index(e) hc}, in order.
template <typename T>
void pull_block(const HeadRows<T>& rows, std::int64_t channels, const EdgeBlock& block,
                const T* weight, const Rows<T>& table, T* row) {
  for_each_panel<T>(rows.heads, channels, [&]<typename P>(const P& panel) {
    constexpr int kCount = P::kCount;
    Sixteen<T> sum[kCount];
#pragma GCC unroll 4
    for (int g = 0; g < kCount; ++g) {
      sum[g] = panel.load(row, g);
    }
    for (std::int64_t e = 0; e < block.count; ++e) {
      const T* from = table.data + block.index[e] * table.stride;
      const T* w = weight + e * rows.stride;
#pragma GCC unroll 4
      for (int g = 0; g < kCount; ++g) {
        sum[g] = fused(panel.weight(w, g), panel.load(from, g), sum[g]);
      }
    }
#pragma GCC unroll 4
    for (int g = 0; g < kCount; ++g) {
      panel.store(sum[g], row, g);
    }
  });
}

/// Adds self_f row_f.
template <typename T>
struct DotTerm {
  const T* self;

  template <typename Load>
  Sixteen<T> operator()(const Sixteen<T>& sum, const T* row, std::int64_t column,
                        const Load& load) const {
    return fused(load(self + column), load(row + column), sum);
  }
};

/// Adds att_f leaky_relu(self_f + row_f).
template <typename T>
struct LeakyDotTerm {
  const T* self;
  const T* att;
  Sixteen<T> slope;

  template <typename Load>
  Sixteen<T> operator()(const Sixteen<T>& sum, const T* row, std::int64_t column,
                        const Load& load) const {
    const Sixteen<T> z = add(load(self + column), load(row + column));
    return fused(load(att + column), leaky(z, slope), sum);
  }
};

/// Heads of kChannels columns, 16 / kChannels of them in one vector.
template <int kChannels, typename T, typename Term>
void sum_small_heads(const HeadRows<T>& rows, const EdgeBlock& block, const Rows<T>& table,
                     const Term& term, T* sums) {
  using L = Sixteen<T>;
  constexpr std::int64_t kHeads = 16 / kChannels;
  const std::int64_t width = rows.heads * kChannels;
  const std::int64_t whole = width - width % 16;
  const typename L::Mask tail = L::mask(width > whole ? width - whole : 16);
  const auto put = [&](const L& products, T* to, std::int64_t count) {
    T lane[16];
    group_sums<kChannels>(products).store(lane);
    for (std::int64_t h = 0; h < count; ++h) {
      to[h] = lane[h * kChannels];
    }
  };
  for (std::int64_t e = 0; e < block.count; ++e) {
    const T* row = table.data + block.index[e] * table.stride;
    T* to = sums + e * rows.stride;
    for (std::int64_t column = 0; column < whole; column += 16) {
      put(term(L::splat(T{0}), row, column, [](const T* p) { return L::load(p); }),
          to + column / kChannels, kHeads);
    }
    if (whole < width) {
      put(term(L::splat(T{0}), row, whole, [&](const T* p) { return L::load(p, tail); }),
          to + whole / kChannels, (width - whole) / kChannels);
    }
  }
}

/// Heads of any size, one after the other.
template <typename T, typename Term>
void sum_wide_heads(const HeadRows<T>& rows, std::int64_t channels, const EdgeBlock& block,
                    const Rows<T>& table, const Term& term, T* sums) {
  using L = Sixteen<T>;
  const std::int64_t whole = channels - channels % 16;
  const typename L::Mask tail = L::mask(channels > whole ? channels - whole : 16);
  for (std::int64_t e = 0; e < block.count; ++e) {
    const T* row = table.data + block.index[e] * table.stride;
    for (std::int64_t h = 0; h < rows.heads; ++h) {
      L sum = L::splat(T{0});
      std::int64_t column = h * channels;
      for (const std::int64_t end = column + whole; column < end; column += 16) {
        sum = term(sum, row, column, [](const T* p) { return L::load(p); });
      }
      if (whole < channels) {
        sum = term(sum, row, column, [&](const T* p) { return L::load(p, tail); });
      }
      sums[e * rows.stride + h] = group_sums<16>(sum).first();
    }
  }
}

/// sums_eh = sum over the columns of head h of the term with row index(e) of the table. In 16
/// lanes, lane c % 16, added as a tree: halves first.
template <typename T, typename Term>
void sum_heads(const HeadRows<T>& rows, std::int64_t channels, const EdgeBlock& block,
               const Rows<T>& table, const Term& term, T* sums) {
  switch (channels) {
    case 1:
      return sum_small_heads<1>(rows, block, table, term, sums);
    case 2:
      return sum_small_heads<2>(rows, block, table, term, sums);
    case 4:
      return sum_small_heads<4>(rows, block, table, term, sums);
    case 8:
      return sum_small_heads<8>(rows, block, table, term, sums);
    default:
      return sum_wide_heads(rows, channels, block, table, term, sums);
  }
}

}  // namespace
}  // namespace isthmus::kernels
