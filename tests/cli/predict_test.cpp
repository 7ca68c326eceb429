// eval and predict: the same small model for all tests.
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/formats/safetensors.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "training.hpp"
#include "with_a_model.hpp"

namespace isthmus::cli::predict_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class PredictOnAModel : public WithAModel {};

TEST_F(PredictOnAModel, EvalAgreesWithTheResultOfTraining) {
  const formats::Json trained =
      formats::parse_json(folder_->read("run/result.json"), "result.json");
  for (const char* split : {"train", "val", "test"}) {
    const test::ProcessResult result =
        run_isthmus({"eval", "--model", model_, "--split", split, "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const formats::Json document = valid_document(result.out, "eval");
    const formats::Json& expected = trained.at("runs").as_array().at(0).at("metrics").at(split);
    EXPECT_EQ(document.at("metrics").at("accuracy"), expected.at("accuracy")) << split;
    EXPECT_EQ(document.at("metrics").at("loss"), expected.at("loss")) << split;
  }
  EXPECT_THAT(run_isthmus({"eval", "--model", model_}).out, HasSubstr("accuracy  0."));
}

TEST_F(PredictOnAModel, PredictPrintsTheNodesAskedForInTheirOrder) {
  const test::ProcessResult result =
      run_isthmus({"predict", "--model", model_, "--ids", "399,0,7"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::istringstream lines(result.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "id\tlabel\tp_0\tp_1");
  for (const char* id : {"399", "0", "7"}) {
    std::getline(lines, line);
    EXPECT_EQ(line.substr(0, line.find('\t')), id);
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(PredictOnAModel, PredictCoversEveryNodeAndItsJsonIsValid) {
  const test::ProcessResult result = run_isthmus({"predict", "--model", model_, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "predict");
  EXPECT_EQ(document.at("items").as_array().size(), 400U);
  for (const formats::Json& item : document.at("items").as_array()) {
    double sum = 0.0;
    for (const formats::Json& p : item.at("p").as_array()) {
      sum += p.as_double();
    }
    EXPECT_NEAR(sum, 1.0, 1e-6);
  }
}

TEST_F(PredictOnAModel, PredictWritesAFileAndRefusesToReplaceIt) {
  const test::TemporaryFolder out;
  const Words words = {"predict", "--model", model_, "--split", "test", "--out", out / "p.tsv"};
  const test::ProcessResult result = run_isthmus(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(out.read("p.tsv"), run_isthmus({"predict", "--model", model_, "--split", "test"}).out);
  const test::ProcessResult refused = run_isthmus(words);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err, "isthmus: --out: " + (out / "p.tsv") +
                             " exists already\n  add --force to replace it\n");
}

TEST_F(PredictOnAModel, PredictEndsSilentlyWhenTheReaderIsGone) {
  const test::ProcessResult result =
      run_isthmus({"predict", "--model", model_}, {.close_stdout = true});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
}

TEST_F(PredictOnAModel, BadWordsAreNamed) {
  EXPECT_EQ(run_isthmus({"predict"}).err,
            "isthmus: predict: --model FILE is missing\n"
            "  train writes one per run: OUT_DIR/seed-0/best.safetensors\n");
  EXPECT_EQ(run_isthmus({"eval"}).exit_code, 2);
  const test::ProcessResult unknown = run_isthmus({"predict", "--model", model_, "--ids", "400"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("'400'"));
  EXPECT_EQ(run_isthmus({"predict", "--model", model_, "--ids", "1,,2"}).err,
            "isthmus: --ids must be ID,ID,..., got an empty id after 1 of them\n");
  const test::ProcessResult set = run_isthmus({"eval", "--model", model_, "--data", "coar"});
  EXPECT_EQ(set.exit_code, 2);
  EXPECT_THAT(set.err, HasSubstr("did you mean cora?"));
}

TEST_F(PredictOnAModel, AnotherNumberOfFeaturesIsNamed) {
  if (test_data().empty()) {
    GTEST_SKIP() << "no data root (option test_data)";
  }
  // The board has 7 columns, Cora 1433.
  const test::ProcessResult result = run_isthmus({"eval", "--model", model_, "--data", "cora"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.err, "isthmus: " + model_ +
                            ": the model does not fit 'cora': features (expected 7, got 1433)\n");
}

TEST_F(PredictOnAModel, MissingExtraAndMisshapenTensorsAreListedTogether) {
  formats::SafetensorsFile file = formats::read_safetensors(model_);
  auto first = file.tensors.begin();
  const std::string missing = first->first;
  formats::TensorBytes extra = first->second;
  file.tensors.erase(first);
  const std::string misshapen = file.tensors.begin()->first;
  file.tensors.begin()->second.shape = {
      static_cast<std::int64_t>(file.tensors.begin()->second.data.size() / 4), 1, 1};
  file.tensors["stranger.weight"] = extra;
  const test::TemporaryFolder folder;
  const std::string path = folder.write("m.safetensors", formats::write_safetensors(file));
  const test::ProcessResult result = run_isthmus({"eval", "--model", path, "--json"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  for (const std::string& name : {missing, misshapen, std::string("stranger.weight")}) {
    EXPECT_THAT(result.err, HasSubstr(name));
  }
  (void)valid_document(result.out, "error");
}

TEST_F(PredictOnAModel, InfoShowsItAsAModelAndTheLastAsACheckpoint) {
  const formats::Json model = valid_document(run_isthmus({"info", model_, "--json"}).out, "info");
  ASSERT_TRUE(model.is_object());
  EXPECT_EQ(model.at("kind").as_string(), "model");
  const std::string last =
      (std::filesystem::path(model_).parent_path() / "last.safetensors").string();
  const formats::Json checkpoint =
      valid_document(run_isthmus({"info", last, "--json"}).out, "info");
  ASSERT_TRUE(checkpoint.is_object());
  EXPECT_EQ(checkpoint.at("kind").as_string(), "checkpoint");
}

}  // namespace
}  // namespace isthmus::cli::predict_test
