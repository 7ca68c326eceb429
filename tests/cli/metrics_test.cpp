// The verb metrics as a user sees it, against the golden values.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"

#include "program.hpp"
#include "rewiring_golden.hpp"
#include "support/temporary_folder.hpp"
#include "support/xml_check.hpp"

namespace isthmus::cli::metrics_test {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, GivesTheGoldenSummaries) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, graph] : graphs.as_object()) {
    const test::TemporaryFolder folder;
    const test::ProcessResult result = run_isthmus({"metrics", edge_file(folder, graph), "--level",
                                                    "all", "--curvature", "orc,bfc", "--json"});
    ASSERT_EQ(result.exit_code, 0) << name << result.err;
    const formats::Json document = valid_document(result.out, "metrics");
    const formats::Json& got = document.at("graph");
    const formats::Json golden_file = test::golden(name);
    const formats::Json& want = golden_file.at("summary");
    EXPECT_EQ(got.at("n"), want.at("n"));
    EXPECT_EQ(got.at("m"), want.at("m"));
    EXPECT_EQ(got.at("diameter").at("value"), want.at("diameter"));
    EXPECT_EQ(got.at("hop_histogram"), want.at("hop_histogram")) << name;
    const auto near = [&](const char* part, const char* key, const char* wanted, double tolerance) {
      EXPECT_NEAR(got.at(part).at(key).as_double(), want.at(wanted).as_double(), tolerance)
          << name << " " << key;
    };
    near("resistance", "R_tot", "R_tot", 1e-7);
    near("resistance", "R_max", "R_max", 1e-9);
    near("resistance", "foster_sum", "foster_sum", 1e-9);
    near("resistance", "commute_time_sum", "commute_time_sum", 1e-5);
    near("spectrum", "lambda2", "fiedler_value", 1e-9);
    near("spectrum", "lambda_max", "laplacian_max", 1e-9);
    near("spectrum", "lambda2_norm", "normalized_lambda2", 1e-9);
    near("spectrum", "lambda_max_norm", "normalized_lambda_max", 1e-9);
    EXPECT_EQ(got.at("spanning_trees"), want.at("spanning_trees"));
    EXPECT_LE(got.at("cheeger").at("lower").as_double(),
              got.at("cheeger").at("upper").as_double() + 1e-12);
  }
}

TEST(Metrics, TellsWhatRewiringDid) {
  const test::TemporaryFolder folder;
  const std::string after = folder / "k.edges";
  ASSERT_EQ(run_isthmus({"rewire", "karate", "--method", "gtr", "--budget", "10", "--out", after})
                .exit_code,
            0);
  const test::ProcessResult result =
      run_isthmus({"metrics", "karate", "--against", after, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "metrics");
  EXPECT_EQ(document.at("delta").at("m").as_integer(), 10);
  EXPECT_NEAR(document.at("delta").at("resistance").at("R_tot").as_double(),
              324.251754 - 470.268185, 1e-5);
  EXPECT_EQ(document.at("edit").at("added").as_array().size(), 10U);
  EXPECT_EQ(document.at("edit").at("distance").as_integer(), 10);
  EXPECT_NEAR(document.at("graph").at("homophily").at("edge").as_double(), 67.0 / 78.0, 0.05);
  // The same numbers inside the document of rewire.
  const test::ProcessResult inside =
      run_isthmus({"rewire", "karate", "--method", "gtr", "--budget", "10", "--metrics", "basic",
                   "--prefixes", "0,10", "--json"});
  ASSERT_EQ(inside.exit_code, 0) << inside.err;
  const formats::Json report = valid_document(inside.out, "rewire");
  EXPECT_EQ(report.at("after").at("resistance"), document.at("against").at("resistance"));
  EXPECT_EQ(report.at("before"), report.at("prefixes").as_array()[0].at("metrics"));
  EXPECT_EQ(report.at("after"), report.at("prefixes").as_array()[1].at("metrics"));
}

TEST(Metrics, WritesAPageThatStandsAlone) {
  const test::TemporaryFolder folder;
  const std::string after = folder / "k.edges";
  ASSERT_EQ(run_isthmus({"rewire", "karate", "--method", "gtr", "--budget", "10", "--out", after})
                .exit_code,
            0);
  const std::string one = folder / "one.html";
  const std::string two = folder / "two.html";
  ASSERT_EQ(run_isthmus({"metrics", "karate", "--curvature", "orc", "--html", one}).exit_code, 0);
  ASSERT_EQ(run_isthmus({"metrics", "karate", "--against", after, "--html", two}).exit_code, 0);
  const std::string alone = read_file(one);
  EXPECT_EQ(test::XmlCheck(alone).fault(), "");
  EXPECT_EQ(test::XmlCheck(alone).count("svg"), 4U);  // hops, two histograms, the graph
  for (const char* words : {"resistance.R_tot", "470.268185", "curvature.orc.min", "-0.854167"}) {
    EXPECT_THAT(alone, HasSubstr(words));
  }
  const std::string both = read_file(two);
  EXPECT_EQ(test::XmlCheck(both).fault(), "");
  EXPECT_EQ(test::XmlCheck(both).count("svg"), 4U);
  for (const char* words : {"470.268185", "324.251754", "before", "after"}) {
    EXPECT_THAT(both, HasSubstr(words));
  }
  // Graphs without pairs have no hops to draw.
  const std::string none = folder / "none.html";
  const std::string lonely =
      folder.write("n1", "# isthmus-edges 1 n=1 directed=0 method=input mode=definition\n");
  ASSERT_EQ(run_isthmus({"metrics", lonely, "--html", none}).exit_code, 0);
  EXPECT_EQ(test::XmlCheck(read_file(none)).fault(), "");
  const test::ProcessResult again = run_isthmus({"metrics", "karate", "--html", one});
  EXPECT_NE(again.exit_code, 0);
  EXPECT_EQ(run_isthmus({"metrics", "karate", "--html", one, "--force"}).exit_code, 0);
}

TEST(Metrics, TakesTheSmallestGraphs) {
  const test::TemporaryFolder folder;
  for (const std::string n : {"0", "1", "2", "3"}) {
    const std::string path = folder.write(
        "n" + n, "# isthmus-edges 1 n=" + n + " directed=0 method=input mode=definition\n");
    const test::ProcessResult result = run_isthmus({"metrics", path, "--level", "all", "--json"});
    ASSERT_EQ(result.exit_code, 0) << n << result.err;
    (void)valid_document(result.out, "metrics");
  }
}

TEST(Metrics, ReadsLabelsAndInfluence) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("p.txt", "0 1\n1 2\n");
  const std::string labels = folder.write("l.txt", "0 0 1\n");
  const test::ProcessResult result =
      run_isthmus({"metrics", path, "--labels", labels, "--influence", "0,2:1,2", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "metrics");
  const formats::Json& graph = document.at("graph");
  EXPECT_EQ(graph.at("homophily").at("edge").as_double(), 0.5);
  const auto& influence = graph.at("influence").as_array();
  ASSERT_EQ(influence.size(), 2U);
  EXPECT_EQ(influence[0].at("value").as_double(), 0.0);
  // Two steps over the middle: 1 / sqrt(2 3) twice.
  EXPECT_NEAR(influence[1].at("value").as_double(), 1.0 / 6.0, 1e-15);
  const std::string few = folder.write("few.txt", "0 1\n");
  const test::ProcessResult refused = run_isthmus({"metrics", path, "--labels", few});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("there must be a label per node (expected 3, got 2)"));
}

}  // namespace
}  // namespace isthmus::cli::metrics_test
