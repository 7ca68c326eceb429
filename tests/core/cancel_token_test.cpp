#include "isthmus/core/cancel_token.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace isthmus::cancel_token_test {
namespace {

TEST(CancelToken, CopiesShareTheFlagAndOthersDoNot) {
  const CancelToken token;
  const CancelToken copy = token;
  const CancelToken other;
  EXPECT_FALSE(copy.requested());
  token.request();
  EXPECT_TRUE(copy.requested());
  EXPECT_FALSE(other.requested());
}

const CancelToken* in_handler = nullptr;

TEST(CancelToken, MayBeRequestedByASignalHandler) {
  const CancelToken token;
  in_handler = &token;
  auto* const before = std::signal(SIGUSR1, [](int) { in_handler->request(); });
  std::raise(SIGUSR1);
  std::signal(SIGUSR1, before);
  EXPECT_TRUE(token.requested());
}

}  // namespace
}  // namespace isthmus::cancel_token_test
