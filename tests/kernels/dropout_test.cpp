#include "isthmus/kernels/dropout.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "kernels/kernel_fixtures.hpp"
#include "support/message_of.hpp"

namespace isthmus::kernels::dropout_test {
namespace {

using test::Draws;
using ::testing::HasSubstr;

class DropoutAtLevel : public test::AtEachLevel {};
INSTANTIATE_TEST_SUITE_P(Levels, DropoutAtLevel, test::kEveryLevel, test::level_of);

/// The law, spelled out with core's generator.
double factor(const DropoutLaw& law, std::uint32_t row, std::uint32_t column) {
  const auto words = philox4x32(
      {row, law.first_block + column / 4, law.layer, law.step},
      {static_cast<std::uint32_t>(law.seed), static_cast<std::uint32_t>(law.seed >> 32U)});
  return words[column % 4] >= law.threshold ? law.scale : 0.0;
}

template <typename T>
void expect_law(const DropoutLaw& law) {
  for (const std::int64_t columns : {1, 3, 4, 5, 63, 64, 65, 200}) {
    const std::vector<T> x = Draws(1).reals<T>(9 * columns);
    std::vector<T> out(x.size());
    dropout(Dropout<T>{{x.data(), columns, 9, columns}, law, out.data(), columns});
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto row = static_cast<std::uint32_t>(i / static_cast<std::size_t>(columns));
      const auto column = static_cast<std::uint32_t>(i % static_cast<std::size_t>(columns));
      ASSERT_EQ(out[i], x[i] * static_cast<T>(factor(law, row, column)));
    }
  }
}

TEST_P(DropoutAtLevel, FollowsTheLawOfPhilox) {
  expect_law<float>(dropout_law(0.3, 0xFEDCBA9876543210U, 5, 6));
  expect_law<double>(dropout_law(0.75, 42, 0x80000001U, 1));
  expect_law<float>(dropout_law(0.0, 42, 1, 1));
  DropoutLaw wide = dropout_law(0.5, 42, 1, 1);
  wide.first_block = 8;
  expect_law<double>(wide);
}

template <typename T>
void expect_sparse_law() {
  const DropoutLaw law = dropout_law(0.5, 77, 1, 9);
  const test::Csr csr = test::random_csr(300, 90, 5, 3);
  const auto entries = static_cast<std::int64_t>(csr.col.size());
  const std::vector<T> value = Draws(2).reals<T>(entries);
  std::vector<T> out(value.size());
  sparse_dropout(SparseDropout<T>{csr.rowptr.data(), csr.col.data(), csr.rows(), value.data(), law,
                                  out.data()});
  for (std::size_t row = 0; row < static_cast<std::size_t>(csr.rows()); ++row) {
    for (auto e = static_cast<std::size_t>(csr.rowptr[row]);
         e < static_cast<std::size_t>(csr.rowptr[row + 1]); ++e) {
      ASSERT_EQ(out[e], value[e] * static_cast<T>(factor(law, static_cast<std::uint32_t>(row),
                                                         static_cast<std::uint32_t>(csr.col[e]))));
    }
  }
}

TEST_P(DropoutAtLevel, GivesStoredEntriesTheFactorOfTheirPosition) {
  expect_sparse_law<float>();
  expect_sparse_law<double>();
}

// Rows 2, 0, 1 of three: each with the mask of the number that it goes by.
TEST_P(DropoutAtLevel, RowsGoByTheirNumbers) {
  const DropoutLaw law = dropout_law(0.5, 8, 1, 4);
  const std::vector<std::int32_t> id{2, 0, 1 << 30};
  const std::vector<float> ones(3 * 70, 1.0F);
  std::vector<float> out(ones.size());
  dropout(Dropout<float>{{ones.data(), 70, 3, 70}, law, out.data(), 70, id.data()});
  std::vector<std::int64_t> rowptr{0, 70, 140, 210};
  std::vector<std::int32_t> col(210);
  for (std::size_t e = 0; e < col.size(); ++e) {
    col[e] = static_cast<std::int32_t>(e % 70);
  }
  std::vector<float> sparse(ones.size());
  sparse_dropout(SparseDropout<float>{rowptr.data(), col.data(), 3, ones.data(), law, sparse.data(),
                                      id.data()});
  for (std::size_t e = 0; e < out.size(); ++e) {
    const auto row = static_cast<std::uint32_t>(id[e / 70]);
    ASSERT_EQ(out[e], static_cast<float>(factor(law, row, static_cast<std::uint32_t>(e % 70))));
  }
  EXPECT_EQ(sparse, out);
}

// Bit c % 32 of word c / 32; what is beyond the columns stays 0.
TEST_P(DropoutAtLevel, MarksWhatTheLawKeeps) {
  DropoutLaw law = dropout_law(0.4, 8, 1, 4);
  law.first_block = 3;
  const std::vector<std::int32_t> id{2, 0, 1 << 30};
  for (const std::int64_t columns : {1, 31, 32, 33, 70, 130}) {
    for (const std::int32_t* const row_id :
         {id.data(), static_cast<const std::int32_t*>(nullptr)}) {
      const std::int64_t words = mark_words(columns);
      ASSERT_EQ(words, (columns + 31) / 32);
      const test::GuardedArray<std::uint32_t> marks(3 * words);
      dropout_marks({3, columns, law, marks.data(), row_id});
      for (std::int64_t r = 0; r < 3; ++r) {
        for (std::int64_t c = 0; c < 32 * words; ++c) {
          const auto row = static_cast<std::uint32_t>(row_id == nullptr ? r : row_id[r]);
          const bool kept = c < columns && factor(law, row, static_cast<std::uint32_t>(c)) > 0.0;
          const std::uint32_t word = marks.data()[r * words + c / 32];
          ASSERT_EQ((word >> static_cast<unsigned>(c % 32)) & 1U, kept ? 1U : 0U) << r << ", " << c;
        }
      }
    }
  }
}

TEST_P(DropoutAtLevel, NeverTouchesMemoryPastARow) {
  const DropoutLaw law = dropout_law(0.5, 1, 2, 3);
  for (std::int64_t columns = 1; columns < 70; ++columns) {
    const test::GuardedArray<float> x(2 * columns);
    const test::GuardedArray<float> out(2 * columns);
    std::fill_n(x.data(), 2 * columns, 1.0F);
    dropout(Dropout<float>{{x.data(), columns, 2, columns}, law, out.data(), columns});
    EXPECT_EQ(out.data()[2 * columns - 1],
              static_cast<float>(factor(law, 1, static_cast<std::uint32_t>(columns - 1))));
  }
}

TEST_P(DropoutAtLevel, KeepsAWordThatEqualsTheThreshold) {
  DropoutLaw law = dropout_law(0.5, 9, 2, 3);
  law.threshold = philox4x32({0, 0, law.layer, law.step}, {9, 0})[0];
  const double x = 1.0;
  double out = 0.0;
  dropout(Dropout<double>{{&x, 1, 1, 1}, law, &out, 1});
  EXPECT_EQ(out, 2.0);
  law.threshold += 1;
  dropout(Dropout<double>{{&x, 1, 1, 1}, law, &out, 1});
  EXPECT_EQ(out, 0.0);
}

TEST(DropoutLaw, CutsAtTheFloorOfTheProbability) {
  EXPECT_EQ(dropout_law(0.5, 0, 0, 0).threshold, 0x80000000U);
  EXPECT_EQ(dropout_law(0.0, 0, 0, 0).threshold, 0U);
  EXPECT_EQ(dropout_law(0.2, 0, 0, 0).threshold, 858993459U);  // 0.2 * 2^32 = 858993459.2
  EXPECT_EQ(dropout_law(std::nextafter(1.0, 0.0), 0, 0, 0).threshold, 0xFFFFFFFFU);
  EXPECT_EQ(dropout_law(0.75, 0, 0, 0).scale, 4.0);
}

TEST(DropoutLaw, RejectsProbabilitiesOutsideTheRange) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)dropout_law(1.0, 0, 0, 0); }),
              HasSubstr("p must be in [0, 1), got 1"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)dropout_law(-0.25, 0, 0, 0); }),
              HasSubstr("got -0.25"));
  EXPECT_THROW((void)dropout_law(std::nan(""), 0, 0, 0), InvalidArgument);
}

}  // namespace
}  // namespace isthmus::kernels::dropout_test
