#include "isthmus/datasets/heterophilous_npz.hpp"

#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/npz.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::heterophilous_npz_test {
namespace {

using formats::make_npy;
using formats::NpyArray;
using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Longs = std::vector<std::int64_t>;
using Bytes = std::vector<std::uint8_t>;

NpyArray longs(const Longs& values, const Longs& shape) {
  return make_npy<std::int64_t>(values, shape);
}
NpyArray masks(const Bytes& values, const Longs& shape) {
  return make_npy<std::uint8_t>(values, shape);
}

using Arrays = std::vector<std::pair<std::string, NpyArray>>;

/// 0 - 1 - 2 and a loop at 2; labels 10, 20, 20; two splits.
Arrays good() {
  return {{"node_features", make_npy<float>(std::vector<float>{1, 2, 3, 4, 5, 6}, {3, 2})},
          {"node_labels", longs({10, 20, 20}, {3})},
          {"edges", longs({0, 1, 2, 1, 2, 2}, {3, 2})},
          {"train_masks", masks({1, 0, 0, 0, 1, 0}, {2, 3})},
          {"val_masks", masks({0, 1, 0, 0, 0, 1}, {2, 3})},
          {"test_masks", masks({0, 0, 1, 1, 0, 0}, {2, 3})}};
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

Dataset read(const Arrays& arrays, EdgeDirection direction = EdgeDirection::kUndirected,
             const LoadOptions& options = {}) {
  const TemporaryFolder dir;
  return read_heterophilous_npz(dir.write("toy.npz", formats::write_npz(arrays)), direction,
                                options);
}

std::string message_for(const Arrays& arrays) {
  const TemporaryFolder dir;
  const auto path = dir.write("toy.npz", formats::write_npz(arrays));
  return message_of([&] { (void)read_heterophilous_npz(path, EdgeDirection::kUndirected); },
                    dir.path());
}

TEST(ReadHeterophilousNpz, MakesBothArcsOfEachEdge) {
  const Dataset dataset = read(good());
  EXPECT_THAT(dataset.graphs[0].edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 2}));
  EXPECT_EQ(dataset.num_arcs(), 5);
  EXPECT_EQ(dataset.report.loops, 1);
  EXPECT_EQ(dataset.report.loops_dropped, 0);
  EXPECT_THAT(dataset.y, ElementsAre(0, 1, 1));
  EXPECT_THAT(dataset.class_labels, ElementsAre("10", "20"));
  EXPECT_THAT(dataset.x.dense, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_FALSE(dataset.x.sparse);
  ASSERT_EQ(dataset.splits.size(), 2U);
  EXPECT_THAT(dataset.splits[1].train, ElementsAre(1));
  EXPECT_THAT(dataset.splits[1].val, ElementsAre(2));
  EXPECT_THAT(dataset.splits[1].test, ElementsAre(0));
}

TEST(ReadHeterophilousNpz, KeepsArcsAsListedInDirectedFiles) {
  const Dataset dataset = read(good(), EdgeDirection::kDirected);
  EXPECT_THAT(dataset.graphs[0].arcs(), ElementsAre(Edge{0, 1}, Edge{2, 1}, Edge{2, 2}));
}

TEST(ReadHeterophilousNpz, MergesAnEdgeListedInBothDirections) {
  const Arrays arrays = with("edges", longs({0, 1, 1, 0}, {2, 2}));
  EXPECT_EQ(read(arrays).num_arcs(), 2);
  EXPECT_EQ(read(arrays).report.duplicates, 2);
  EXPECT_EQ(read(arrays, EdgeDirection::kUndirected, {.keep_duplicates = true}).num_arcs(), 4);
}

TEST(ReadHeterophilousNpz, TakesNegativeLabelsAsNone) {
  Arrays arrays = with("node_labels", longs({4, 4, -1}, {3}));
  for (auto& [key, value] : arrays) {
    if (key.ends_with("_masks")) {
      value = masks({0, 0, 0}, {1, 3});
    }
  }
  arrays[3].second = masks({1, 1, 0}, {1, 3});
  const Dataset dataset = read(arrays);
  EXPECT_THAT(dataset.has_label, ElementsAre(1, 1, 0));
  EXPECT_EQ(dataset.num_classes, 1);
  EXPECT_THAT(dataset.y, ElementsAre(0, 0, 0));
  EXPECT_THAT(read(good()).has_label, IsEmpty());
}

TEST(ReadHeterophilousNpz, RefusesArraysThatDoNotFitTogether) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(message_for(with("node_features", make_npy<float>(std::vector<float>{1, 2}, {2}))),
            "DIR/toy.npz!node_features.npy: shape is wrong (expected [*, *], got [2])");
  EXPECT_EQ(
      message_for(with("node_features", make_npy<float>(std::vector<float>{1, nan, 3}, {3, 1}))),
      "DIR/toy.npz!node_features.npy: value at position 1 is not finite (expected a finite "
      "number, got nan)");
  EXPECT_EQ(message_for(with("node_labels", longs({1, 2}, {2}))),
            "DIR/toy.npz!node_labels.npy: shape is wrong (expected [3], got [2])");
  EXPECT_EQ(message_for(with("edges", longs({0, 1, 2}, {1, 3}))),
            "DIR/toy.npz!edges.npy: shape is wrong (expected [*, 2], got [1, 3])");
  EXPECT_EQ(message_for(with("edges", longs({0, 1, 1, 3}, {2, 2}))),
            "DIR/toy.npz!edges.npy: node id at position 3 is out of range (expected 0..2, got 3)");
  EXPECT_EQ(message_for(with("edges", longs({0, -1}, {1, 2}))),
            "DIR/toy.npz!edges.npy: node id at position 1 is out of range (expected 0..2, got "
            "-1)");
  EXPECT_EQ(message_for(with("train_masks", masks({1, 0}, {1, 2}))),
            "DIR/toy.npz!train_masks.npy: shape is wrong (expected [*, 3], got [1, 2])");
  EXPECT_EQ(message_for(with("val_masks", masks({0, 1, 0}, {1, 3}))),
            "DIR/toy.npz!val_masks.npy: shape is wrong (expected [2, 3], got [1, 3])");
  EXPECT_EQ(message_for(with("test_masks", masks({0, 0, 1, 1, 1, 0}, {2, 3}))),
            "DIR/toy.npz: split 1: node 1 of the test part is in the train part already");
  EXPECT_EQ(message_for(with("node_labels", longs({10, -1, 20}, {3}))),
            "DIR/toy.npz: split 0: node 1 of the val part has no label");
  EXPECT_EQ(message_for(with("node_features", make_npy<float>(std::vector<float>{}, {0, 2}))),
            "DIR/toy.npz!node_features.npy: there are no nodes (expected at least one row)");
  Arrays short_file = good();
  short_file.pop_back();
  EXPECT_EQ(message_for(short_file),
            "DIR/toy.npz: has no array \"test_masks\" (it has node_features, node_labels, edges, "
            "train_masks, val_masks)");
}

TEST(ReadHeterophilousNpz, RefusesObjectArrays) {
  // The header that numpy writes for an array of Python objects; its pickle is never looked at.
  std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }";
  header.resize(117, ' ');
  header += '\n';
  const std::string npy = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "cos\nsystem\n";
  std::vector<std::string> content;
  for (const auto& [name, array] : good()) {
    content.push_back(name == "node_labels" ? npy : formats::write_npy(array));
  }
  std::vector<formats::ZipEntry> entries;
  for (std::size_t i = 0; i < content.size(); ++i) {
    entries.push_back({.name = good()[i].first + ".npy", .content = content[i]});
  }
  const TemporaryFolder dir;
  const auto path = dir.write("toy.npz", formats::write_zip(entries));
  EXPECT_THAT(
      message_of([&] { (void)read_heterophilous_npz(path, EdgeDirection::kUndirected); },
                 dir.path()),
      ::testing::MatchesRegex("DIR/toy.npz!node_labels.npy@[0-9]+: arrays of Python objects are "
                              "refused: they hold pickles, which can run code.*"));
}

TEST(ReadHeterophilousNpz, RefusesTruncatedAndDamagedFiles) {
  const TemporaryFolder dir;
  const std::string bytes = formats::write_npz(good(), formats::ZipMethod::kStored);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1}) {
    const auto path = dir.write("toy.npz", bytes.substr(0, size));
    EXPECT_THROW((void)read_heterophilous_npz(path, EdgeDirection::kUndirected), DataError) << size;
  }
  std::string damaged = bytes;
  damaged[damaged.find("NUMPY") + 200] ^= 1;  // inside the first member's data
  const auto path = dir.write("toy.npz", damaged);
  EXPECT_THROW((void)read_heterophilous_npz(path, EdgeDirection::kUndirected), DataError);
  EXPECT_THROW((void)read_heterophilous_npz(dir.path() / "absent.npz", EdgeDirection::kDirected),
               DataError);
}

}  // namespace
}  // namespace isthmus::datasets::heterophilous_npz_test
