#include "isthmus/datasets/botnet_hdf5.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/botnet.hpp"
#include "isthmus/datasets/graph_loader.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/hdf5_writer.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::botnet_hdf5_test {
namespace {

using formats::Hdf5Writer;
using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Shape = std::vector<std::int64_t>;
using Ids = std::vector<std::int64_t>;
using Bits = std::vector<std::uint8_t>;

// The counts are those of the table beside the file.
TEST(BotnetHdf5, ReadsTheSampleOfTheAuthors) {
  ISTHMUS_NEEDS_SET("botnet:sample");
  const GraphSource source = open_graphs("botnet:sample", test::roots());
  ASSERT_EQ(source.num_graphs, 1);
  EXPECT_EQ(source.num_features, 1);
  const LabelledGraph item = source.graph(0);
  EXPECT_EQ(item.graph.num_nodes(), 115);
  EXPECT_EQ(item.graph.num_edges(), 73);
  EXPECT_EQ(std::accumulate(item.y.begin(), item.y.end(), std::int64_t{0}), 10);
  EXPECT_EQ(item.x.num_rows, 115);
  EXPECT_EQ(item.x.dense, std::vector<float>(115, 1.0F));
  EXPECT_THAT(item.edge_y, IsEmpty());
  const Dataset set = load("botnet:sample", test::roots());
  EXPECT_EQ(set.report.format, "botnet-hdf5");
  ASSERT_EQ(set.report.files.size(), 1U);
  EXPECT_EQ(set.report.files[0].path, "botnet/sample_hdf5/tmp.hdf5");
  EXPECT_EQ(set.report.files[0].sha256,
            "756539ee554015f041ad99e28dfc74fb0f45902578d055880e78539d38db00fa");
}

/// Two graphs. '0': arcs 2 -> 0, 1 -> 0, 2 -> 0 of which the first is a bot's; '1': one node.
void fill_two(Hdf5Writer& out) {
  out.group("/0");
  out.attribute("/0", "num_nodes", std::int64_t{3});
  out.array("/0/edge_index", Shape{2, 3}, Ids{2, 1, 2, 0, 0, 0});
  out.array("/0/y", Shape{3}, Bits{1, 0, 1});
  out.array("/0/edge_y", Shape{3}, Bits{1, 0, 0});
  out.group("/1");
  out.attribute("/1", "num_nodes", std::int64_t{1});
  out.array("/1/edge_index", Shape{2, 0}, Ids{});
  out.array("/1/y", Shape{1}, Bits{0});
  out.array("/1/edge_y", Shape{0}, Bits{});
}

TEST(BotnetHdf5, KeepsDirectionDuplicatesAndTheTargetsOfArcs) {
  const TemporaryFolder folder;
  formats::write_hdf5(folder / "a.hdf5", fill_two, Overwrite::kRefuse);
  const GraphSource source = open_botnet_hdf5({folder / "a.hdf5"});
  EXPECT_EQ(source.num_graphs, 2);
  const LabelledGraph item = source.graph(0);
  EXPECT_THAT(item.graph.arcs(), ElementsAre(Edge{1, 0}, Edge{2, 0}, Edge{2, 0}));
  EXPECT_THAT(item.edge_y, ElementsAre(0, 1, 0));  // parallel arcs in the file's order
  EXPECT_THAT(item.y, ElementsAre(1, 0, 1));
  EXPECT_THAT(item.x.dense, ElementsAre(1.0F, 1.0F, 1.0F));
  EXPECT_EQ(source.graph(1).graph.num_edges(), 0);
  EXPECT_EQ(message_of([&] { (void)source.graph(2); }),
            "open_botnet_hdf5: graph must be in [0, 2), got 2");
}

TEST(BotnetHdf5, GivesBackWhatItWrote) {
  const TemporaryFolder folder;
  const GraphSource made = botnet({.num_graphs = 12, .num_nodes = 400, .seed = 3});
  write_botnet_hdf5(folder / "a.hdf5", made, Overwrite::kRefuse);
  const GraphSource read = open_botnet_hdf5({folder / "a.hdf5"});
  EXPECT_EQ(read.split.test, made.split.test);
  EXPECT_EQ(content_sha256(collect(read)), content_sha256(collect(made)));
  write_botnet_hdf5(folder / "b.hdf5", read, Overwrite::kRefuse);
  EXPECT_EQ(folder.read("a.hdf5"), folder.read("b.hdf5"));
  // In batches ahead of their use: the library is asked on another thread.
  const ThreadBudget budget(2);
  const GraphLoader loader(read, read.split.train, {.batch_size = 2, .max_graphs = 6});
  auto epoch = loader.epoch(0);
  std::int64_t count = 0;
  while (const auto batch = epoch.next()) {
    count += static_cast<std::int64_t>(batch->size());
  }
  EXPECT_EQ(count, 10);
}

TEST(BotnetHdf5, TakesThreeFilesAsTheParts) {
  const TemporaryFolder folder;
  const std::int64_t sizes[] = {3, 2, 1};
  std::vector<std::filesystem::path> files;
  for (const std::int64_t size : sizes) {
    files.emplace_back(folder / (std::to_string(size) + ".hdf5"));
    write_botnet_hdf5(
        files.back(),
        botnet({.num_graphs = size, .num_nodes = 100, .seed = static_cast<std::uint64_t>(size)}),
        Overwrite::kRefuse);
  }
  const GraphSource source = open_botnet_hdf5(files);
  EXPECT_EQ(source.num_graphs, 6);
  EXPECT_THAT(source.split.train, ElementsAre(0, 1, 2));
  EXPECT_THAT(source.split.val, ElementsAre(3, 4));
  EXPECT_THAT(source.split.test, ElementsAre(5));
  EXPECT_EQ(source.graph(4).y, botnet({.num_graphs = 2, .num_nodes = 100, .seed = 2}).graph(1).y);
  EXPECT_EQ(message_of([&] {
              (void)open_botnet_hdf5({files[0], files[1]});
            }),
            "open_botnet_hdf5: files must be one, or three (train, val, test), got 2");
}

TEST(BotnetHdf5, FindsThePublishedSetsInARoot) {
  const TemporaryFolder folder;
  const DataRoots roots{.roots = {folder.path()}, .origin = "--data-root"};
  EXPECT_EQ(message_of([&] { (void)load("botnet:chord", roots); }, folder.path()),
            R"(data set 'botnet:chord' is not in the data root
  looked for  DIR/botnet/raw/chord_raw.hdf5      (root from --data-root)
  to get it   place that file there by hand from
              https://zenodo.org/record/3689089/files/botnet_chord.tar.gz
  without it  generated: gen:botnet)");
  std::filesystem::create_directories(folder.path() / "botnet/raw");
  std::filesystem::create_directories(folder.path() / "botnet/processed");
  const GraphSource ten = botnet({.num_graphs = 10, .num_nodes = 50});
  write_botnet_hdf5(folder / "botnet/raw/chord_raw.hdf5", ten, Overwrite::kRefuse);
  const GraphSource raw = open_graphs("botnet:chord", roots);
  EXPECT_EQ(raw.name, "botnet:chord");
  EXPECT_EQ(raw.split.train.size(), 8U);
  EXPECT_THAT(raw.report.warnings,
              ElementsAre("the published split is a pickle, which is never read: graphs are split "
                          "80/10/10 in order"));
  for (const char* part : {"train", "val", "test"}) {
    write_botnet_hdf5(folder / ("botnet/processed/chord_" + std::string(part) + ".hdf5"),
                      botnet({.num_graphs = 2, .num_nodes = 50}), Overwrite::kRefuse);
  }
  const Dataset set = load("botnet:chord", roots);
  EXPECT_THAT(set.splits[0].val, ElementsAre(2, 3));
  EXPECT_THAT(set.report.warnings, IsEmpty());
  ASSERT_EQ(set.report.files.size(), 3U);
  EXPECT_EQ(set.report.files[2].path, "botnet/processed/chord_test.hdf5");
  EXPECT_EQ(set.report.files[2].sha256.size(), 64U);
}

struct Broken {
  const char* message;
  std::function<void(Hdf5Writer&)> fill;
};

/// Graph '0' of three nodes but for what the caller writes himself.
void fill_but(Hdf5Writer& out, const std::string& left_out) {
  out.group("/0");
  if (left_out != "num_nodes") {
    out.attribute("/0", "num_nodes", std::int64_t{3});
  }
  if (left_out != "edge_index") {
    out.array("/0/edge_index", Shape{2, 2}, Ids{0, 1, 1, 2});
  }
  if (left_out != "y") {
    out.array("/0/y", Shape{3}, Bits{1, 0, 1});
  }
}

TEST(BotnetHdf5, RefusesBrokenFiles) {
  const std::vector<Broken> table{
      {"DIR/a.hdf5!/graph: must be a graph, named by its number (expected 0..0)",
       [](Hdf5Writer& out) { out.group("/graph"); }},
      {"DIR/a.hdf5!/1: must be a graph, named by its number (expected 0..0)",
       [](Hdf5Writer& out) { out.group("/1"); }},
      {"DIR/a.hdf5!/00: must be a graph, named by its number (expected 0..1)",
       [](Hdf5Writer& out) {
         out.group("/0");
         out.group("/00");
       }},
      {"DIR/a.hdf5!/99999999999999999999: must be a graph, named by its number (expected 0..0)",
       [](Hdf5Writer& out) { out.group("/99999999999999999999"); }},
      {"DIR/a.hdf5!/: attribute num_graphs disagrees with the content (expected 1, got 2)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.attribute("/", "num_graphs", std::int64_t{2});
       }},
      {"DIR/a.hdf5!/0/y: is missing (expected an array)",
       [](Hdf5Writer& out) { fill_but(out, "y"); }},
      {"DIR/a.hdf5!/0/edge_index: is missing (expected an array)",
       [](Hdf5Writer& out) { fill_but(out, "edge_index"); }},
      {"DIR/a.hdf5!/0: has no attribute num_nodes",
       [](Hdf5Writer& out) { fill_but(out, "num_nodes"); }},
      {"DIR/a.hdf5!/0: attribute 'num_nodes' must be one integer of at most 8 bytes",
       [](Hdf5Writer& out) {
         fill_but(out, "num_nodes");
         out.attribute("/0", "num_nodes", 3.0);
       }},
      {"DIR/a.hdf5!/0: attribute num_nodes must be in 0 .. 2^31 - 1, got -1",
       [](Hdf5Writer& out) {
         fill_but(out, "num_nodes");
         out.attribute("/0", "num_nodes", std::int64_t{-1});
       }},
      {"DIR/a.hdf5!/0/y: shape must be (4), got (3)",
       [](Hdf5Writer& out) {
         fill_but(out, "num_nodes");
         out.attribute("/0", "num_nodes", std::int64_t{4});
       }},
      {"DIR/a.hdf5!/0/y: shape must be (3), got (3, 1)",
       [](Hdf5Writer& out) {
         fill_but(out, "y");
         out.array("/0/y", Shape{3, 1}, Bits{0, 0, 0});
       }},
      {"DIR/a.hdf5!/0/y: value at position 2 must be 0 or 1, got 7",
       [](Hdf5Writer& out) {
         fill_but(out, "y");
         out.array("/0/y", Shape{3}, Bits{0, 1, 7});
       }},
      {"DIR/a.hdf5!/0/y: must hold integers of at most 8 bytes",
       [](Hdf5Writer& out) {
         fill_but(out, "y");
         out.array("/0/y", Shape{3}, std::vector<float>{0, 1, 0});
       }},
      {"DIR/a.hdf5!/0/y: must be an array",
       [](Hdf5Writer& out) {
         fill_but(out, "y");
         out.group("/0/y");
       }},
      {"DIR/a.hdf5!/0/edge_index: node of arc 1 is out of range (expected 0..2, got 3)",
       [](Hdf5Writer& out) {
         fill_but(out, "edge_index");
         out.array("/0/edge_index", Shape{2, 2}, Ids{0, 1, 1, 3});
       }},
      {"DIR/a.hdf5!/0/edge_index: node of arc 0 is out of range (expected 0..2, got -1)",
       [](Hdf5Writer& out) {
         fill_but(out, "edge_index");
         out.array("/0/edge_index", Shape{2, 2}, Ids{-1, 1, 1, 2});
       }},
      {"DIR/a.hdf5!/0/edge_index: shape must be (2, E), got (3, 2)",
       [](Hdf5Writer& out) {
         fill_but(out, "edge_index");
         out.array("/0/edge_index", Shape{3, 2}, Ids{0, 1, 1, 2, 0, 0});
       }},
      {"DIR/a.hdf5!/0/edge_index: shape must be (2, E), got (2)",
       [](Hdf5Writer& out) {
         fill_but(out, "edge_index");
         out.array("/0/edge_index", Shape{2}, Ids{0, 1});
       }},
      {"DIR/a.hdf5!/0/edge_y: shape must be (2), got (3)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.array("/0/edge_y", Shape{3}, Bits{0, 1, 0});
       }},
      {"DIR/a.hdf5!/0/x: shape must be (3, F), got (2, 1)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.array("/0/x", Shape{2, 1}, std::vector<float>{0, 1});
       }},
      {"DIR/a.hdf5!/0/x: value at position 1 must be finite",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.array("/0/x", Shape{3, 1},
                   std::vector<float>{0, std::numeric_limits<float>::infinity(), 0});
       }},
      {"DIR/a.hdf5!/0: attribute num_edges disagrees with the content (expected 2, got 5)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.attribute("/0", "num_edges", std::int64_t{5});
       }},
      {"DIR/a.hdf5!/0: attribute num_evils disagrees with the content (expected 2, got 1)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.attribute("/0", "num_evils", std::int64_t{1});
       }},
      {"DIR/a.hdf5!/0: attribute num_evil_edges disagrees with the content (expected 1, got 0)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.array("/0/edge_y", Shape{2}, Bits{0, 1});
         out.attribute("/0", "num_evil_edges", std::int64_t{0});
       }},
      {"DIR/a.hdf5!/1: features differ from those of the first graph (expected 1 columns, got 2)",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.group("/1");
         out.attribute("/1", "num_nodes", std::int64_t{1});
         out.array("/1/edge_index", Shape{2, 0}, Ids{});
         out.array("/1/y", Shape{1}, Bits{0});
         out.array("/1/x", Shape{1, 2}, std::vector<float>{1, 1});
       }},
      {"DIR/a.hdf5!/1: has edge_y, unlike the first graph",
       [](Hdf5Writer& out) {
         fill_but(out, "");
         out.group("/1");
         out.attribute("/1", "num_nodes", std::int64_t{1});
         out.array("/1/edge_index", Shape{2, 1}, Ids{0, 0});
         out.array("/1/y", Shape{1}, Bits{0});
         out.array("/1/edge_y", Shape{1}, Bits{0});
       }},
  };
  for (const Broken& broken : table) {
    const TemporaryFolder folder;
    formats::write_hdf5(folder / "a.hdf5", broken.fill, Overwrite::kRefuse);
    const auto read = [&] { (void)collect(open_botnet_hdf5({folder / "a.hdf5"})); };
    EXPECT_EQ(message_of(read, folder.path()), broken.message);
    EXPECT_THROW(read(), DataError);
  }
}

TEST(BotnetHdf5, HandlesNoGraphs) {
  const TemporaryFolder folder;
  formats::write_hdf5(
      folder / "a.hdf5", [](Hdf5Writer&) {}, Overwrite::kRefuse);
  const GraphSource source = open_botnet_hdf5({folder / "a.hdf5"});
  EXPECT_EQ(source.num_graphs, 0);
  EXPECT_EQ(source.num_features, 1);
}

TEST(BotnetHdf5, RefusesAFileThatIsNone) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { (void)open_botnet_hdf5({folder.write("a", "text")}); }, folder.path()),
            "DIR/a: is not an HDF5 file");
}

}  // namespace
}  // namespace isthmus::datasets::botnet_hdf5_test
