#include "isthmus/core/prefetch.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/message_of.hpp"

namespace isthmus::prefetch_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::int64_t> all_of(Prefetch<std::int64_t>& values) {
  std::vector<std::int64_t> list;
  while (const auto value = values.next()) {
    list.push_back(*value);
  }
  return list;
}

class PrefetchAtDepth : public ::testing::TestWithParam<std::int64_t> {
 protected:
  const ThreadBudget budget_{3};
};

TEST_P(PrefetchAtDepth, GivesEveryValueInOrder) {
  Prefetch<std::int64_t> squares(
      2, 7, [](std::int64_t i) { return i * i; }, GetParam());
  EXPECT_EQ(squares.in_background(), GetParam() > 0);
  EXPECT_THAT(all_of(squares), ElementsAre(4, 9, 16, 25, 36));
  EXPECT_EQ(squares.next(), std::nullopt);
}

TEST_P(PrefetchAtDepth, HandsOnAnExceptionInItsPlaceAndThenNothing) {
  Prefetch<std::int64_t> values(
      0, 9,
      [](std::int64_t i) {
        if (i == 2) {
          throw std::runtime_error("no value 2");
        }
        return i;
      },
      GetParam());
  EXPECT_EQ(values.next(), 0);
  EXPECT_EQ(values.next(), 1);
  EXPECT_THAT(test::message_of<std::runtime_error>([&] { (void)values.next(); }), "no value 2");
  EXPECT_EQ(values.next(), std::nullopt);
}

TEST_P(PrefetchAtDepth, MovesValuesThatCannotBeCopied) {
  Prefetch<std::unique_ptr<int>> values(
      0, 2, [](std::int64_t i) { return std::make_unique<int>(static_cast<int>(i) + 5); },
      GetParam());
  EXPECT_EQ(**values.next(), 5);
  EXPECT_EQ(**values.next(), 6);
}

// Never more than `depth` values wait; with depth 0 each is made when it is asked for.
TEST_P(PrefetchAtDepth, StaysWithinItsDepth) {
  std::atomic<std::int64_t> made{0};
  std::atomic<std::int64_t> most_ahead{0};
  std::atomic<std::int64_t> taken{0};
  Prefetch<std::int64_t> values(
      0, 40,
      [&](std::int64_t i) {
        // Called with at most depth - 1 values waiting, this one not counted; `taken` may lag by
        // the one that next() is about to return.
        most_ahead = std::max(most_ahead.load(), made.fetch_add(1) - taken.load());
        return i;
      },
      GetParam());
  while (values.next()) {
    ++taken;
  }
  EXPECT_EQ(made, 40);
  EXPECT_LE(most_ahead, GetParam());
}

TEST_P(PrefetchAtDepth, StopsWhenItIsDropped) {
  std::atomic<int> made{0};
  {
    Prefetch<int> values(
        0, 1'000'000, [&](std::int64_t) { return ++made; }, GetParam());
    (void)values.next();
  }
  EXPECT_LE(made, 2 + static_cast<int>(GetParam()));
  {
    const Prefetch<int> never_asked(
        0, 5, [&](std::int64_t) { return 0; }, GetParam());
  }
}

TEST_P(PrefetchAtDepth, RunsSeriallyWhatItCalls) {
  Prefetch<bool> values(
      0, 1, [](std::int64_t) { return in_parallel_chunks(); }, GetParam());
  EXPECT_EQ(values.next(), GetParam() > 0);
}
INSTANTIATE_TEST_SUITE_P(Depths, PrefetchAtDepth, ::testing::Values(0, 1, 2, 7));

TEST(Prefetch, TakesNoThreadWhereThereIsNone) {
  const auto background = [] {
    return Prefetch<int>(0, 3, [](std::int64_t) { return 1; }).in_background();
  };
  {
    const ThreadBudget one(1);
    EXPECT_FALSE(background());
  }
  const ThreadBudget two(2);
  EXPECT_TRUE(background());
  bool inside = true;
  parallel_chunks(1, [&](std::int64_t) { inside = background(); });
  EXPECT_FALSE(inside);
}

TEST(Prefetch, OfNothingIsNothing) {
  Prefetch<std::int64_t> nothing(4, 4, [](std::int64_t i) { return i; });
  EXPECT_THAT(all_of(nothing), IsEmpty());
}

TEST(Prefetch, RefusesBadArgumentsAndSaysWhichValue) {
  const auto make = [](std::int64_t i) { return i; };
  EXPECT_THAT(
      test::message_of<InvalidArgument>(([&] { const Prefetch<std::int64_t> p(3, 2, make); })),
      "Prefetch: first must be <= end, which is 2, got 3");
  EXPECT_THAT(
      test::message_of<InvalidArgument>(([&] { const Prefetch<std::int64_t> p(0, 2, make, -1); })),
      "Prefetch: depth must be >= 0, got -1");
}

}  // namespace
}  // namespace isthmus::prefetch_test
