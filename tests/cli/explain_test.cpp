// explain: the same small model for all tests.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/formats/npz.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "with_a_model.hpp"

namespace isthmus::cli::explain_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

class ExplainOnAModel : public WithAModel {
 protected:
  static test::ProcessResult explain(const Words& more) {
    Words words = {"explain", "--model", model_};
    words.insert(words.end(), more.begin(), more.end());
    return run_isthmus(words);
  }
};

TEST_F(ExplainOnAModel, PrintsTheExplanationAndTalksAboutItsFidelity) {
  const test::ProcessResult result = explain({"--target", "node:45", "--method", "saliency"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("target\tu\tv\tweight\n45\t"));
  EXPECT_THAT(result.err, HasSubstr("fid_plus "));
  EXPECT_EQ(explain({"--target=node:45", "--method=saliency", "--quiet"}).err, "");
}

TEST_F(ExplainOnAModel, EveryMethodGivesAValidDocument) {
  for (const char* method :
       {"gnnexplainer", "saliency", "input-x-gradient", "integrated-gradients", "random"}) {
    const test::ProcessResult result =
        explain({"--target", "test", "--limit", "3", "--method", method, "--epochs", "3",
                 "--metrics", "all", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const formats::Json document = valid_document(result.out, "explain");
    EXPECT_EQ(document.at("method"), formats::Json(method));
    EXPECT_EQ(document.at("targets").as_array().size(), 3U);
  }
  const test::ProcessResult features =
      explain({"--target=node:45", "--masks=feature", "--method=saliency", "--json"});
  const formats::Json document = valid_document(features.out, "explain");
  EXPECT_TRUE(document.at("targets").as_array()[0].at("edges").is_null());
}

TEST_F(ExplainOnAModel, SameSeedSameBytesWhateverTheThreads) {
  const Words words = {"--target=node:45,46", "--epochs=5", "--json", "--seed=4"};
  Words one = words;
  one.emplace_back("--threads=1");
  const formats::Json a = valid_document(explain(words).out, "explain");
  const formats::Json b = valid_document(explain(one).out, "explain");
  EXPECT_EQ(a.at("targets"), b.at("targets"));
  EXPECT_NE(a.at("targets"),
            valid_document(explain({"--target=node:45,46", "--epochs=5", "--json"}).out, "explain")
                .at("targets"));
}

TEST_F(ExplainOnAModel, WritesItsFilesAndRefusesToReplaceThem) {
  const test::TemporaryFolder out;
  const Words words = {"--target=node:45", "--method=saliency", "--out", out / "e.npz", "--svg",
                       out / "e.svg"};
  const test::ProcessResult result = explain(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  const formats::Npz npz(std::filesystem::path(out / "e.npz"));
  EXPECT_TRUE(npz.contains("edge_mask"));
  EXPECT_THAT(out.read("e.svg"), HasSubstr("<title>Node 45: why class "));
  const test::ProcessResult refused = explain(words);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("e.npz exists already"));
  ASSERT_EQ(explain({"--target=node:45", "--method=saliency", "--out", out / "e.tsv"}).exit_code,
            0);
  EXPECT_THAT(out.read("e.tsv"), StartsWith("target\tu\tv\tweight\n"));
}

TEST_F(ExplainOnAModel, BadWordsAreNamed) {
  const auto expect_refused = [&](const Words& words, const std::string& text) {
    const test::ProcessResult result = explain(words);
    EXPECT_EQ(result.exit_code, 2) << text;
    EXPECT_THAT(result.err, HasSubstr(text));
    EXPECT_EQ(result.out, "");
  };
  expect_refused({"--target=node:400"}, "'400'");
  expect_refused({"--target=graph:1"}, "must be node:ID,ID,...");
  expect_refused({"--method=salience"}, "--method");
  expect_refused({"--masks=edge,nodes"}, "--masks must be a list of edge, node, feature");
  expect_refused({"--top=0"}, "--top");
  expect_refused({"--threshold=much"}, "--threshold must be a number >= 0, got 'much'");
  expect_refused({"--threshold=0.5", "--top=5"}, "exclude each other");
  expect_refused({"--out=e.txt"}, "--out must end in .tsv, .npz, got 'e.txt'");
  expect_refused({"--svg=e.png"}, "--svg must end in .svg");
  expect_refused({"--svg=e.svg", "--masks=node"}, "--masks must hold edge");
  EXPECT_THAT(run_isthmus({"explain"}).err, HasSubstr("explain: --model FILE is missing"));
  EXPECT_EQ(run_isthmus({"explain", "--model", "/nowhere"}).exit_code, 3);
}

}  // namespace
}  // namespace isthmus::cli::explain_test
