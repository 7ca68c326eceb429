#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "isthmus/kernels/row_chunks.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/simd_level.hpp"

namespace isthmus::kernels::test {

/// Small integers and reals for tests; a plain generator, so that kernels share no code with it.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U + 1) {}

  std::uint64_t bits() {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_;
  }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(bound));
  }
  /// Uniform in (-1, 1).
  double real() { return static_cast<double>(bits() >> 11U) * 0x1p-52 - 1.0; }

  template <typename T>
  std::vector<T> reals(std::int64_t count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& value : values) {
      value = static_cast<T>(real());
    }
    return values;
  }

 private:
  std::uint64_t state_;
};

/// Sorted rows; parallel edges, loops, empty rows all occur.
struct Csr {
  std::vector<std::int64_t> rowptr{0};
  std::vector<std::int32_t> col;

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(rowptr.size()) - 1; }
  [[nodiscard]] std::vector<std::int32_t> chunks() const { return balanced_row_chunks(rowptr); }

  void add_row(std::vector<std::int32_t> sources) {
    std::sort(sources.begin(), sources.end());
    col.insert(col.end(), sources.begin(), sources.end());
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
};

/// Row lengths 0..2 mean_degree, sources uniform.
inline Csr random_csr(std::int64_t rows, std::int64_t sources, std::int64_t mean_degree,
                      std::uint64_t seed) {
  Draws draws(seed);
  Csr csr;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<std::int32_t> list(static_cast<std::size_t>(draws.below(2 * mean_degree + 1)));
    for (std::int32_t& source : list) {
      source = static_cast<std::int32_t>(draws.below(sources));
    }
    csr.add_row(list);
  }
  return csr;
}

/// One hub row of `degree` edges between short rows.
inline Csr hub_csr(std::int64_t degree, std::int64_t sources, std::uint64_t seed) {
  Csr csr = random_csr(40, sources, 4, seed);
  Draws draws(seed + 1);
  std::vector<std::int32_t> list(static_cast<std::size_t>(degree));
  for (std::int32_t& source : list) {
    source = static_cast<std::int32_t>(draws.below(sources));
  }
  csr.add_row(list);
  csr.add_row({});
  csr.add_row({0});
  return csr;
}

/// Memory whose last byte lies just before a page that may not be touched.
template <typename T>
class GuardedArray {
 public:
  explicit GuardedArray(std::int64_t count) : count_(count) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
    used_ = (bytes + page - 1) / page * page;
    total_ = used_ + page;
    void* start = mmap(nullptr, total_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    start_ = static_cast<char*>(start);
    mprotect(start_ + used_, page, PROT_NONE);
  }
  ~GuardedArray() { munmap(start_, total_); }
  GuardedArray(const GuardedArray&) = delete;
  GuardedArray& operator=(const GuardedArray&) = delete;

  [[nodiscard]] T* data() const { return reinterpret_cast<T*>(start_ + used_) - count_; }

 private:
  std::int64_t count_;
  std::size_t used_ = 0;
  std::size_t total_ = 0;
  char* start_ = nullptr;
};

/// Equal bytes: tells -0 from 0 and compares NaN.
template <typename T>
::testing::AssertionResult same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) {
    return ::testing::AssertionFailure() << a.size() << " against " << b.size() << " elements";
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0) {
      return ::testing::AssertionFailure()
             << "element " << i << ": " << a[i] << " against " << b[i];
    }
  }
  return ::testing::AssertionSuccess();
}

/// The same values; NaN equals NaN whatever its sign and payload, zeros differ by sign.
template <typename T>
::testing::AssertionResult same_values(const std::vector<T>& a, const std::vector<T>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool both_nan = std::isnan(a[i]) && std::isnan(b[i]);
    if (!both_nan && (a[i] != b[i] || std::signbit(a[i]) != std::signbit(b[i]))) {
      return ::testing::AssertionFailure()
             << "element " << i << ": " << a[i] << " against " << b[i];
    }
  }
  return ::testing::AssertionSuccess();
}

/// Runs each test once per SIMD level; a level that the CPU lacks is skipped and listed.
class AtEachLevel : public ::testing::TestWithParam<SimdLevel> {
 protected:
  void SetUp() override {
    if (!simd_level_available(GetParam())) {
      GTEST_SKIP() << "this CPU lacks " << simd_level_name(GetParam());
    }
    before_ = simd_level();
    set_simd_level(GetParam());
    ASSERT_EQ(simd_level(), GetParam());
  }
  void TearDown() override {
    if (!IsSkipped()) {
      set_simd_level(before_);
    }
  }

 private:
  SimdLevel before_ = SimdLevel::kScalar;
};

inline std::string level_of(const ::testing::TestParamInfo<SimdLevel>& info) {
  return std::string(simd_level_name(info.param));
}

inline const auto kEveryLevel =
    ::testing::Values(SimdLevel::kScalar, SimdLevel::kAvx2, SimdLevel::kAvx512);

}  // namespace isthmus::kernels::test
