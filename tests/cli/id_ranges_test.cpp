#include "id_ranges.hpp"

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::cli::id_ranges_test {
namespace {

using ::testing::ElementsAre;

TEST(IdRanges, AreSortedAndEachOnce) {
  EXPECT_THAT(parse_id_ranges("--pairs", "7,0-2,1", 9), ElementsAre(0, 1, 2, 7));
  EXPECT_THAT(parse_id_ranges("--pairs", "9", 9), ElementsAre(9));
}

TEST(IdRanges, RefuseWhatIsNone) {
  for (const char* text : {"10", "-1", "3-1", "a", "1-", "1,,2", "1-2-3", "1.5"}) {
    EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)parse_id_ranges("--pairs", text, 9); }),
              "--pairs must be numbers in 0..9 and ranges of them, A-B,C,..., got '" +
                  std::string(text) + "'");
  }
}

TEST(IdRanges, AreWrittenAsRuns) {
  formats::Json ids = formats::Json::array();
  EXPECT_EQ(id_range_text(ids), "none");
  for (const std::int64_t id : {0, 1, 2, 5, 7, 8}) {
    ids.push_back(id);
  }
  EXPECT_EQ(id_range_text(ids), "0-2, 5, 7-8");
}

}  // namespace
}  // namespace isthmus::cli::id_ranges_test
