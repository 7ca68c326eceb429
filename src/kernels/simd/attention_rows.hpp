#pragma once

// attention and its gradients, written once on sixteen lanes. A block of a row's edges goes through
// four steps: scores, softmax over what the row has had so far, factors of dropout, and weighted
// sums of table rows, which the steps before have brought into the cache.

#include "dropout_rows.hpp"
#include "head_panels.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
struct AttentionPass {
  using L = Sixteen<T>;

  AttentionPass(const AttentionTerms<T>& of, const HeadScratch<T>& scratch, std::int64_t num_rows)
      : terms(of),
        rows(of.heads, scratch),
        width(of.heads * of.channels),
        nnz(of.edges.rowptr[num_rows]),
        drops(of.dropout.threshold > 0) {}

  /// Takes the next block; `gathered` are the tables whose rows of later edges are prefetched.
  template <int kTables>
  void take(std::int64_t row, std::int64_t done, EdgeBlock& block, std::int64_t last_edge,
            const Rows<T> (&gathered)[kTables]) {
    take_block(terms.edges, nnz, row, done, drops, block);
    if (terms.prefetch == 0) {
      return;
    }
    const std::int64_t end = terms.edges.rowptr[row] + done + block.count + terms.prefetch;
    const std::int64_t stop = end < last_edge ? end : last_edge;
    const std::int64_t begin = terms.edges.rowptr[row] + done;
    for (std::int64_t e = ahead > begin ? ahead : begin; e < stop; ++e) {
      for (const Rows<T>& table : gathered) {
        const auto* bytes =
            reinterpret_cast<const char*>(table.data + terms.edges.col[e] * table.stride);
        for (std::int64_t b = 0; b < table.columns * std::int64_t{sizeof(T)}; b += 64) {
          __builtin_prefetch(bytes + b);
        }
      }
    }
    ahead = stop;
  }

  /// Scores as far as they need the tables: sums over channels, or for kAdditive the gathered term
  /// alone, the row's own being in kRowTerm.
  void raw_scores(const T* self, const Rows<T>& table, const EdgeBlock& block) const {
    T* score = rows.array(kScores);
    switch (terms.score) {
      case AttentionScore::kAdditive:
        for (std::int64_t e = 0; e < block.count; ++e) {
          rows.copy(table.data + block.index[e] * table.stride, score + e * rows.stride);
        }
        return;
      case AttentionScore::kLeakyDot:
        return sum_heads(rows, terms.channels, block, table,
                         LeakyDotTerm<T>{self, terms.att, L::splat(terms.slope)}, score);
      case AttentionScore::kDot:
        return sum_heads(rows, terms.channels, block, table, DotTerm<T>{self}, score);
    }
  }

  /// The score of raw_scores() and the row's term; `z` is what leaky_relu saw.
  L finished(const L& raw, const L& row_term, L& z) const {
    switch (terms.score) {
      case AttentionScore::kAdditive:
        z = add(raw, row_term);
        return leaky(z, L::splat(terms.slope));
      case AttentionScore::kLeakyDot:
        return raw;
      case AttentionScore::kDot:
        break;
    }
    return mul(raw, L::splat(terms.scale));
  }

  void finish_scores(std::int64_t count) const {
    if (terms.score == AttentionScore::kLeakyDot) {
      return;
    }
    T* score = rows.array(kScores);
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      const L row_term = L::load(rows.array(kRowTerm) + 16 * v);
      for (std::int64_t k = v; k < rows.vectors_of(count); k += rows.vectors) {
        L z = row_term;
        finished(L::load(score + 16 * k), row_term, z).store(score + 16 * k);
      }
    }
  }

  /// kFactors: 0 or 1 / (1 - p) per edge and head.
  void draw_factors(const EdgeBlock& block) const {
    const DropoutLaw& law = terms.dropout;
    const auto scale = static_cast<T>(law.scale);
    T* factor = rows.array(kFactors);
    const std::int64_t quads = (rows.heads + 3) / 4;
    const std::int64_t draws = block.count * quads;
    for (std::int64_t begin = 0; begin < draws; begin += kPhiloxLanes) {
      const std::int64_t count = draws - begin < kPhiloxLanes ? draws - begin : kPhiloxLanes;
      PhiloxBatch batch{};
      for (std::int64_t i = 0; i < count; ++i) {
        batch.word[0][i] = static_cast<std::uint32_t>(block.position[(begin + i) / quads]);
        batch.word[1][i] = static_cast<std::uint32_t>((begin + i) % quads);
        batch.word[2][i] = law.layer;
        batch.word[3][i] = law.step;
      }
      philox_rounds(batch, law.seed);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t head = 4 * ((begin + i) % quads);
        T* to = factor + (begin + i) / quads * rows.stride + head;
        for (std::int64_t w = 0; w < 4 && head + w < rows.heads; ++w) {
          to[w] = batch.word[w][i] >= law.threshold ? scale : T{0};
        }
      }
    }
    rows.fill_rest(factor, block.count, T{0});
  }

  void apply_factors(const EdgeBlock& block) const {
    T* weight = rows.array(kScores);
    const T* factor = rows.array(kFactors);
    for (std::int64_t k = 0; k < rows.vectors_of(block.count); ++k) {
      mul(L::load(weight + 16 * k), L::load(factor + 16 * k)).store(weight + 16 * k);
    }
  }

  /// kScores: raw scores -> gradients of the raw scores (for kAdditive of the sum before
  /// leaky_relu; for kDot with the factor scale). kDots: grad . value -> weights f p. kRowGrad: +=
  /// sum over edges. per_edge: maximum, inverse and delta come per edge (kEdge...), else per row
  /// (kRow...).
  void score_gradients(const EdgeBlock& block, bool per_edge) const {
    T* score = rows.array(kScores);
    T* dot = rows.array(kDots);
    const T* factor = rows.array(kFactors);
    const T* base = rows.array(per_edge ? kEdgeMax : kRowMax);
    const T* inverse = rows.array(per_edge ? kEdgeInverse : kRowInverse);
    const T* delta = rows.array(per_edge ? kEdgeDelta : kRowDelta);
    rows.fill_rest(score, block.count, kMinusInfinity<T>);
    rows.fill_rest(dot, block.count, T{0});
    if (per_edge) {
      rows.fill_rest(rows.array(kEdgeMax), block.count, T{0});
      rows.fill_rest(rows.array(kEdgeInverse), block.count, T{0});
      rows.fill_rest(rows.array(kEdgeDelta), block.count, T{0});
    }
    const L slope = L::splat(terms.slope);
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      const L row_term = L::load(rows.array(kRowTerm) + 16 * v);
      L total = L::load(rows.array(kRowGrad) + 16 * v);
      for (std::int64_t k = v; k < rows.vectors_of(block.count); k += rows.vectors) {
        const std::int64_t constant = 16 * (per_edge ? k : v);
        L z = L::splat(T{0});
        const L s = finished(L::load(score + 16 * k), row_term, z);
        const L p = mul(exponential(sub(s, L::load(base + constant))), L::load(inverse + constant));
        const L w = L::load(dot + 16 * k);
        const L f = drops ? L::load(factor + 16 * k) : L::splat(T{1});
        L ds = mul(p, sub(mul(f, w), L::load(delta + constant)));
        if (terms.score == AttentionScore::kAdditive) {
          ds = mul(ds, leaky_derivative(z, slope));
          total = add(total, ds);
        } else if (terms.score == AttentionScore::kDot) {
          ds = mul(ds, L::splat(terms.scale));
        }
        ds.store(score + 16 * k);
        mul(p, f).store(dot + 16 * k);
      }
      total.store(rows.array(kRowGrad) + 16 * v);
    }
  }

  void start_row_grad() const {
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      L::splat(T{0}).store(rows.array(kRowGrad) + 16 * v);
    }
  }
  /// kRowGrad, one number per head.
  void store_row_grad(T* to) const {
    T* grad = rows.array(kRowGrad);
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      folded(L::load(grad + 16 * v), rows.stride, Plus{}).store(grad + 16 * v);
    }
    rows.copy(grad, to);
  }

  /// kLeakyDot: row_f += sum over edges of ds_e att_f leaky_relu'(z_ef), z = self + table row; with
  /// datt, datt_f += ds_e leaky_relu(z_ef).
  void pull_leaky(const T* self, const Rows<T>& table, const EdgeBlock& block, T* row,
                  double* datt) const {
    const T* ds = rows.array(kScores);
    const L slope = L::splat(terms.slope);
    for_each_panel<T>(rows.heads, terms.channels, [&]<typename P>(const P& panel) {
      constexpr int kCount = P::kCount;
      L sum[kCount];
      L att_sum[kCount];
#pragma GCC unroll 4
      for (int g = 0; g < kCount; ++g) {
        sum[g] = L::splat(T{0});
        att_sum[g] = L::splat(T{0});
      }
      for (std::int64_t e = 0; e < block.count; ++e) {
        const T* from = table.data + block.index[e] * table.stride;
#pragma GCC unroll 4
        for (int g = 0; g < kCount; ++g) {
          const L z = add(panel.load(self, g), panel.load(from, g));
          const L weight = panel.weight(ds + e * rows.stride, g);
          sum[g] = fused(weight, leaky_derivative(z, slope), sum[g]);
          att_sum[g] = fused(weight, leaky(z, slope), att_sum[g]);
        }
      }
#pragma GCC unroll 4
      for (int g = 0; g < kCount; ++g) {
        if (row != nullptr) {
          panel.store(fused(panel.load(terms.att, g), sum[g], panel.load(row, g)), row, g);
        }
        if (datt != nullptr) {
          T part[16];
          att_sum[g].store(part);
          const std::int64_t column = panel.column + 16 * g;
          for (std::int64_t i = 0; i < 16 && column + i < width; ++i) {
            datt[column + i] += static_cast<double>(part[i]);
          }
        }
      }
    });
  }

  const AttentionTerms<T>& terms;
  HeadRows<T> rows;
  std::int64_t width;
  std::int64_t nnz;
  bool drops;
  std::int64_t ahead = 0;  // edges before it are prefetched
};

template <typename T>
void clear(T* row, std::int64_t width) {
  for (std::int64_t f = 0; row != nullptr && f < width; ++f) {
    row[f] = T{0};
  }
}

template <typename T>
T* row_or_none(T* table, std::int64_t stride, std::int64_t row) {
  return table == nullptr ? nullptr : table + row * stride;
}

template <typename T>
void attend_rows(const Attention<T>& args, const HeadScratch<T>& scratch, std::int64_t first,
                 std::int64_t last) {
  const AttentionTerms<T>& terms = args.terms;
  AttentionPass<T> pass(terms, scratch, terms.query.rows);
  const HeadRows<T>& rows = pass.rows;
  const std::int64_t last_edge = terms.edges.rowptr[last];
  EdgeBlock block;
  for (std::int64_t row = first; row < last; ++row) {
    T* out = args.out + row * args.out_stride;
    const T* query = terms.query.data + row * terms.query.stride;
    const std::int64_t count = edges_of_row(terms.edges, row);
    clear(out, pass.width);
    rows.start_softmax();
    if (terms.score == AttentionScore::kAdditive) {
      rows.repeat(query, rows.array(kRowTerm));
    }
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      pass.take(row, done, block, last_edge, {terms.key, terms.value});
      pass.raw_scores(query, terms.key, block);
      pass.finish_scores(block.count);
      rows.add_to_softmax(block.count);
      if (pass.drops) {
        pass.draw_factors(block);
        pass.apply_factors(block);
      }
      if (done > 0) {
        scale_heads(rows, terms.channels, rows.array(kRowShrink), out);
      }
      pull_block(rows, terms.channels, block, rows.array(kScores), terms.value, out);
    }
    T* inverse = rows.array(kRowInverse);
    for (std::int64_t v = 0; v < rows.vectors; ++v) {
      inverse_or_zero(Sixteen<T>::load(rows.array(kRowSum) + 16 * v)).store(inverse + 16 * v);
    }
    scale_heads(rows, terms.channels, inverse, out);
    rows.copy(rows.array(kRowMax), args.row_max + row * terms.heads);
    rows.copy(rows.array(kRowSum), args.row_sum + row * terms.heads);
  }
}

/// Maximum, inverse sum and delta of a row: into its `state` and, repeated, into kRow...
template <typename T>
void take_row_state(const AttentionBackward<T>& args, const AttentionPass<T>& pass,
                    std::int64_t row) {
  const HeadRows<T>& rows = pass.rows;
  const std::int64_t heads = rows.heads;
  T* state = args.state + row * 3 * heads;
  rows.repeat(args.row_max + row * heads, rows.array(kRowMax));
  rows.repeat(args.row_sum + row * heads, rows.array(kRowInverse));
  for (std::int64_t v = 0; v < rows.vectors; ++v) {
    T* max = rows.array(kRowMax) + 16 * v;
    T* inverse = rows.array(kRowInverse) + 16 * v;
    HeadRows<T>::finite(Sixteen<T>::load(max)).store(max);
    inverse_or_zero(Sixteen<T>::load(inverse)).store(inverse);
  }
  rows.copy(rows.array(kRowMax), state);
  rows.copy(rows.array(kRowInverse), state + heads);
  EdgeBlock own;
  own.count = 1;
  own.index[0] = static_cast<std::int32_t>(row);
  sum_heads(rows, pass.terms.channels, own, args.out,
            DotTerm<T>{args.grad.data + row * args.grad.stride}, rows.array(kDots));
  rows.copy(rows.array(kDots), state + 2 * heads);
  rows.repeat(state + 2 * heads, rows.array(kRowDelta));
}

template <typename T>
void attend_backward_rows(const AttentionBackward<T>& args, const HeadScratch<T>& scratch,
                          std::int64_t first, std::int64_t last, double* datt) {
  const AttentionTerms<T>& terms = args.terms;
  AttentionPass<T> pass(terms, scratch, terms.query.rows);
  const HeadRows<T>& rows = pass.rows;
  const std::int64_t last_edge = terms.edges.rowptr[last];
  EdgeBlock block;
  for (std::int64_t row = first; row < last; ++row) {
    take_row_state(args, pass, row);
    T* dquery = row_or_none(args.dquery, args.dquery_stride, row);
    if (dquery == nullptr && datt == nullptr) {
      continue;
    }
    const T* query = terms.query.data + row * terms.query.stride;
    const T* grad = args.grad.data + row * args.grad.stride;
    const std::int64_t count = edges_of_row(terms.edges, row);
    clear(dquery, terms.query.columns);
    pass.start_row_grad();
    if (terms.score == AttentionScore::kAdditive) {
      rows.repeat(query, rows.array(kRowTerm));
    }
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      pass.take(row, done, block, last_edge, {terms.key, terms.value});
      pass.raw_scores(query, terms.key, block);
      sum_heads(rows, terms.channels, block, terms.value, DotTerm<T>{grad}, rows.array(kDots));
      if (pass.drops) {
        pass.draw_factors(block);
      }
      pass.score_gradients(block, false);
      if (terms.score == AttentionScore::kDot) {
        pull_block(rows, terms.channels, block, rows.array(kScores), terms.key, dquery);
      } else if (terms.score == AttentionScore::kLeakyDot) {
        pass.pull_leaky(query, terms.key, block, dquery, datt);
      }
    }
    if (terms.score == AttentionScore::kAdditive) {
      pass.store_row_grad(dquery);
    }
  }
}

template <typename T>
void attend_backward_sources(const AttentionBackward<T>& args, const HeadScratch<T>& scratch,
                             std::int64_t first, std::int64_t last) {
  const AttentionTerms<T>& terms = args.terms;
  AttentionPass<T> pass(terms, scratch, terms.key.rows);
  const HeadRows<T>& rows = pass.rows;
  const std::int64_t heads = terms.heads;
  const std::int64_t last_edge = terms.edges.rowptr[last];
  const Rows<T> state{args.state, 3 * heads, terms.query.rows, 3 * heads};
  EdgeBlock block;
  for (std::int64_t source = first; source < last; ++source) {
    const T* key = terms.key.data + source * terms.key.stride;
    const T* value = terms.value.data + source * terms.value.stride;
    T* dkey = row_or_none(args.dkey, args.dkey_stride, source);
    T* dvalue = row_or_none(args.dvalue, args.dvalue_stride, source);
    const std::int64_t count = edges_of_row(terms.edges, source);
    clear(dkey, terms.key.columns);
    clear(dvalue, pass.width);
    pass.start_row_grad();
    if (terms.score == AttentionScore::kAdditive) {
      rows.repeat(key, rows.array(kRowTerm));
    }
    for (std::int64_t done = 0; done < count; done += kBlockEdges) {
      pass.take(source, done, block, last_edge, {terms.query, args.grad, state});
      for (std::int64_t e = 0; e < block.count; ++e) {
        const T* of_row = args.state + block.index[e] * state.stride;
        rows.copy(of_row, rows.array(kEdgeMax) + e * rows.stride);
        rows.copy(of_row + heads, rows.array(kEdgeInverse) + e * rows.stride);
        rows.copy(of_row + 2 * heads, rows.array(kEdgeDelta) + e * rows.stride);
      }
      pass.raw_scores(key, terms.query, block);
      sum_heads(rows, terms.channels, block, args.grad, DotTerm<T>{value}, rows.array(kDots));
      if (pass.drops) {
        pass.draw_factors(block);
      }
      pass.score_gradients(block, true);
      if (dvalue != nullptr) {
        pull_block(rows, terms.channels, block, rows.array(kDots), args.grad, dvalue);
      }
      if (terms.score == AttentionScore::kDot && dkey != nullptr) {
        pull_block(rows, terms.channels, block, rows.array(kScores), terms.query, dkey);
      } else if (terms.score == AttentionScore::kLeakyDot) {
        pass.pull_leaky(key, terms.query, block, dvalue, nullptr);
      }
    }
    if (terms.score == AttentionScore::kAdditive && dkey != nullptr) {
      pass.store_row_grad(dkey);
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
