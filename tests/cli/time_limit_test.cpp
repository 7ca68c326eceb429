#include "time_limit.hpp"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace isthmus::cli::time_limit_test {
namespace {

/// Waits for the token, a minute at most.
bool comes(const CancelToken& token) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::minutes(1);
  while (!token.requested() && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return token.requested();
}

TEST(TimeLimit, IsTheOuterTokenWhereThereIsNone) {
  const CancelToken outer;
  const TimeLimit limit(outer, {});
  EXPECT_FALSE(limit.token().requested());
  outer.request();
  EXPECT_TRUE(limit.token().requested());
  EXPECT_FALSE(limit.over()) << "the user ended it";
}

TEST(TimeLimit, RequestsItsOwnTokenAlone) {
  const CancelToken outer;
  const TimeLimit limit(outer, 0.01);
  EXPECT_TRUE(comes(limit.token()));
  EXPECT_TRUE(limit.over());
  EXPECT_FALSE(outer.requested());
  EXPECT_TRUE(TimeLimit(outer, 0.0).token().requested()) << "no time at all";
}

TEST(TimeLimit, HearsOfTheOuterToken) {
  const CancelToken outer;
  const TimeLimit limit(outer, 3600.0);
  EXPECT_FALSE(limit.token().requested());
  outer.request();
  EXPECT_TRUE(comes(limit.token()));
  EXPECT_FALSE(limit.over());
}

TEST(TimeLimit, EndsWithoutWaiting) {
  const CancelToken outer;
  { const TimeLimit limit(outer, 1e9); }
  EXPECT_FALSE(outer.requested());
}

}  // namespace
}  // namespace isthmus::cli::time_limit_test
