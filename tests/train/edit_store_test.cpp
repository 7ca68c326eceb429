#include "../../src/train/edit_store.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/formats/safetensors.hpp"

#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::train::edit_store_test {
namespace {

using isthmus::test::TemporaryFolder;
using ::testing::HasSubstr;

/// Two paths: 0 - 1 - 2, and 0 - 1.
std::vector<Graph> two_paths() {
  return {Graph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}}),
          Graph::from_edges(2, std::vector<Edge>{{0, 1}})};
}

RewireConfig stored_method() {
  RewireConfig config;
  config.method = "fosr";
  config.budget = "1";
  return config;
}

/// 0 - 2 instead of 1 - 2 in the first graph, nothing in the second.
std::vector<GraphEdits> some_edits() {
  return {{.num_nodes = 3,
           .removed = {{1, 2}},
           .added = {{.arc = {2, 0}, .type = 1}, {.arc = {0, 2}, .type = 1, .weight = 0.5F}}},
          {.num_nodes = 2}};
}

TEST(EditStore, GivesBackWhatItWasGiven) {
  const TemporaryFolder folder;
  const auto graphs = two_paths();
  const EditStore store(folder.path() / "cache", graphs, stored_method());
  EXPECT_FALSE(store.read());
  store.write(some_edits());
  EXPECT_EQ(store.read(), some_edits());
  EXPECT_EQ(store.path(), folder.path() / "cache" / (store.key() + ".edits"));
  EXPECT_EQ(store.key().size(), 64U);
  // Nothing temporary is left beside it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path() / "cache"),
                          std::filesystem::directory_iterator()),
            1);
}

TEST(EditStore, WithoutAFolderKeepsNothing) {
  const auto graphs = two_paths();
  const EditStore store({}, graphs, stored_method());
  store.write(some_edits());
  EXPECT_FALSE(store.read());
}

TEST(EditStore, IsNamedByGraphsAndConfigButNotByItsFolder) {
  const auto graphs = two_paths();
  const auto key = [&](const std::vector<Graph>& of, const RewireConfig& config) {
    return EditStore({}, of, config).key();
  };
  const RewireConfig config = stored_method();
  const std::string own = key(graphs, config);
  RewireConfig elsewhere = config;
  elsewhere.cache = "elsewhere";
  EXPECT_EQ(key(graphs, elsewhere), own);
  RewireConfig seeded = config;
  seeded.seed = 1;
  EXPECT_NE(key(graphs, seeded), own);
  RewireConfig control = config;
  control.control = true;
  EXPECT_NE(key(graphs, control), own);
  RewireConfig other = config;
  other.power_iters = 6;
  EXPECT_NE(key(graphs, other), own);
  EXPECT_NE(key({graphs[1], graphs[0]}, config), own);
  EXPECT_NE(key({graphs[0]}, config), own);
}

/// A file of some_edits() with one thing changed.
class HostileEdits : public ::testing::Test {
 protected:
  HostileEdits() { store_.write(some_edits()); }

  template <typename Change>
  void expect_refusal(const Change& change, const std::string& message) {
    formats::SafetensorsFile file = formats::read_safetensors(store_.path());
    change(file);
    write_file_atomically(store_.path(), formats::write_safetensors(file), Overwrite::kReplace);
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)store_.read(); }),
                HasSubstr(message));
    store_.write(some_edits());
  }
  template <typename T>
  static void set(formats::SafetensorsFile& file, const char* name, std::size_t at, T value) {
    std::memcpy(file.tensors.at(name).data.data() + at * sizeof(T), &value, sizeof(T));
  }

  TemporaryFolder folder_;
  std::vector<Graph> graphs_ = two_paths();
  EditStore store_{folder_.path(), graphs_, stored_method()};
};

using File = formats::SafetensorsFile;

TEST_F(HostileEdits, OfAnotherFormOrKeyAreRefused) {
  expect_refusal([](File& f) { f.metadata["format"] = "isthmus.edits/0"; },
                 "metadata 'format' (expected isthmus.edits/1, got isthmus.edits/0)");
  expect_refusal([](File& f) { f.metadata.erase("key"); }, "metadata 'key'");
  expect_refusal([](File& f) { f.tensors.erase("type"); }, "tensor 'type' is missing");
  expect_refusal(
      [](File& f) {
        f.tensors["nodes"].shape = {1, 2};
      },
      "tensor 'nodes' has another type or shape");
  expect_refusal([](File& f) { f.tensors["removed"].shape = {2}; }, "tensor 'removed' has another");
  expect_refusal([](File& f) { f.tensors["type"].type = formats::TensorType::kF32; },
                 "tensor 'type' has another");
}

TEST_F(HostileEdits, ThatBreakARuleAreRefused) {
  expect_refusal([](File& f) { set<std::int64_t>(f, "nodes", 0, 1LL << 40); },
                 "graph 0: nodes must be in [3, 18], got 1099511627776");
  expect_refusal([](File& f) { set<std::int64_t>(f, "nodes", 1, 1); }, "graph 1: nodes must be in");
  expect_refusal([](File& f) { set<std::int64_t>(f, "added_ptr", 1, 3); },
                 "tensor 'added_ptr' must go from 0 to 2 and never fall");
  expect_refusal([](File& f) { set<std::int64_t>(f, "removed_ptr", 2, 9); },
                 "tensor 'removed_ptr' must go from 0 to 1");
  expect_refusal([](File& f) { set<NodeId>(f, "removed", 1, 0); },
                 "graph 0: an edge removed is no edge of the graph");
  expect_refusal([](File& f) { set<NodeId>(f, "added", 0, 3); },
                 "graph 0: an arc added must join two nodes in 0..2, got 3 -> 0");
  expect_refusal([](File& f) { set<NodeId>(f, "added", 0, -1); }, "got -1 -> 0");
  expect_refusal([](File& f) { set<NodeId>(f, "added", 0, 0); }, "got 0 -> 0");
  expect_refusal([](File& f) { set<NodeId>(f, "added", 3, 0); }, "arcs added must ascend");
  expect_refusal([](File& f) { set<std::int32_t>(f, "type", 1, -1); }, "a type must be in [0, ");
  expect_refusal([](File& f) { set<float>(f, "weight", 0, -1.0F); }, "a weight must be > 0");
}

TEST_F(HostileEdits, CutShortAreRefused) {
  const std::string whole = read_file(store_.path());
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    write_file_atomically(store_.path(), whole.substr(0, size), Overwrite::kReplace);
    EXPECT_THROW((void)store_.read(), DataError) << size;
  }
}

}  // namespace
}  // namespace isthmus::train::edit_store_test
