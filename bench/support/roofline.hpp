#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"

#include "limit_loops.hpp"
#include "timing.hpp"

namespace isthmus::bench {

/// Rows of a table that an LRU cache of `capacity` rows would miss when `col` is gathered in order.
[[nodiscard]] std::int64_t lru_misses(std::span<const std::int32_t> col, std::int64_t num_sources,
                                      std::int64_t capacity);

/// Bytes a second that one pass over `footprint` bytes moves: the better of reading it all, and of
/// copying half to half (counted with the write-allocate, three times the half). On a footprint
/// that stays in a cache this is that cache's speed.
[[nodiscard]] double stream_bandwidth(std::size_t footprint);

/// Floating-point operations a second of all threads of the budget.
[[nodiscard]] double peak_flops();

/// What no gather-and-add over a structure can beat on this machine, with the current SIMD level
/// and thread budget:
///
///     limit = max(replay + out, bytes / bandwidth, flops / peak)
///
/// `replay` gathers the same rows of the same table in the same order into one set of accumulators,
/// `out` writes the result in sequence. Both run as contestants beside the kernel.
class Roofline {
 public:
  /// `x`: the table [num_sources, width] that the kernel gathers from, rows adjacent.
  /// csr, chunks and x must outlive this. @throws InvalidArgument  unless width % 4 == 0.
  Roofline(const CsrView& csr, const RowChunks& chunks, const float* x, std::int64_t num_sources,
           std::int64_t width);
  ~Roofline();
  Roofline(const Roofline&) = delete;
  Roofline& operator=(const Roofline&) = delete;

  /// The two parts, with the prefetch distance and the kind of store that were best in a trial.
  [[nodiscard]] Contestant replay_contestant();
  [[nodiscard]] Contestant out_contestant();

  [[nodiscard]] double flops() const noexcept;
  [[nodiscard]] double min_bytes() const noexcept;     ///< Perfect reuse (6.1: B_min, k = 2).
  [[nodiscard]] double gather_bytes() const noexcept;  ///< nnz * width * 4
  [[nodiscard]] double hit_ratio() const noexcept { return hit_ratio_; }
  [[nodiscard]] double bandwidth() const noexcept { return bandwidth_; }

  /// The limit, given the medians of the two parts; milliseconds.
  [[nodiscard]] double limit_ms(double replay_ms, double out_ms) const;

 private:
  void replay(std::int64_t prefetch);
  void write(bool past_cache);

  CsrView csr_;
  const RowChunks& chunks_;
  const float* x_;
  std::int64_t num_sources_;
  std::int64_t width_;
  LimitLoops loops_;
  std::vector<float> sums_;  // one per chunk: nothing may be optimised away
  float* out_ = nullptr;
  double hit_ratio_ = 0.0;
  double bandwidth_ = 0.0;
  double peak_ = 0.0;
};

}  // namespace isthmus::bench
