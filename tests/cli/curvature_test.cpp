// The verb curvature as a user sees it, against the golden values.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"

#include "program.hpp"
#include "rewiring_golden.hpp"
#include "support/temporary_folder.hpp"
#include "support/xml_check.hpp"

namespace isthmus::cli::curvature_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Everything that the golden records hold, of every golden graph, by fractions and integers.
TEST(Curvature, GivesTheGoldenRecordsExactly) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, graph] : graphs.as_object()) {
    const test::TemporaryFolder folder;
    const test::ProcessResult result =
        run_isthmus({"curvature", edge_file(folder, graph), "--kind", "all", "--exact", "--json"});
    ASSERT_EQ(result.exit_code, 0) << name << result.err;
    const formats::Json document = valid_document(result.out, "curvature");
    const formats::Json expected = test::golden(name);
    const auto& records = document.at("edges").as_array();
    ASSERT_EQ(records.size(), expected.at("edges").as_array().size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      const formats::Json& want = expected.at("edges").as_array()[i];
      EXPECT_EQ(records[i].at("e"), want.at("e"));
      EXPECT_EQ(records[i].at("orc"), want.at("orc0")) << name << i;
      for (const char* key : {"lly", "jl_lo", "jl_hi", "tri", "sq", "forman", "afrc3", "afrc4",
                              "bfc", "bfc_kernel"}) {
        EXPECT_EQ(records[i].at(key), want.at(key)) << name << " " << key << i;
      }
    }
    EXPECT_EQ(document.at("summary").at("orc").at("sum"), expected.at("summary").at("orc0_sum"));
    EXPECT_EQ(document.at("summary").at("orc").at("min"), expected.at("summary").at("orc0_min"));
    EXPECT_EQ(document.at("summary").at("orc").at("max"), expected.at("summary").at("orc0_max"));
    const auto& profiles = document.at("lcp").as_array();
    for (std::size_t v = 0; v < profiles.size(); ++v) {
      for (std::size_t k = 0; k < 5; ++k) {
        EXPECT_NEAR(profiles[v].as_array()[k].as_double(),
                    expected.at("lcp_orc0").as_array()[v].as_array()[k].as_double(), 1e-12);
      }
    }
  }
}

TEST(Curvature, WritesTablesInsteadOfKeys) {
  const test::TemporaryFolder folder;
  const std::string edges = folder / "e.tsv";
  const std::string profiles = folder / "p.tsv";
  const test::ProcessResult result =
      run_isthmus({"curvature", "karate", "--kind", "orc,forman", "--exact", "--edges", edges,
                   "--lcp", profiles, "--top", "2", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "curvature");
  EXPECT_EQ(document.find("edges"), nullptr);
  EXPECT_EQ(document.find("lcp"), nullptr);
  EXPECT_EQ(document.at("lowest").as_array().size(), 2U);
  EXPECT_EQ(document.at("lowest").as_array()[0].at("e"), formats::parse_json("[0,31]", ""));
  EXPECT_EQ(document.at("summary").at("orc").at("sum").as_string(), "713/1360");
  EXPECT_THAT(read_file(edges), StartsWith("u\tv\torc\ttri\tsq\tforman\n0\t1\t"));
  EXPECT_THAT(read_file(profiles), StartsWith("v\tmin\tmax\tmean\tstd\tmedian\n0\t"));
}

// A triangle 0, 1, 2 and 3 at 2. Edges 0-1: b = 0, 1/2 both; 0-2 and 1-2: b = 1/6 is below what
// the triangle takes, 1/3 both; 2-3: b < 0, 0 both.
TEST(Curvature, ProfilesOfBoundsHaveTwoColumns) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("paw.edges", "0 1\n0 2\n1 2\n2 3\n");
  const std::string profiles = folder / "p.tsv";
  ASSERT_EQ(run_isthmus({"curvature", file, "--kind", "jl,bfc", "--lcp", profiles}).exit_code, 0);
  const std::string third = formats::write_json(1.0 / 3.0);
  EXPECT_EQ(read_file(profiles), "v\tmin_lower\tmax_upper\n0\t" + third + "\t0.5\n1\t" + third +
                                     "\t0.5\n2\t0.0\t" + third + "\n3\t0.0\t0.0\n");
  const test::ProcessResult result = run_isthmus({"curvature", file, "--kind", "jl", "--json"});
  const formats::Json document = valid_document(result.out, "curvature");
  EXPECT_EQ(document.at("lcp").as_array()[3], formats::parse_json("[0.0, 0.0]", ""));
}

TEST(Curvature, SummarisesForPeople) {
  const test::ProcessResult result = run_isthmus({"curvature", "karate", "--exact", "--top", "1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("-41/48"));
  EXPECT_THAT(result.out, HasSubstr("0-31"));
}

TEST(Curvature, TakesGraphsWithoutEdges) {
  const test::TemporaryFolder folder;
  for (const std::string n : {"0", "1", "3"}) {
    const std::string path = folder.write(
        "n" + n, "# isthmus-edges 1 n=" + n + " directed=0 method=input mode=definition\n");
    const test::ProcessResult result = run_isthmus({"curvature", path, "--kind", "all", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const formats::Json document = valid_document(result.out, "curvature");
    EXPECT_TRUE(document.at("summary").at("orc").at("mean").is_null());
    EXPECT_EQ(document.at("lcp").as_array().size(), std::stoul(n));
  }
}

// Equal lengths change nothing; a longer way round than the edge does not count.
TEST(Curvature, ReadsLengths) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("w.txt", "0 1 2\n1 2 2\n2 3 2\n3 0 2\n0 2 2\n");
  const auto curvatures = [&](const std::string& unit) {
    const test::ProcessResult result =
        run_isthmus({"curvature", path, "--weights", unit, "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<double> values;
    const formats::Json document = valid_document(result.out, "curvature");
    for (const formats::Json& edge : document.at("edges").as_array()) {
      values.push_back(edge.at("orc").as_double());
    }
    return values;
  };
  const std::vector<double> hops = curvatures("ignore");
  const std::vector<double> lengths = curvatures("distance");
  ASSERT_EQ(hops.size(), lengths.size());
  for (std::size_t i = 0; i < hops.size(); ++i) {
    EXPECT_NEAR(hops[i], lengths[i], 1e-12);
  }
}

TEST(Curvature, WritesAPageThatStandsAlone) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "p.html";
  const test::ProcessResult result =
      run_isthmus({"curvature", "karate", "--kind", "all", "--exact", "--html", path});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string html = read_file(path);
  const test::XmlCheck xml(html);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("svg"), 9U);
  for (const char* words : {"-41/48", "0 - 31", "bfc_kernel"}) {
    EXPECT_THAT(html, HasSubstr(words));
  }
}

// Estimates are called so, and each comes with a bound of its error, by hops and by lengths.
TEST(Curvature, EstimatesByEntropicTransport) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("w.txt", "0 1 2\n1 2 1\n2 3 3\n3 0 1\n0 2 2\n3 4 1\n");
  for (const std::string unit : {"ignore", "distance"}) {
    const auto document = [&](const std::vector<std::string>& more) {
      std::vector<std::string> words = {"curvature", path, "--weights", unit, "--json"};
      words.insert(words.end(), more.begin(), more.end());
      const test::ProcessResult result = run_isthmus(words);
      EXPECT_EQ(result.exit_code, 0) << result.err;
      return valid_document(result.out, "curvature");
    };
    const formats::Json exact = document({});
    const formats::Json estimate = document({"--approx", "sinkhorn", "--top", "1"});
    EXPECT_EQ(exact.at("kind").as_string(), "exact");
    EXPECT_TRUE(exact.at("approx").is_null());
    EXPECT_EQ(estimate.at("kind").as_string(), "estimate");
    EXPECT_EQ(estimate.at("approx").at("rounds").as_integer(), 200);
    EXPECT_EQ(formats::write_json(estimate.at("kinds")), "[\"orc\"]");
    double largest = 0.0;
    for (std::size_t i = 0; i < 6; ++i) {
      const formats::Json& one = estimate.at("edges").as_array().at(i);
      const double kappa = exact.at("edges").as_array().at(i).at("orc").as_double();
      const double gap = one.at("orc_gap").as_double();
      EXPECT_LE(one.at("orc").as_double(), kappa + 1e-12);
      EXPECT_GE(one.at("orc").as_double() + gap, kappa - 1e-12);
      largest = std::max(largest, gap);
    }
    EXPECT_EQ(estimate.at("approx").at("max_gap").as_double(), largest);
  }
}

TEST(Curvature, NamesWhatIsWrong) {
  const auto refusal = [](const std::vector<std::string>& words, int exit) {
    const test::ProcessResult result = run_isthmus(words);
    EXPECT_EQ(result.exit_code, exit) << result.err;
    return result.err;
  };
  EXPECT_THAT(refusal({"curvature", "karate", "--kind", "orx"}, 2),
              HasSubstr("got 'orx'\n  did you mean 'orc'?"));
  EXPECT_THAT(refusal({"curvature", "karate", "--alpha", "x"}, 2), HasSubstr("x"));
  EXPECT_THAT(refusal({"curvature", "karate", "--alpha", "3/2"}, 2), HasSubstr("3/2"));
  EXPECT_THAT(refusal({"curvature", "karate", "--weights", "conductance"}, 2),
              HasSubstr("curvature reads weights as distance, got --weights conductance"));
  EXPECT_THAT(refusal({"curvature", "karate", "--weights", "distance", "--kind", "orc,bfc"}, 2),
              HasSubstr("with --weights distance there is --kind orc alone"));
  EXPECT_THAT(refusal({"curvature", "karate", "--approx", "sinkhorn", "--exact"}, 2),
              HasSubstr("with --approx there is --kind orc alone, and no --exact"));
  EXPECT_THAT(refusal({"curvature", "karate", "--approx", "emd"}, 2), HasSubstr("sinkhorn"));
}

}  // namespace
}  // namespace isthmus::cli::curvature_test
