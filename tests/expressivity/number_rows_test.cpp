#include "expressivity/number_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"

namespace isthmus::expressivity::number_rows_test {
namespace {

TEST(NumberRows, RanksRowsAndAShorterOneFirst) {
  const std::vector<std::uint64_t> words = {2, 1, 2, 1, 2, 3, 2};
  const std::vector<std::int64_t> offset = {0, 1, 3, 5, 5, 6, 7};  // 2 | 1 2 | 1 2 | | 3 | 2
  const Numbering result = number_rows(words, offset);
  EXPECT_EQ(result.colour, (std::vector<std::uint32_t>{2, 1, 1, 0, 3, 2}));
  EXPECT_EQ(result.classes, 4);
}

TEST(NumberRows, NoRows) {
  const std::vector<std::int64_t> none = {0};
  EXPECT_EQ(number_rows({}, none).classes, 0);
  EXPECT_EQ(number_rows({}, {}).classes, 0);
}

TEST(NumberRows, EqualADictionary) {
  RandomStream draws(5, 0);
  std::vector<std::uint64_t> words;
  std::vector<std::int64_t> offset = {0};
  std::map<std::vector<std::uint64_t>, std::uint32_t> dictionary;
  for (int r = 0; r < 200; ++r) {
    std::vector<std::uint64_t> row;
    for (auto length = draws.integer(4); length > 0; --length) {
      row.push_back(static_cast<std::uint64_t>(draws.integer(3)));
    }
    words.insert(words.end(), row.begin(), row.end());
    offset.push_back(static_cast<std::int64_t>(words.size()));
    dictionary.emplace(row, 0);
  }
  std::uint32_t next = 0;
  for (auto& [row, rank] : dictionary) {
    rank = next++;
  }
  const Numbering result = number_rows(words, offset);
  EXPECT_EQ(result.classes, static_cast<std::int64_t>(dictionary.size()));
  for (std::size_t r = 0; r + 1 < offset.size(); ++r) {
    EXPECT_EQ(result.colour[r],
              dictionary.at({words.begin() + offset[r], words.begin() + offset[r + 1]}));
  }
}

}  // namespace
}  // namespace isthmus::expressivity::number_rows_test
