#include "isthmus/datasets/set_file.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/npz.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::set_file_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::HasSubstr;
using Arrays = std::vector<std::pair<std::string, formats::NpyArray>>;

TEST(ReadSetFile, TellsFormatsByContent) {
  const TemporaryFolder dir;
  dir.write("DS/DS_A.txt", "1, 2\n2, 1\n");
  dir.write("DS/DS_graph_indicator.txt", "1\n1\n2\n");
  dir.write("DS/DS_graph_labels.txt", "0\n1\n");
  const auto tu = read_set_file(dir / "DS");
  ASSERT_TRUE(tu.has_value());
  EXPECT_EQ(tu->graphs.size(), 2U);

  const std::string gin = dir.write("two.txt", "2\r\n1 0\n0 0\n2 1\n0 1 1\n0 1 0\n");
  ASSERT_TRUE(read_set_file(gin).has_value());
  EXPECT_EQ(read_set_file(gin)->graphs.size(), 2U);

  EXPECT_FALSE(read_set_file(dir.write("list.txt", "0 1\n1 2\n")).has_value());
  EXPECT_FALSE(read_set_file(dir.write("empty.txt", "")).has_value());
  EXPECT_FALSE(
      read_set_file(dir.write("own.txt", "# isthmus-edges 1 n=0 directed=0 method=x mode=m\n"))
          .has_value());
}

TEST(ReadSetFile, ReadsArraysByTheirNames) {
  const TemporaryFolder dir;
  const auto longs = [](const std::vector<std::int64_t>& values) {
    return formats::make_npy<std::int64_t>(values, {static_cast<std::int64_t>(values.size())});
  };
  const std::string path =
      dir.write("a.npz", formats::write_npz(Arrays{{"adj_indptr", longs({0, 1, 1})},
                                                   {"adj_indices", longs({1})},
                                                   {"adj_shape", longs({2, 2})},
                                                   {"labels", longs({0, 1})}}));
  ASSERT_TRUE(read_set_file(path).has_value());
  EXPECT_EQ(read_set_file(path)->graphs.at(0).num_edges(), 2);
  const std::string other = dir.write("b.npz", formats::write_npz(Arrays{{"x", longs({0})}}));
  EXPECT_EQ(message_of([&] { (void)read_set_file(other); }, dir.path()),
            "DIR/b.npz: is of no known layout (expected an array adj_indptr or edges)");
  EXPECT_THAT(message_of([&] { (void)read_set_file(dir / "none.txt"); }, dir.path()),
              HasSubstr("DIR/none.txt: cannot be opened"));
}

}  // namespace
}  // namespace isthmus::datasets::set_file_test
