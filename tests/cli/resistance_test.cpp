// The verbs resistance and metrics as a user sees them, against the golden values.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/npy.hpp"

#include "program.hpp"
#include "rewiring_golden.hpp"
#include "support/temporary_folder.hpp"
#include "support/xml_check.hpp"

namespace isthmus::cli::resistance_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

double relative(double value) { return 1e-10 * std::abs(value); }

// R of all edges and of all pairs, sums and Foster's identity, of every golden graph.
TEST(Resistance, GivesTheGoldenValues) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, graph] : graphs.as_object()) {
    const test::TemporaryFolder folder;
    const std::string matrix = folder / "r.npy";
    const test::ProcessResult result =
        run_isthmus({"resistance", edge_file(folder, graph), "--edges", "--json", "--pairs",
                     "0,1;1,0", "--matrix", matrix});
    ASSERT_EQ(result.exit_code, 0) << name << result.err;
    const formats::Json document = valid_document(result.out, "resistance");
    const formats::Json expected = test::golden(name);
    const double total = expected.at("summary").at("R_tot").as_double();
    EXPECT_NEAR(document.at("R_tot").as_double(), total, relative(total));
    EXPECT_EQ(document.at("kind").as_string(), "exact");
    const formats::Json& component = document.at("components").as_array().at(0);
    EXPECT_NEAR(component.at("R_max").as_double(), expected.at("summary").at("R_max").as_double(),
                1e-9);
    EXPECT_NEAR(component.at("foster_sum").as_double(), component.at("foster_expected").as_double(),
                1e-9);
    const auto& edges = document.at("edges").as_array();
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const double r = expected.at("edges").as_array()[i].at("R").as_double();
      EXPECT_NEAR(edges[i].at("R").as_double(), r, relative(r)) << name << i;
    }
    const formats::NpyArray array = formats::parse_npy(read_file(matrix), matrix);
    ASSERT_EQ(array.shape.size(), 2U);
    const auto& rows = expected.at("R_matrix").as_array();
    EXPECT_EQ(array.shape[0], static_cast<std::int64_t>(rows.size()));
    EXPECT_EQ(document.at("pairs").as_array()[0].at("R"),
              document.at("pairs").as_array()[1].at("R"));
  }
}

// A path of more nodes than the dense tier takes: the factor of n - 1 columns has one entry on and
// one beside the diagonal, but for the last.
TEST(Resistance, TellsWhatItsChoiceOfTheTierWentBy) {
  const test::TemporaryFolder folder;
  std::string edges;
  for (int v = 0; v < 20'001; ++v) {
    edges += std::to_string(v) + " " + std::to_string(v + 1) + "\n";
  }
  const std::string file = folder.write("path.edges", edges);
  const test::ProcessResult result = run_isthmus({"resistance", file, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "resistance");
  EXPECT_EQ(document.at("tier").as_string(), "sparse");
  const formats::Json& predicted = document.at("predicted");
  EXPECT_GE(predicted.at("entries").as_integer(), 2 * 20'001 - 1);
  EXPECT_GT(predicted.at("bytes").as_integer(), 0);
  EXPECT_GT(predicted.at("multiplications").as_double(), 0.0);
  EXPECT_EQ(document.at("components").as_array().at(0).at("predicted"), predicted);
  const formats::Json small =
      valid_document(run_isthmus({"resistance", "karate", "--json"}).out, "resistance");
  EXPECT_TRUE(small.at("predicted").is_null());
  EXPECT_TRUE(small.at("components").as_array().at(0).at("predicted").is_null());
  const formats::Json metrics =
      valid_document(run_isthmus({"metrics", "karate", "--json"}).out, "metrics");
  EXPECT_EQ(metrics.at("graph").at("resistance").at("tier").as_string(), "dense");
  EXPECT_TRUE(metrics.at("graph").at("resistance").at("predicted").is_null());
}

TEST(Resistance, AnswersForPairsOfKarate) {
  const test::ProcessResult result =
      run_isthmus({"resistance", "karate", "--pairs", "16,26", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "resistance");
  const formats::Json& pair = document.at("pairs").as_array().at(0);
  EXPECT_NEAR(pair.at("R").as_double(), 1.644496930922868, 1e-9);
  EXPECT_NEAR(pair.at("commute").as_double(), 256.541521, 1e-6);
  EXPECT_NEAR(pair.at("gtr_gain").as_double(), 28.4109917731972, 1e-8);
  EXPECT_EQ(document.find("edges"), nullptr);
}

TEST(Resistance, IsInfiniteBetweenComponentsAndDoublesWithConductance) {
  const test::TemporaryFolder folder;
  const std::string two = folder.write("two.txt", "0 1\n2 3\n");
  const test::ProcessResult result =
      run_isthmus({"resistance", two, "--pairs", "0,2;0,1", "--edges", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "resistance");
  EXPECT_TRUE(document.at("pairs").as_array()[0].at("R").is_null());
  EXPECT_EQ(document.at("components").as_array().size(), 2U);
  const std::string doubled = folder.write("d.txt", "0 1\n0 1\n1 2\n");
  const std::string weighted = folder.write("w.txt", "0 1 2\n1 2 1\n");
  const auto total = [](const std::string& path) {
    const test::ProcessResult run =
        run_isthmus({"resistance", path, "--weights", "conductance", "--json"});
    return valid_document(run.out, "resistance").at("R_tot").as_double();
  };
  EXPECT_NEAR(total(weighted), 3.0, 1e-12);  // 1/2 + 1 + 3/2
  EXPECT_NEAR(total(folder.write("d3.txt", "0 1 1\n0 1 1\n1 2 1\n")), 3.0, 1e-12);
}

TEST(Resistance, WritesAPageThatStandsAlone) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "p.html";
  const test::ProcessResult result =
      run_isthmus({"resistance", "karate", "--pairs", "16,26", "--html", path});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string html = read_file(path);
  const test::XmlCheck xml(html);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("svg"), 1U);
  for (const char* words : {"470.268", "1.644496930922", "[16,26]"}) {
    EXPECT_THAT(html, HasSubstr(words));
  }
}

TEST(Resistance, NamesWhatIsWrong) {
  const auto refusal = [](const std::vector<std::string>& words, int exit) {
    const test::ProcessResult result = run_isthmus(words);
    EXPECT_EQ(result.exit_code, exit) << result.err;
    return result.err;
  };
  EXPECT_THAT(refusal({"resistance", "karate", "--pairs", "0,34"}, 2),
              HasSubstr("--pairs must be pairs s,t;s,t;... of nodes 0..33, or a file of them, got "
                        "'0,34'"));
  EXPECT_THAT(refusal({"resistance", "karate", "--matrix", "r.txt"}, 2), HasSubstr("r.txt"));
  EXPECT_THAT(refusal({"resistance", "karate", "--matrix", "r.npy", "--tier", "sketch"}, 2),
              HasSubstr("--matrix needs --tier dense, got sketch"));
  EXPECT_THAT(refusal({"resistance", "karate", "--eps", "0.1", "--k", "3"}, 2),
              HasSubstr("give --eps or --k, got both"));
  EXPECT_THAT(refusal({"resistance", "karate", "--weights", "distance"}, 2),
              HasSubstr("resistance reads weights as conductance, got --weights distance"));
}

}  // namespace
}  // namespace isthmus::cli::resistance_test
