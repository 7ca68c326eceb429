#include "text_table.hpp"

#include <gtest/gtest.h>

namespace isthmus::cli::text_table_test {
namespace {

TEST(TextTable, AlignsWordsLeftAndNumbersRightWithoutTrailingBlanks) {
  EXPECT_EQ(text_table({{"name", "n", "note"}, {"cora", "7", ""}, {"x", "1433", "words"}}),
            "name     n  note\n"
            "cora     7\n"
            "x     1433  words\n");
}

TEST(TextTable, CountsLettersAndNotBytes) {
  EXPECT_EQ(text_table({{"a", "b"}, {"\xc3\xa4\xc3\xa4", "x"}, {"aaa", "y"}}),
            "a    b\n\xc3\xa4\xc3\xa4   x\naaa  y\n");
}

TEST(TextTable, IsEmptyWithoutRows) { EXPECT_EQ(text_table({}), ""); }

TEST(FactLines, AlignsValues) {
  EXPECT_EQ(fact_lines({{"a", "1"}, {"long name", "2"}}), "a          1\nlong name  2\n");
}

TEST(SizeText, PicksTheUnit) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(size_text(std::uint64_t{3} << 30U), "3.0 GiB");
}

}  // namespace
}  // namespace isthmus::cli::text_table_test
