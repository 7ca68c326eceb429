#include "modular_product.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <Eigen/Core>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::expressivity {
namespace {

/// The largest primes below 2^22.
constexpr std::array<std::uint32_t, 3> kPrimes = {4194301, 4194287, 4194277};
/// Products of residues are below 2^44: a remainder and 256 of them are below 2^53.
constexpr std::int64_t kSummedAtOnce = 256;
constexpr std::int64_t kPanelRows = 128;
constexpr std::int64_t kPanelsAtOnce = 32;
constexpr std::uint64_t kLeftFactor = 0x6C65;
constexpr std::uint64_t kRightFactor = 0x7269;

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A residue drawn for a colour.
template <int kPrime>
double draw(std::uint32_t colour, std::uint64_t key) {
  const std::uint64_t bits = mix64(key + (std::uint64_t{colour} + 1) * 0x9E3779B97F4A7C15U);
  return static_cast<double>(bits % kPrimes[kPrime]);
}

/// Each entry, a whole number in [0, 2^53), becomes its remainder.
template <int kPrime>
void reduce(double* values, std::int64_t count) {
  constexpr auto kModulus = static_cast<double>(kPrimes[kPrime]);
  constexpr double kInverse = 1.0 / kModulus;
  for (std::int64_t i = 0; i < count; ++i) {
    // The quotient is off by one at most; its product with the modulus is exact.
    const auto quotient = static_cast<double>(static_cast<std::int64_t>(values[i] * kInverse));
    double rest = values[i] - quotient * kModulus;
    rest += rest < 0.0 ? kModulus : 0.0;
    rest -= rest >= kModulus ? kModulus : 0.0;
    values[i] = rest;
  }
}

template <int kPrime>
void put_residue(double residue, Signature& sum) {
  const auto r = static_cast<std::uint64_t>(residue);
  if constexpr (kPrime == 0) {
    sum.a = r;
  } else if constexpr (kPrime == 1) {
    sum.b = r << 32U;
  } else {
    sum.b |= r;
  }
}

}  // namespace

double ModularProduct::miss() {
  double all = 1.0;
  for (const std::uint32_t p : kPrimes) {
    all *= 2.0 / p;
  }
  return ISTHMUS_WL_MIX_BITS == 64 ? all : std::ldexp(1.0, -ISTHMUS_WL_MIX_BITS);
}

ModularProduct::ModularProduct(const TupleFrame& frame, std::uint64_t seed)
    : frame_(frame), seed_(seed), right_(index(frame.tuples())) {
  std::int64_t most = 0;
  for (std::size_t g = 0; g < frame.graphs().size(); ++g) {
    const std::int64_t n = frame.graphs()[g].n;
    most = std::max(most, n * std::min(n, kPanelRows));
    for (std::int64_t row = 0; row < n; row += kPanelRows) {
      panels_.push_back({g, row, std::min(kPanelRows, n - row)});
    }
  }
  workers_ = std::min(kPanelsAtOnce, static_cast<std::int64_t>(panels_.size()));
  scratch_size_ = 2 * index(most);
  scratch_.resize(index(workers_) * scratch_size_);
}

template <int kPrime>
void ModularProduct::run_modulo(std::uint64_t key, std::span<const std::uint32_t> colour,
                                const CancelToken& cancel, std::span<Signature> sum) {
  const std::uint64_t left_key = mix64(key + kLeftFactor);
  const std::uint64_t right_key = mix64(key + kRightFactor);
  const auto draw_all = [&](std::int64_t first, std::int64_t count, std::uint64_t of, double* out) {
    std::transform(colour.begin() + first, colour.begin() + first + count, out,
                   [of](std::uint32_t c) { return draw<kPrime>(c, of); });
  };
  frame_.for_lines(cancel, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = frame_.graphs()[g];
    const std::int64_t first = graph.first + line * graph.n;
    draw_all(first, graph.n, right_key, right_.data() + first);
  });
  parallel_chunks(workers_, [&](std::int64_t worker) {
    double* const left = scratch_.data() + index(worker) * scratch_size_;
    double* const product = left + scratch_size_ / 2;
    for (std::size_t p = index(worker); p < panels_.size() && !cancel.requested();
         p += index(workers_)) {
      const Panel& panel = panels_[p];
      const TupleGraph& graph = frame_.graphs()[panel.graph];
      const std::int64_t size = panel.rows * graph.n;
      const std::int64_t first = graph.first + panel.first * graph.n;
      draw_all(first, size, left_key, left);
      const Eigen::Map<const Matrix> f(left, panel.rows, graph.n);
      const Eigen::Map<const Matrix> g(right_.data() + graph.first, graph.n, graph.n);
      Eigen::Map<Matrix> out(product, panel.rows, graph.n);
      out.setZero();
      for (std::int64_t w = 0; w < graph.n; w += kSummedAtOnce) {
        const std::int64_t now = std::min(kSummedAtOnce, graph.n - w);
        out.noalias() += f.middleCols(w, now) * g.middleRows(w, now);
        reduce<kPrime>(product, size);
      }
      for (std::int64_t i = 0; i < size; ++i) {
        put_residue<kPrime>(product[i], sum[index(first + i)]);
      }
    }
  });
}

void ModularProduct::run(std::int32_t round, std::span<const std::uint32_t> colour,
                         const CancelToken& cancel, std::span<Signature> sum) {
  const std::uint64_t key = seed_ * 0xD1B54A32D192ED03U + static_cast<std::uint64_t>(round) * 3;
  run_modulo<0>(key, colour, cancel, sum);
  run_modulo<1>(key + 1, colour, cancel, sum);
  run_modulo<2>(key + 2, colour, cancel, sum);
}

}  // namespace isthmus::expressivity
