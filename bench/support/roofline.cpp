#include "roofline.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/kernels/simd_level.hpp"

#include "machine.hpp"

namespace isthmus::bench {
namespace {

constexpr std::int64_t kPart = std::int64_t{1} << 15;  // floats of one task

LimitLoops active_loops() {
  switch (kernels::simd_level()) {
#if defined(__x86_64__)
    case kernels::SimdLevel::kAvx512:
      return limit_loops_avx512();
    case kernels::SimdLevel::kAvx2:
      return limit_loops_avx2();
#endif
    default:
      return limit_loops_scalar();
  }
}

/// Calls body(begin, end) for parts of [0, count).
template <typename Body>
void in_parts(std::int64_t count, const Body& body) {
  parallel_chunks((count + kPart - 1) / kPart, [&](std::int64_t part) {
    body(part * kPart, std::min(count, (part + 1) * kPart));
  });
}

double best_ms(int runs, const std::function<void()>& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int run = 0; run < runs; ++run) {
    best = std::min(best, milliseconds(work));
  }
  return best;
}

std::int64_t whole_vectors(std::int64_t count) { return (count + 15) / 16 * 16; }

/// One measurement per width of the pool (and key): a machine does not change.
template <typename Key, typename Measure>
double remembered(std::map<std::pair<int, Key>, double>& known, Key key, const Measure& measure) {
  const std::pair<int, Key> place{current_thread_budget(), key};
  const auto found = known.find(place);
  if (found != known.end()) {
    return found->second;
  }
  return known[place] = measure();
}

}  // namespace

std::int64_t lru_misses(std::span<const std::int32_t> col, std::int64_t num_sources,
                        std::int64_t capacity) {
  // A list through arrays, most recent first; `end` is its anchor.
  const auto end = static_cast<std::size_t>(num_sources);
  std::vector<std::size_t> next(end + 1, end);
  std::vector<std::size_t> before(end + 1, end);
  std::vector<char> held(end, 0);
  std::int64_t size = 0;
  std::int64_t misses = 0;
  const auto unlink = [&](std::size_t row) {
    next[before[row]] = next[row];
    before[next[row]] = before[row];
  };
  for (const std::int32_t source : col) {
    const auto row = static_cast<std::size_t>(source);
    if (held[row] != 0) {
      unlink(row);
    } else {
      ++misses;
      held[row] = 1;
      if (size == std::max<std::int64_t>(capacity, 1)) {
        const std::size_t oldest = before[end];
        unlink(oldest);
        held[oldest] = 0;
      } else {
        ++size;
      }
    }
    next[row] = next[end];
    before[row] = end;
    before[next[end]] = row;
    next[end] = row;
  }
  return misses;
}

double stream_bandwidth(std::size_t footprint) {
  static std::map<std::pair<int, std::size_t>, double> known;
  std::size_t size = std::size_t{1} << 18U;  // powers of sqrt(2) would be finer than the noise
  while (size < footprint && size < (std::size_t{1} << 30U)) {
    size *= 2;
  }
  return remembered(known, size, [size] {
    const LimitLoops loops = active_loops();
    const auto count = static_cast<std::int64_t>(size / sizeof(float));
    auto* const data = static_cast<float*>(take_block(size));
    std::vector<float> sums(static_cast<std::size_t>((count + kPart - 1) / kPart));
    in_parts(count,
             [&](std::int64_t begin, std::int64_t end) { loops.write(data + begin, end - begin); });
    const int runs = size < (std::size_t{1} << 26U) ? 30 : 6;
    const double read = best_ms(runs, [&] {
      in_parts(count, [&](std::int64_t begin, std::int64_t end) {
        sums[static_cast<std::size_t>(begin / kPart)] = loops.read(data + begin, end - begin);
      });
    });
    const double copy = best_ms(runs, [&] {
      in_parts(count / 2, [&](std::int64_t begin, std::int64_t end) {
        loops.copy(data + begin, data + count / 2 + begin, end - begin);
      });
    });
    give_block(data);
    const auto bytes = static_cast<double>(size);
    return 1e3 * std::max(bytes / read, 1.5 * bytes / copy);
  });
}

double peak_flops() {
  static std::map<std::pair<int, int>, double> known;
  return remembered(known, 0, [] {
    constexpr std::int64_t kRounds = 1'000'000;
    const LimitLoops loops = active_loops();
    const int threads = current_thread_budget();
    std::vector<float> sums(static_cast<std::size_t>(threads));
    const double best = best_ms(5, [&] {
      parallel_chunks(threads, [&](std::int64_t thread) {
        sums[static_cast<std::size_t>(thread)] = loops.multiply_add(kRounds);
      });
    });
    return 1e3 * static_cast<double>(kRounds * loops.flops_per_round * threads) / best;
  });
}

Roofline::Roofline(const CsrView& csr, const RowChunks& chunks, const float* x,
                   std::int64_t num_sources, std::int64_t width)
    : csr_(csr),
      chunks_(chunks),
      x_(x),
      num_sources_(num_sources),
      width_(width),
      loops_(active_loops()),
      sums_(static_cast<std::size_t>(chunks.size())),
      peak_(peak_flops()) {
  if (width % 4 != 0) {
    throw InvalidArgument("--features must be multiples of 4, got " + std::to_string(width));
  }
  out_ = static_cast<float*>(
      take_block(static_cast<std::size_t>(whole_vectors(csr.num_rows() * width)) * sizeof(float)));
  const double row_bytes = 4.0 * static_cast<double>(width);
  const auto capacity =
      static_cast<std::int64_t>(0.8 * static_cast<double>(l2_bytes()) / row_bytes);
  const auto misses = static_cast<double>(lru_misses(csr.col, num_sources, capacity));
  hit_ratio_ = csr.num_edges() == 0 ? 1.0 : 1.0 - misses / static_cast<double>(csr.num_edges());
  bandwidth_ = stream_bandwidth(static_cast<std::size_t>(min_bytes()));
}

Roofline::~Roofline() { give_block(out_); }

void Roofline::replay(std::int64_t prefetch) {
  parallel_chunks(chunks_.size(), [&](std::int64_t chunk) {
    const auto c = static_cast<std::size_t>(chunk);
    Replay args;
    args.col = csr_.col.data();
    args.x = x_;
    args.width = width_;
    args.begin = csr_.rowptr[static_cast<std::size_t>(chunks_.first_row[c])];
    args.end = csr_.rowptr[static_cast<std::size_t>(chunks_.first_row[c + 1])];
    args.last_edge = args.end - 1;
    args.prefetch = prefetch;
    sums_[c] = loops_.replay(args);
  });
}

void Roofline::write(bool past_cache) {
  const auto write = past_cache ? loops_.write_past_cache : loops_.write;
  in_parts(whole_vectors(csr_.num_rows() * width_),
           [&](std::int64_t begin, std::int64_t end) { write(out_ + begin, end - begin); });
}

Contestant Roofline::replay_contestant() {
  constexpr std::array<std::int64_t, 4> kDistances{0, 8, 16, 32};
  std::int64_t best = 0;
  double best_time = std::numeric_limits<double>::infinity();
  for (const std::int64_t distance : kDistances) {
    const double time = best_ms(4, [&] { replay(distance); });
    if (time < best_time) {
      best_time = time;
      best = distance;
    }
  }
  return {.name = "replay, prefetch " + std::to_string(best),
          .run = [this, best] { return timed([&] { replay(best); }); }};
}

Contestant Roofline::out_contestant() {
  const double plain = best_ms(4, [&] { write(false); });
  const bool past_cache = best_ms(4, [&] { write(true); }) < plain;
  return {.name = past_cache ? "out, past the cache" : "out",
          .run = [this, past_cache] { return timed([&] { write(past_cache); }); }};
}

double Roofline::flops() const noexcept {
  return static_cast<double>(csr_.num_edges()) * static_cast<double>(width_);
}

double Roofline::min_bytes() const noexcept {
  const auto width = static_cast<double>(width_);
  return 4.0 * static_cast<double>(csr_.num_edges()) +
         8.0 * static_cast<double>(csr_.num_rows() + 1) +
         4.0 * width * static_cast<double>(num_sources_) +
         2.0 * 4.0 * width * static_cast<double>(csr_.num_rows());
}

double Roofline::gather_bytes() const noexcept { return 4.0 * flops(); }

double Roofline::limit_ms(double replay_ms, double out_ms) const {
  return std::max({replay_ms + out_ms, 1e3 * min_bytes() / bandwidth_, 1e3 * flops() / peak_});
}

}  // namespace isthmus::bench
