#pragma once

// What edge_softmax and attention share: blocks of a row's edges, numbers per edge and head, and
// the softmax over a row that arrives block by block.

#include "head_scratch.hpp"
#include "kernel_table.hpp"
#include "sixteen.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
constexpr T kMinusInfinity = static_cast<T>(-__builtin_huge_val());

/// Edges of one row that are worked on together.
struct EdgeBlock {
  std::int64_t count = 0;
  std::int32_t index[kBlockEdges];     // the node at the other end
  std::int64_t position[kBlockEdges];  // in the caller's order
};

[[maybe_unused]] std::int64_t position_of(const EdgeOrder& order, std::int64_t slot) {
  if (order.narrow != nullptr) {
    return order.narrow[slot];
  }
  return order.wide != nullptr ? order.wide[slot] : slot;
}

[[maybe_unused]] std::int64_t edges_of_row(const RowEdges& edges, std::int64_t row) {
  return edges.rowptr[row + 1] - edges.rowptr[row] + (edges.self_loops ? 1 : 0);
}

/// Fills the block with edges done, done + 1, ... of the row.
[[maybe_unused]] void take_block(const RowEdges& edges, std::int64_t nnz, std::int64_t row,
                                 std::int64_t done, bool with_positions, EdgeBlock& block) {
  const std::int64_t rest = edges_of_row(edges, row) - done;
  block.count = rest < kBlockEdges ? rest : kBlockEdges;
  const std::int64_t first = edges.rowptr[row] + done;
  const std::int64_t stored = edges.rowptr[row + 1] - first;
  const std::int64_t listed = stored < block.count ? stored : block.count;
  for (std::int64_t e = 0; e < listed; ++e) {
    block.index[e] = edges.col[first + e];
  }
  for (std::int64_t e = 0; with_positions && e < listed; ++e) {
    block.position[e] = position_of(edges.positions, position_of(edges.slots, first + e));
  }
  if (listed < block.count) {
    block.index[listed] = static_cast<std::int32_t>(row);
    block.position[listed] = nnz + row;
  }
}

/// The numbers of a block, one per edge and head: `stride` per edge, in vectors of 16 lanes. Vector
/// k belongs to heads 16 (k % vectors) on, or, where the stride is below 16, to all heads of
/// several edges: what is constant over a row is then repeated through the lanes.
template <typename T>
struct HeadRows {
  using L = Sixteen<T>;

  HeadRows(std::int64_t head_count, const HeadScratch<T>& of)
      : scratch(of),
        heads(head_count),
        stride(of.stride),
        vectors(of.stride < 16 ? 1 : of.stride / 16),
        last(L::mask(head_count - 16 * ((head_count - 1) / 16))) {}

  [[nodiscard]] T* array(HeadArray which) const { return scratch.memory + which * scratch.array; }
  /// Vectors that hold the numbers of `count` edges.
  [[nodiscard]] std::int64_t vectors_of(std::int64_t count) const {
    return (count * stride + 15) / 16;
  }

  /// heads numbers from one place to another.
  void copy(const T* from, T* to) const {
    if (heads == 1) {
      *to = *from;
      return;
    }
    std::int64_t h = 0;
    for (; h + 16 < heads; h += 16) {
      L::load(from + h).store(to + h);
    }
    L::load(from + h, last).store(to + h, last);
  }
  /// A number per head, repeated through the lanes.
  void repeat(const T* from, T* to) const {
    for (std::int64_t i = 0; i < 16 * vectors; ++i) {
      const std::int64_t h = i % stride;
      to[i] = h < heads ? from[h] : T{0};
    }
  }
  /// Lanes past the last edge.
  void fill_rest(T* numbers, std::int64_t count, T value) const {
    for (std::int64_t i = count * stride; i < 16 * vectors_of(count); ++i) {
      numbers[i] = value;
    }
  }

  void start_softmax() const {
    for (std::int64_t v = 0; v < vectors; ++v) {
      L::splat(kMinusInfinity<T>).store(array(kRowMax) + 16 * v);
      L::splat(T{0}).store(array(kRowSum) + 16 * v);
    }
  }

  /// A maximum to subtract: that of a row of -infinity would give NaN.
  [[nodiscard]] static L finite(const L& max) {
    const L lowest = L::splat(kMinusInfinity<T>);
    return if_equal(max, lowest, L::splat(T{0}), max);
  }

  /// Takes the block's scores into the row's maximum and sum, and replaces them by exp(score -
  /// maximum so far). kRowShrink: what all earlier terms are to be multiplied by.
  void add_to_softmax(std::int64_t count) const {
    T* score = array(kScores);
    fill_rest(score, count, kMinusInfinity<T>);
    const std::int64_t total = vectors_of(count);
    for (std::int64_t v = 0; v < vectors; ++v) {
      L high = L::splat(kMinusInfinity<T>);
      for (std::int64_t k = v; k < total; k += vectors) {
        high = larger(high, L::load(score + 16 * k));
      }
      high = folded(high, stride, Larger{});
      const L before = L::load(array(kRowMax) + 16 * v);
      const L now = larger(before, high);
      const L base = finite(now);
      L sum = L::splat(T{0});
      for (std::int64_t k = v; k < total; k += vectors) {
        const L p = exponential(sub(L::load(score + 16 * k), base));
        p.store(score + 16 * k);
        sum = add(sum, p);
      }
      sum = folded(sum, stride, Plus{});
      const L shrink = exponential(sub(before, base));
      now.store(array(kRowMax) + 16 * v);
      shrink.store(array(kRowShrink) + 16 * v);
      fused(L::load(array(kRowSum) + 16 * v), shrink, sum).store(array(kRowSum) + 16 * v);
    }
  }

  const HeadScratch<T>& scratch;
  std::int64_t heads;
  std::int64_t stride;
  std::int64_t vectors;
  typename L::Mask last;  // of a head count
};

}  // namespace
}  // namespace isthmus::kernels
