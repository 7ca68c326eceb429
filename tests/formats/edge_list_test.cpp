#include "isthmus/formats/edge_list.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/message_of.hpp"

namespace isthmus::formats::edge_list_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A triangle with a tail, one edge of it added by a method: every byte by hand.
TEST(EdgeList, WritesTheFormatToTheByte) {
  EdgeList list{.num_nodes = 4, .method = "gtr", .mode = "definition"};
  list.rows = {{.u = 0, .v = 1}, {.u = 0, .v = 3, .type = 1}, {.u = 2, .v = 2}};
  EXPECT_EQ(write_edge_list(list),
            "# isthmus-edges 1 n=4 directed=0 method=gtr mode=definition\n"
            "0\t1\t0\n0\t3\t1\n2\t2\t0\n");
  list.directed = list.has_weight = true;
  list.rows[1].weight = 0.1;
  EXPECT_EQ(write_edge_list(list),
            "# isthmus-edges 1 n=4 directed=1 method=gtr mode=definition columns=weight\n"
            "0\t1\t0\t1\n0\t3\t1\t0.1\n2\t2\t0\t1\n");
  list.has_hop = true;
  list.rows[1].hop = 2;
  EXPECT_THAT(write_edge_list(list), HasSubstr("mode=definition columns=weight,hop\n0\t1\t0\t1\t1\n"
                                               "0\t3\t1\t0.1\t2\n"));
  list.has_weight = false;
  EXPECT_THAT(write_edge_list(list), HasSubstr("columns=hop\n0\t1\t0\t1\n0\t3\t1\t2\n"));
}

TEST(EdgeList, ReadsWhatPeopleDoToFiles) {
  const EdgeList list = read_edge_list(
      "\xEF\xBB\xBF# isthmus-edges 1 mode=m  n=3 method=x directed=1\r\n# a remark\r\n\r\n"
      "0 1 0\r\n1\t2\t5",
      "f");
  EXPECT_TRUE(list.directed);
  EXPECT_EQ(list.num_nodes, 3);
  EXPECT_THAT(list.rows, ElementsAre(EdgeRow{0, 1}, EdgeRow{1, 2, 5}));
  EXPECT_EQ(read_edge_list("# isthmus-edges 1 n=0 directed=0 method=x mode=m", "f").num_nodes, 0);
  EXPECT_TRUE(is_edge_list("# isthmus-edges 1 n=0"));
  EXPECT_FALSE(is_edge_list("# isthmus-edits 1 n=0"));
  EXPECT_FALSE(is_edge_list(""));
}

TEST(EdgeList, NamesLineAndRule) {
  const auto refuses = [](const std::string& text, const char* message) {
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)read_edge_list(text, "f"); }),
                message)
        << text;
  };
  const std::string first = "# isthmus-edges 1 n=3 directed=0 method=x mode=m\n";
  const std::string hops = "# isthmus-edges 1 n=3 directed=0 method=x mode=m columns=weight,hop\n";
  refuses(first + "0 1 0\n0 3 0\n",
          "f:3: v is out of range (expected an integer in 0..2, got \"3\")");
  refuses(first + "-1 1 0\n", "f:2: u is out of range (expected an integer in 0..2, got \"-1\")");
  refuses(first + "0 1\n",
          "f:2: edge_type is missing (expected one more field, got \"end of line\")");
  refuses(first + "0 1 0 7\n", "f:2: line has too many fields (expected end of line, got \"7\")");
  refuses(first + "0 1 -1\n",
          "f:2: edge_type is out of range (expected an integer >= 0, got \"-1\")");
  refuses(first + "0 2 0\n0 1 0\n",
          "f:3: rows must ascend by (u, v, edge_type), none may come twice");
  refuses(first + "0 2 0\n0 2 0\n",
          "f:3: rows must ascend by (u, v, edge_type), none may come twice");
  refuses(hops + "0 1 0 0 1\n", "f:2: weight must be > 0");
  refuses(hops + "0 1 0 1 0\n", "f:2: hop is out of range (expected an integer >= 1, got \"0\")");
  refuses("0 1 0\n",
          "f:1: no edge list of isthmus (expected \"# isthmus-edges 1 n=... directed=...\", got "
          "\"0 1 0\")");
  refuses("",
          "f:1: no edge list of isthmus (expected \"# isthmus-edges 1 n=... directed=...\", got "
          "\"\")");
  refuses("# isthmus-edges 2 n=3\n", "f:1: unknown version of the format (expected 1, got \"2\")");
  refuses("# isthmus-edges 1 n=3 n=4\n",
          "f:1: the first line holds each of n, directed, method, mode, columns once, as KEY=VALUE "
          "(expected another word, got \"n=4\")");
  refuses("# isthmus-edges 1 n=3 colour=4\n",
          "f:1: the first line holds each of n, directed, method, mode, columns once, as KEY=VALUE "
          "(expected another word, got \"colour=4\")");
  refuses("# isthmus-edges 1 n=-3 directed=0 method=x mode=m\n",
          "f:1: n must be a number of nodes (expected an integer in 0..2147483646, got \"-3\")");
  refuses("# isthmus-edges 1 n=3 directed=2 method=x mode=m\n",
          "f:1: directed must be told (expected 0 or 1, got \"2\")");
  refuses("# isthmus-edges 1 n=3 directed=0 method=x\n",
          "f:1: method and mode must be told (expected method=WORD mode=WORD, got \"# "
          "isthmus-edges 1 n=3 directed=0 method=x\")");
  refuses("# isthmus-edges 1 n=3 directed=0 method=x mode=m columns=hop,weight\n",
          "f:1: columns must be known (expected weight, hop or weight,hop, got \"hop,weight\")");
  refuses("# isthmus-edges 1 n=2000000000 directed=0 method=x mode=m\n",
          "f:1: n is larger than a text of this length can mean (expected at most 16778144, got "
          "\"2000000000\")");
}

TEST(EdgeList, WritesNothingThatItWouldNotRead) {
  const auto refuses = [](const EdgeList& list, const char* message) {
    EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)write_edge_list(list); }),
                HasSubstr(message));
  };
  EdgeList good{.num_nodes = 3, .method = "x", .mode = "m"};
  good.rows = {{.u = 0, .v = 1}, {.u = 0, .v = 2}};
  EdgeList bad = good;
  bad.method = "two words";
  refuses(bad, "method and mode must be one word each, got \"two words\"");
  bad = good;
  bad.num_nodes = 2;
  refuses(bad, "ends must be in 0..1, types >= 0, got 0-2 of type 0");
  bad = good;
  std::swap(bad.rows[0], bad.rows[1]);
  refuses(bad, "rows must ascend by (u, v, type), got 0-1 of type 0");
  bad = good;
  bad.rows[0].weight = 0.0;
  refuses(bad, "weights must be > 0 and finite, hops >= 1, got 0-1 of type 0");
}

class EdgeListOfRandomRows : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(EdgeListOfRandomRows, ComesBackBitByBit) {
  RandomStream draws(GetParam(), 0);
  EdgeList list{.num_nodes = 50,
                .directed = draws.integer(2) == 0,
                .method = "gdc",
                .mode = "definition",
                .has_weight = draws.integer(2) == 0,
                .has_hop = draws.integer(2) == 0};
  for (int i = 0; i < 200; ++i) {
    list.rows.push_back({.u = static_cast<std::int32_t>(draws.integer(50)),
                         .v = static_cast<std::int32_t>(draws.integer(50)),
                         .type = draws.integer(3),
                         .weight = list.has_weight ? draws.uniform() + 1e-300 : 1.0,
                         .hop = list.has_hop ? 1 + draws.integer(9) : 1});
  }
  const auto order = [](const EdgeRow& row) { return std::tuple(row.u, row.v, row.type); };
  std::sort(list.rows.begin(), list.rows.end(),
            [&](const EdgeRow& a, const EdgeRow& b) { return order(a) < order(b); });
  list.rows.erase(
      std::unique(list.rows.begin(), list.rows.end(),
                  [&](const EdgeRow& a, const EdgeRow& b) { return order(a) == order(b); }),
      list.rows.end());
  const std::string text = write_edge_list(list);
  const EdgeList back = read_edge_list(text, "f");
  EXPECT_EQ(back.rows, list.rows);
  EXPECT_EQ(write_edge_list(back), text);
}
INSTANTIATE_TEST_SUITE_P(Seeds, EdgeListOfRandomRows, ::testing::Range<std::uint64_t>(0, 8));

}  // namespace
}  // namespace isthmus::formats::edge_list_test
