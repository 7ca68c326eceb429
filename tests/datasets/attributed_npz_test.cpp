#include "isthmus/datasets/attributed_npz.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/npz.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::attributed_npz_test {
namespace {

using formats::make_npy;
using formats::NpyArray;
using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;

using Longs = std::vector<std::int64_t>;
using Arrays = std::vector<std::pair<std::string, NpyArray>>;

NpyArray longs(const Longs& values) {
  return make_npy<std::int64_t>(values, {static_cast<std::int64_t>(values.size())});
}
NpyArray floats(const std::vector<float>& values, const Longs& shape) {
  return make_npy<float>(values, shape);
}

/// Arcs 0 -> 1, 0 -> 2, 1 -> 0, 2 -> 2; features [[0, 2], [0, 0], [3, 1]].
Arrays good() {
  return {{"adj_data", floats({5, 5, 5, 5}, {4})},
          {"adj_indptr", longs({0, 2, 3, 4})},
          {"adj_indices", longs({2, 1, 0, 2})},
          {"adj_shape", longs({3, 3})},
          {"attr_data", floats({2, 1, 3}, {3})},
          {"attr_indptr", longs({0, 1, 1, 3})},
          {"attr_indices", longs({1, 1, 0})},
          {"attr_shape", longs({3, 2})},
          {"labels", longs({7, -3, 7})}};
}

Arrays with(const std::string& name, NpyArray array) {
  Arrays arrays = good();
  for (auto& [key, value] : arrays) {
    if (key == name) {
      value = std::move(array);
    }
  }
  return arrays;
}

Dataset read(const Arrays& arrays, const LoadOptions& options = {}) {
  const TemporaryFolder dir;
  return read_attributed_npz(dir.write("toy.npz", formats::write_npz(arrays)), options);
}

std::string message_for(const Arrays& arrays) {
  const TemporaryFolder dir;
  const auto path = dir.write("toy.npz", formats::write_npz(arrays));
  return message_of([&] { (void)read_attributed_npz(path); }, dir.path());
}

TEST(ReadAttributedNpz, SymmetrisesAndDropsLoops) {
  const Dataset dataset = read(good());
  EXPECT_THAT(dataset.graphs[0].edges(), ElementsAre(Edge{0, 1}, Edge{0, 2}));
  EXPECT_EQ(dataset.report.arcs_read, 4);
  EXPECT_EQ(dataset.report.arcs_kept, 4);
  EXPECT_EQ(dataset.report.duplicates, 0);
  EXPECT_EQ(dataset.report.loops_dropped, 1);
  EXPECT_EQ(dataset.report.isolated_nodes, 0);
  EXPECT_THAT(dataset.y, ElementsAre(1, 0, 1));
  EXPECT_THAT(dataset.class_labels, ElementsAre("-3", "7"));
  EXPECT_EQ(read(good(), {.keep_loops = true}).num_arcs(), 5);
}

TEST(ReadAttributedNpz, SortsTheColumnsOfEachRow) {
  const Dataset dataset = read(good());
  EXPECT_TRUE(dataset.x.sparse);
  EXPECT_THAT(dataset.x.rowptr, ElementsAre(0, 1, 1, 3));
  EXPECT_THAT(dataset.x.col, ElementsAre(1, 0, 1));
  EXPECT_THAT(dataset.x.value, ElementsAre(2, 3, 1));
}

TEST(ReadAttributedNpz, ReadsDenseAndAbsentFeatures) {
  Arrays arrays = good();
  arrays.erase(arrays.begin() + 4, arrays.begin() + 8);
  EXPECT_EQ(read(arrays).x.num_cols, 0);
  EXPECT_EQ(read(arrays).x.num_rows, 3);
  arrays.emplace_back("attr_matrix", floats({0, 2, 0, 0, 3, 1}, {3, 2}));
  EXPECT_EQ(content_sha256(read(arrays)), content_sha256(read(good())));
}

TEST(ReadAttributedNpz, RefusesArraysThatDoNotFitTogether) {
  EXPECT_EQ(message_for(with("adj_shape", longs({3, 3, 3}))),
            "DIR/toy.npz!adj_shape.npy: shape is wrong (expected [2], got [3])");
  EXPECT_EQ(message_for(with("adj_shape", longs({-1, 3}))),
            "DIR/toy.npz!adj_shape.npy: extent at position 0 is out of range (expected "
            "0..2147483646, got -1)");
  EXPECT_EQ(message_for(with("adj_shape", longs({3, 4}))),
            "DIR/toy.npz!adj_shape.npy: adjacency must be square (expected [N, N], got [3, 4])");
  EXPECT_EQ(message_for(with("adj_indptr", longs({0, 2, 4}))),
            "DIR/toy.npz!adj_indptr.npy: shape is wrong (expected [4], got [3])");
  EXPECT_EQ(message_for(with("adj_indptr", longs({0, 2, 1, 4}))),
            "DIR/toy.npz!adj_indptr.npy: row offsets must rise from 0 to the number of indices "
            "(expected 0..4, got 0..4, decreasing)");
  EXPECT_EQ(message_for(with("adj_indptr", longs({0, 2, 3, 5}))),
            "DIR/toy.npz!adj_indptr.npy: row offsets must rise from 0 to the number of indices "
            "(expected 0..4, got 0..5)");
  EXPECT_EQ(message_for(with("adj_indices", longs({1, 2, 3, 0}))),
            "DIR/toy.npz!adj_indices.npy: index at position 2 is out of range (expected 0..2, got "
            "3)");
  EXPECT_EQ(message_for(with("attr_shape", longs({4, 2}))),
            "DIR/toy.npz!attr_indptr.npy: shape is wrong (expected [5], got [4])");
  EXPECT_EQ(message_for(with("attr_data", floats({1, 2}, {2}))),
            "DIR/toy.npz!attr_data.npy: shape is wrong (expected [3], got [2])");
  EXPECT_EQ(message_for(with("attr_indices", longs({1, 1, 1}))),
            "DIR/toy.npz!attr_data.npy: entry (2, 1) is there twice");
  EXPECT_EQ(message_for(with("labels", longs({1, 2}))),
            "DIR/toy.npz!labels.npy: shape is wrong (expected [3], got [2])");
}

}  // namespace
}  // namespace isthmus::datasets::attributed_npz_test
