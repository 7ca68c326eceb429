#pragma once

// edge_softmax, written once on sixteen lanes.

#include "head_rows.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void gather_edges(const HeadRows<T>& rows, const EdgeBlock& block, const T* from, T* to) {
  for (std::int64_t e = 0; e < block.count; ++e) {
    rows.copy(from + block.position[e] * rows.heads, to + e * rows.stride);
  }
}

template <typename T>
void scatter_edges(const HeadRows<T>& rows, const EdgeBlock& block, const T* from, T* to) {
  for (std::int64_t e = 0; e < block.count; ++e) {
    rows.copy(from + e * rows.stride, to + block.position[e] * rows.heads);
  }
}

template <typename T>
void softmax_rows(const EdgeSoftmax<T>& args, const HeadScratch<T>& scratch, std::int64_t first,
                  std::int64_t last) {
  using L = Sixteen<T>;
  const HeadRows<T> rows(args.heads, scratch);
  T* score = rows.array(kScores);
  EdgeBlock block;
  for (std::int64_t row = first; row < last; ++row) {
    const std::int64_t count = edges_of_row(args.edges, row);
    rows.start_softmax();
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      take_block(args.edges, 0, row, done, true, block);
      gather_edges(rows, block, args.score, score);
      rows.add_to_softmax(block.count);
    }
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      const bool still_there = count <= kBlockEdges;
      if (!still_there) {
        take_block(args.edges, 0, row, done, true, block);
        gather_edges(rows, block, args.score, score);
      }
      for (std::int64_t v = 0; v < rows.vectors; ++v) {
        const L base = HeadRows<T>::finite(L::load(rows.array(kRowMax) + 16 * v));
        const L inverse = inverse_or_zero(L::load(rows.array(kRowSum) + 16 * v));
        for (std::int64_t k = v; k < rows.vectors_of(block.count); k += rows.vectors) {
          L p = L::load(score + 16 * k);
          if (!still_there) {
            p = exponential(sub(p, base));
          }
          mul(p, inverse).store(score + 16 * k);
        }
      }
      scatter_edges(rows, block, score, args.out);
    }
  }
}

template <typename T>
void softmax_backward_rows(const EdgeSoftmaxBackward<T>& args, const HeadScratch<T>& scratch,
                           std::int64_t first, std::int64_t last) {
  using L = Sixteen<T>;
  const HeadRows<T> rows(args.heads, scratch);
  T* p = rows.array(kScores);
  T* grad = rows.array(kDots);
  T* sum = rows.array(kRowSum);
  EdgeBlock block;
  const auto gather = [&](std::int64_t row, std::int64_t done) {
    take_block(args.edges, 0, row, done, true, block);
    gather_edges(rows, block, args.p, p);
    gather_edges(rows, block, args.grad, grad);
    rows.fill_rest(p, block.count, T{0});
    rows.fill_rest(grad, block.count, T{0});
  };
  for (std::int64_t row = first; row < last; ++row) {
    const std::int64_t count = edges_of_row(args.edges, row);
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      L::splat(T{0}).store(sum + 16 * v);
    }
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      gather(row, done);
      for (std::int64_t v = 0; v < rows.vectors; ++v) {
        L total = L::load(sum + 16 * v);
        for (std::int64_t k = v; k < rows.vectors_of(block.count); k += rows.vectors) {
          total = fused(L::load(p + 16 * k), L::load(grad + 16 * k), total);
        }
        total.store(sum + 16 * v);
      }
    }
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      folded(L::load(sum + 16 * v), rows.stride, Plus{}).store(sum + 16 * v);
    }
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      if (count > kBlockEdges) {
        gather(row, done);
      }
      for (std::int64_t v = 0; v < rows.vectors; ++v) {
        const L total = L::load(sum + 16 * v);
        for (std::int64_t k = v; k < rows.vectors_of(block.count); k += rows.vectors) {
          mul(L::load(p + 16 * k), sub(L::load(grad + 16 * k), total)).store(p + 16 * k);
        }
      }
      scatter_edges(rows, block, p, args.out);
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
