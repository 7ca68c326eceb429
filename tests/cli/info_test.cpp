#include <cstddef>
#include <cstring>
#include <string>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/safetensors.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::info_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A small model file: two layers, 3 x 2 + 2 and 2 x 2 elements.
std::string model_bytes(bool checkpoint) {
  formats::SafetensorsFile file;
  file.metadata["format"] = "pt";
  file.metadata["isthmus.model"] =
      R"({"schema":"isthmus.model/1","modules":[{"name":"convs.0","type":"GCNConv"},{"name":"convs.0.lin","type":"Linear"}]})";
  file.metadata["isthmus.config"] = "seed = 0\nout_dir = \"\"\n";
  if (checkpoint) {
    file.metadata["isthmus.checkpoint"] = R"({"epoch":3})";
  }
  const auto tensor = [](std::vector<std::int64_t> shape, std::size_t elements) {
    formats::TensorBytes bytes;
    bytes.type = formats::TensorType::kF32;
    bytes.shape = std::move(shape);
    bytes.data.resize(4 * elements);
    return bytes;
  };
  file.tensors["convs.0.lin.weight"] = tensor({3, 2}, 6);
  file.tensors["convs.0.bias"] = tensor({2}, 2);
  file.tensors["post.weight"] = tensor({2, 2}, 4);
  return formats::write_safetensors(file);
}

// The stage of any network, of reversible layers also their groups and how their stream is held; a
// file may say nonsense in the place of either.
TEST(Info, TellsTheStageOfAModel) {
  const test::TemporaryFolder folder;
  const auto told = [&](const std::string& architecture) {
    formats::SafetensorsFile file;
    file.metadata["isthmus.model"] = architecture;
    const std::string path = folder / "model.safetensors";
    write_file_atomically(path, formats::write_safetensors(file), Overwrite::kReplace);
    const test::ProcessResult result = run_isthmus({"info", path});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  const std::string text =
      told(R"({"options":{"stage_type":"reversible"},"reversible":{"groups":4,"stream":"f64"}})");
  EXPECT_THAT(text, HasSubstr("stage          reversible\n"));
  EXPECT_THAT(text, HasSubstr("groups         4\n"));
  EXPECT_THAT(text, HasSubstr("stream         f64\n"));
  const std::string plain = told(R"({"options":{"stage_type":"stack"}})");
  EXPECT_THAT(plain, HasSubstr("stage          stack\n"));
  EXPECT_THAT(plain, Not(HasSubstr("groups")));
  EXPECT_THAT(told(R"({"options":[],"reversible":3})"), Not(HasSubstr("stage")));
  EXPECT_THAT(told("[]"), Not(HasSubstr("stage")));
}

TEST(Info, TellsADataSetByName) {
  const test::ProcessResult result = run_isthmus({"info", "karate", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "info");
  EXPECT_EQ(document.at("kind").as_string(), "dataset");
  // 34 members, 78 friendships stored as two arcs each, two factions of 17.
  const formats::Json& dataset = document.at("dataset");
  EXPECT_EQ(dataset.at("nodes").as_integer(), 34);
  EXPECT_EQ(dataset.at("arcs").as_integer(), 156);
  EXPECT_TRUE(dataset.at("undirected").as_bool());
  EXPECT_EQ(dataset.at("classes").as_integer(), 2);
  for (const formats::Json& label : dataset.at("labels").as_array()) {
    EXPECT_EQ(label.at("items").as_integer(), 17);
  }
  const std::string text = run_isthmus({"info", "karate"}).out;
  EXPECT_THAT(text, HasSubstr("arcs            156 (undirected)\n"));
}

// Two graphs of 1000 nodes: 10,500 background arcs each; 70 bots, of which those without an arc
// count as none, and 10 arcs for each.
TEST(Info, TellsTheImbalanceAndTheTargetsOfArcsOfABotnet) {
  const std::string name = "gen:botnet,nodes=1000,graphs=2";
  const formats::Json document = valid_document(run_isthmus({"info", name, "--json"}).out, "info");
  ASSERT_TRUE(document.is_object());
  const formats::Json& dataset = document.at("dataset");
  EXPECT_EQ(dataset.at("graphs").as_integer(), 2);
  EXPECT_EQ(dataset.at("splits_of").as_string(), "graphs");
  EXPECT_EQ(dataset.at("edge_y").at("zeros").as_integer(), 21'000);
  // The topology has 70 arcs of a ring and 35 * 34 / 2 of fingers: 665, not 700.
  EXPECT_EQ(dataset.at("edge_y").at("ones").as_integer(), 2 * 665);
  EXPECT_TRUE(dataset.at("edge_mask").is_null());
  EXPECT_EQ(dataset.at("class_imbalance").as_double(), (2000.0 - 140.0) / 140.0);
  const std::string text = run_isthmus({"info", name}).out;
  EXPECT_THAT(text, HasSubstr("21000 of 0, 1330 of 1 (6.0 %)\n"));
  EXPECT_THAT(text, HasSubstr("13.3 : 1\n"));
}

TEST(Info, TellsTheMasksOfAnExplainersSet) {
  const formats::Json document =
      valid_document(run_isthmus({"info", "gen:ba-shapes", "--json"}).out, "info");
  ASSERT_TRUE(document.is_object());
  const formats::Json& dataset = document.at("dataset");
  EXPECT_EQ(dataset.at("node_mask").at("ones").as_integer(), 400);
  EXPECT_EQ(dataset.at("edge_mask").at("ones").as_integer(), 960);
  EXPECT_EQ(dataset.at("splits_of").as_string(), "nodes");
  EXPECT_TRUE(dataset.at("edge_y").is_null());
}

TEST(Info, TellsAModelByContentAndListsItsTensors) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("any.name", model_bytes(false));
  const test::ProcessResult result = run_isthmus({"info", path, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "info");
  EXPECT_EQ(document.at("kind").as_string(), "model");
  EXPECT_EQ(document.at("elements").as_integer(), 12);
  // The most specific module that the architecture names.
  const auto& tensors = document.at("tensors").as_array();
  ASSERT_EQ(tensors.size(), 3U);
  EXPECT_EQ(tensors[0].at("name").as_string(), "convs.0.bias");
  EXPECT_EQ(tensors[0].at("module").as_string(), "GCNConv");
  EXPECT_EQ(tensors[1].at("module").as_string(), "Linear");
  EXPECT_TRUE(tensors[2].at("module").is_null());
  EXPECT_EQ(document.at("metadata").at("isthmus.model").at("schema").as_string(),
            "isthmus.model/1");

  const std::string text = run_isthmus({"info", path}).out;
  EXPECT_THAT(text, HasSubstr("convs.0.lin.weight  Linear   F32   3 x 2         6\n"));
}

TEST(Info, TellsACheckpointFromAModel) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("last.safetensors", model_bytes(true));
  const formats::Json document = valid_document(run_isthmus({"info", path, "--json"}).out, "info");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("kind").as_string(), "checkpoint");
}

TEST(Info, TellsAResultFileAndTheFolderOfOne) {
  const test::TemporaryFolder folder;
  (void)folder.write("run/result.json",
                     R"({"schema":"isthmus.train/1","version":"0.1.0","status":"ok","seed":3,)"
                     R"("dataset":{"name":"cora"},"summary":{"test.accuracy":)"
                     R"({"mean":0.8125,"std":0.005,"n":10}}})");
  for (const std::string& path : {folder / "run/result.json", folder / "run"}) {
    const test::ProcessResult result = run_isthmus({"info", path});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("kind     isthmus.train/1\n"));
    EXPECT_THAT(result.out, HasSubstr("dataset  cora\n"));
    EXPECT_THAT(result.out, HasSubstr("test.accuracy  0.8125  0.005  10\n"));
  }
  const formats::Json document =
      valid_document(run_isthmus({"info", folder / "run", "--json"}).out, "info");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("document").at("seed").as_integer(), 3);
}

TEST(Info, RefusesATruncatedModelFileWithItsPlace) {
  const test::TemporaryFolder folder;
  const std::string whole = model_bytes(false);
  const std::string path = folder.write("cut.safetensors", whole.substr(0, whole.size() - 5));
  const test::ProcessResult result = run_isthmus({"info", path, "--json"});
  EXPECT_EQ(result.exit_code, 3);
  const formats::Json document = valid_document(result.out, "error");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("error").at("file").as_string(), path);
  EXPECT_THAT(result.err, StartsWith("isthmus: " + path));
}

}  // namespace
}  // namespace isthmus::cli::info_test
