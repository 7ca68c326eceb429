/// Two shared libraries that both contain core, as libisthmus and libisthmus-nn may: one state.
/// They are linked with -Bsymbolic, so that each calls its own copies of the functions.
#include <gtest/gtest.h>

#include "process_state_side.hpp"

namespace isthmus::test {
namespace {

TEST(ProcessState, TheBudgetOfOneLibraryBindsTheOther) {
  const Side first = first_side();
  const Side second = second_side();
  EXPECT_NE(reinterpret_cast<void*>(first.budget), reinterpret_cast<void*>(second.budget));
  int seen = 0;
  first.with_budget(7, [&] { seen = second.budget(); });
  EXPECT_EQ(seen, 7);
  EXPECT_EQ(first.budget(), second.budget());
}

TEST(ProcessState, TheExecutorOfOneLibraryServesTheOther) {
  int calls = 0;
  first_side().set_executor(true, &calls);
  second_side().run(5, [](std::int64_t) {});
  second_side().set_executor(false, nullptr);
  first_side().run(5, [](std::int64_t) {});
  EXPECT_EQ(calls, 1);
}

TEST(ProcessState, OneLibraryKnowsThatTheOtherRunsChunks) {
  bool inside = false;
  first_side().run(1, [&](std::int64_t) { inside = second_side().inside(); });
  EXPECT_TRUE(inside);
  EXPECT_FALSE(second_side().inside());
}

}  // namespace
}  // namespace isthmus::test
