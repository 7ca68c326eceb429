// The verb wl as a user sees it.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/formats/npy.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "support/xml_check.hpp"

namespace isthmus::cli::wl_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

/// C6, two triangles, decalin, bicyclopentyl, a path of three.
const char* const kGraphs = "EhEG\nEwCW\nIhEK?C@@G\nIhe?GC@@G\nBg\n";

/// A folder with these graphs; words "FILE#i" name them.
struct Pairs {
  test::TemporaryFolder folder;
  std::string file = folder.write("pairs.g6", kGraphs);

  [[nodiscard]] std::string operator[](int i) const { return file + "#" + std::to_string(i); }
};

formats::Json document_of(Words words, int exit_code = 0) {
  words.emplace_back("--json");
  const test::ProcessResult result = run_isthmus(words);
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  return valid_document(result.out, "wl");
}

void expect_refusal(const Words& words, int exit_code, const std::string& text) {
  const test::ProcessResult result = run_isthmus(words);
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_THAT(result.err, HasSubstr(text));
  EXPECT_EQ(result.out, "");
}

std::vector<std::string> strings_of(const formats::Json& list) {
  std::vector<std::string> strings;
  for (const formats::Json& one : list.as_array()) {
    strings.push_back(one.as_string());
  }
  return strings;
}

TEST(WlCompare, StopsTheLadderAtTheFirstTestThatTellsTheGraphsApart) {
  const Pairs pairs;
  const formats::Json document = document_of({"wl", "compare", pairs[2], pairs[3]});
  EXPECT_EQ(document.at("a").at("index").as_integer(), 2);
  EXPECT_EQ(document.at("a").at("n").as_integer(), 10);
  EXPECT_EQ(document.at("b").at("m").as_integer(), 11);
  const auto& results = document.at("results").as_array();
  ASSERT_GE(results.size(), 2U);
  EXPECT_EQ(results[0].at("test").as_string(), "wl1");
  EXPECT_FALSE(results[0].at("distinguished").as_bool());
  EXPECT_TRUE(results[0].at("certain").as_bool());
  EXPECT_TRUE(results.back().at("distinguished").as_bool());
  EXPECT_EQ(document.at("cheapest"), results.back().at("test"));
  EXPECT_FALSE(document.at("isomorphic").as_bool());
  EXPECT_TRUE(document.at("minimal").is_null());
  EXPECT_NE(document.at("witness").at("count_a"), document.at("witness").at("count_b"));
}

TEST(WlCompare, FindsTheMinimalTestsAmongAll) {
  const Pairs pairs;
  const formats::Json document =
      document_of({"wl", "compare", pairs[0], pairs[1], "--tests", "all"});
  EXPECT_THAT(document.at("undecided").as_array(), IsEmpty());
  const std::vector<std::string> minimal = strings_of(document.at("minimal"));
  EXPECT_THAT(minimal, ::testing::Contains("kl11"));
  EXPECT_THAT(minimal, Not(::testing::Contains("fwl2"))) << "1,1-WL is weaker and separates, too";
  EXPECT_THAT(minimal, Not(::testing::Contains("wl1")));
  EXPECT_EQ(document.at("cheapest").as_string(), "spdwl") << "the second rung of the ladder";
}

TEST(WlCompare, DecidesIsomorphismWhereNoTestTellsTheGraphsApart) {
  const Pairs pairs;
  // A 6-cycle under other names.
  const std::string other = pairs.folder.write("c6.txt", "0 3\n3 1\n1 5\n5 2\n2 4\n4 0\n");
  const formats::Json document =
      document_of({"wl", "compare", pairs[0], other, "--tests", "ladder"});
  EXPECT_TRUE(document.at("isomorphic").as_bool());
  EXPECT_EQ(document.at("mapping").as_array().size(), 6U);
  EXPECT_TRUE(document.at("cheapest").is_null());
  EXPECT_TRUE(document.at("witness").is_null());
  const formats::Json unasked = document_of({"wl", "compare", pairs[0], other, "--tests", "wl1"});
  EXPECT_TRUE(unasked.at("isomorphic").is_null());
  const formats::Json asked =
      document_of({"wl", "compare", pairs[0], pairs[1], "--tests", "wl1", "--iso"});
  EXPECT_FALSE(asked.at("isomorphic").as_bool());
  const formats::Json stopped = document_of(
      {"wl", "compare", pairs[0], pairs[1], "--tests", "wl1", "--iso", "--max-nodes", "0"});
  EXPECT_EQ(stopped.at("isomorphic").as_string(), "undecided");
}

TEST(WlCompare, PrintsWitnessesThatAPersonCanRead) {
  const Pairs pairs;
  const test::ProcessResult text =
      run_isthmus({"wl", "compare", pairs[2], pairs[3], "--tests", "wl1,kl11"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("witness of 1,1-WL"));
  EXPECT_THAT(text.out, HasSubstr("isomorphic: no"));
  // A path of three has nodes of degree 1 and 2; a node of a triangle has degree 2.
  const std::string triangle = pairs.folder.write("t.txt", "0 1\n1 2\n0 2\n");
  const test::ProcessResult tree =
      run_isthmus({"wl", "compare", pairs[4], triangle, "--witness", "tree"});
  EXPECT_THAT(tree.out, HasSubstr("witness of 1-WL\n  colour "));
  EXPECT_THAT(tree.out, HasSubstr("unfolding tree"));
  EXPECT_THAT(tree.out, HasSubstr("degree"));
  const formats::Json pattern =
      document_of({"wl", "compare", pairs[0], pairs[1], "--tests", "fwl2", "--witness", "pattern"});
  // The triangle: no homomorphism to the 6-cycle, twelve to two triangles.
  EXPECT_EQ(pattern.at("witness").at("pattern").as_string(), "Bw");
  EXPECT_EQ(pattern.at("witness").at("hom_a").as_string(), "0");
  EXPECT_EQ(pattern.at("witness").at("hom_b").as_string(), "12");
  EXPECT_THAT(
      run_isthmus({"wl", "compare", pairs[0], pairs[1], "--tests", "fwl2", "--witness", "pattern"})
          .out,
      HasSubstr("pattern Bw, a cycle of 3 nodes: 0 homomorphisms to a, 12 to b"));
  const formats::Json none =
      document_of({"wl", "compare", pairs[0], pairs[1], "--witness", "none"});
  EXPECT_TRUE(none.at("witness").is_null());
}

TEST(WlCompare, NeverCallsATestByItsAmbiguousName) {
  const Pairs pairs;
  const std::string out = run_isthmus({"wl", "compare", pairs[0], pairs[1], "--tests", "all"}).out;
  for (std::size_t at = 0; (at = out.find("3-WL", at)) != std::string::npos; ++at) {
    const std::string before = out.substr(at < 10 ? 0 : at - 10, at < 10 ? at : 10);
    EXPECT_TRUE(before == "oblivious " || before.ends_with("=")) << before;
  }
}

TEST(WlCompare, LeavesUndecidedWhatMeetsALimit) {
  const Pairs pairs;
  const formats::Json few = document_of(
      {"wl", "compare", pairs[0], pairs[1], "--tests", "wl1,fwl2", "--max-tuples", "20"});
  EXPECT_THAT(strings_of(few.at("undecided")), ::testing::ElementsAre("fwl2"));
  EXPECT_EQ(few.at("results").as_array()[1].at("distinguished").as_string(), "undecided");
  EXPECT_FALSE(few.at("results").as_array()[1].at("undecided").is_null());
  const formats::Json late = document_of(
      {"wl", "compare", pairs[0], pairs[1], "--tests", "wl1,fwl2,spdwl", "--time-limit", "0"});
  EXPECT_EQ(late.at("undecided").as_array().size(), 3U) << "never false";
}

TEST(WlCompare, LooksAtLabels) {
  const Pairs pairs;
  const std::string labels = pairs.folder.write("l.txt", "1 0 0 0 0 0\n0 0 0 5000000000 0 0\n");
  const Words call = {"wl", "compare", pairs[0], pairs[0], "--tests", "wl1", "--labels", labels};
  EXPECT_TRUE(document_of(call).at("results").as_array()[0].at("distinguished").as_bool());
  const std::string edges = pairs.folder.write("e.txt", "1 0 0 0 0 0\n0 0 0 0 0 0\n");
  EXPECT_TRUE(
      document_of({"wl", "compare", pairs[0], pairs[0], "--tests", "wl1", "--edge-labels", edges})
          .at("results")
          .as_array()[0]
          .at("distinguished")
          .as_bool());
  expect_refusal(
      {"wl", "compare", pairs[0], pairs[1], "--labels", pairs.folder.write("few.txt", "1 2 3")}, 3,
      "there must be a label for each node of all graphs (expected 12, got 3)");
  expect_refusal({"wl", "compare", pairs[0], pairs[1], "--labels",
                  pairs.folder.write("big.txt", "9223372036854775808")},
                 3, "big.txt:1");
  expect_refusal(
      {"wl", "compare", pairs[0], pairs[1], "--labels", pairs.folder.write("neg.txt", "-1")}, 3,
      "neg.txt:1");
  expect_refusal({"wl", "compare", pairs[0], pairs[1], "--edge-labels",
                  pairs.folder.write("some.txt", "1 2 3")},
                 3, "a label for each edge of all graphs (expected 12, got 3)");
}

TEST(WlCompare, TakesMatricesAndPatterns) {
  const Pairs pairs;
  const std::vector<double> ones(72, 1.0);
  const std::string matrix =
      pairs.folder.write("d.npy", formats::write_npy(formats::make_npy<double>(ones, {2, 6, 6})));
  const std::string patterns = pairs.folder.write("p.g6", "Bw\n");
  const formats::Json document = document_of(
      {"wl", "compare", pairs[0], pairs[1], "--tests", "gdwl:" + matrix + ",gsn:" + patterns});
  EXPECT_FALSE(document.at("results").as_array()[0].at("distinguished").as_bool());
  EXPECT_TRUE(document.at("results").as_array()[1].at("distinguished").as_bool());
  expect_refusal({"wl", "compare", pairs[0], pairs[2], "--tests", "gdwl:" + matrix}, 3,
                 "a number for each pair of nodes of each graph (expected 136, got 72)");
}

TEST(WlCompare, DrawsBothGraphs) {
  const Pairs pairs;
  const std::string page = pairs.folder / "page.html";
  const test::ProcessResult result =
      run_isthmus({"wl", "compare", pairs[2], pairs[3], "--html", page, "--witness", "pattern"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string html = pairs.folder.read("page.html");
  const test::XmlCheck xml(html.substr(html.find('\n') + 1));
  EXPECT_EQ(xml.fault(), "");
  EXPECT_GE(xml.count("svg"), 2U);
  EXPECT_GE(xml.count("circle"), 20U);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("The graphs are not isomorphic."));
  expect_refusal({"wl", "compare", pairs[2], pairs[3], "--html", page}, 2, "exists already");
}

TEST(WlClasses, TellsNodesAndTheirOrbits) {
  const Pairs pairs;
  const formats::Json path = document_of({"wl", "classes", pairs[4], "--orbits"});
  EXPECT_EQ(path.at("num_classes").as_integer(), 2);
  EXPECT_EQ(path.at("orbits").at("count").as_integer(), 2);
  EXPECT_TRUE(path.at("classes_equal_orbits").as_bool());
  EXPECT_THAT(path.at("never_separable").as_array(), IsEmpty());
  // 1-WL of decalin: the two of degree 3, their four neighbours, the other four.
  const formats::Json decalin = document_of({"wl", "classes", pairs[2], "--orbits"});
  EXPECT_EQ(decalin.at("num_classes").as_integer(), 3);
  EXPECT_EQ(decalin.at("input").at("n").as_integer(), 10);
  // A triangle beside a 4-cycle: one class, two orbits.
  const std::string both = pairs.folder.write("both.txt", "0 1\n1 2\n0 2\n3 4\n4 5\n5 6\n6 3\n");
  const formats::Json regular = document_of({"wl", "classes", both, "--orbits"});
  EXPECT_FALSE(regular.at("classes_equal_orbits").as_bool());
  const auto& never = regular.at("never_separable").as_array();
  ASSERT_EQ(never.size(), 1U);
  EXPECT_EQ(never[0].at("nodes").as_integer(), 7);
  EXPECT_EQ(never[0].at("orbits").as_integer(), 2);
  const formats::Json pairs_of = document_of({"wl", "classes", both, "--test", "fwl2"});
  EXPECT_EQ(pairs_of.at("num_classes").as_integer(), 2);
  EXPECT_EQ(pairs_of.at("objects").as_integer(), 49);
}

TEST(WlClasses, BoundsWhatCanBePredicted) {
  const Pairs pairs;
  // Classes of a path of three: {ends} {middle}. Of the ends' labels one is right at most.
  const formats::Json document =
      document_of({"wl", "classes", pairs[4], "--targets", pairs.folder.write("y.txt", "0 1 2")});
  EXPECT_NEAR(document.at("accuracy_bound").as_double(), 200.0 / 3.0, 1e-9);
  EXPECT_NEAR(document.at("mse_bound").as_double(), 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(document.at("mae_bound").as_double(), 2.0 / 3.0, 1e-12);
  const formats::Json real =
      document_of({"wl", "classes", pairs[4], "--targets", pairs.folder.write("r.txt", "0.5 1 2")});
  EXPECT_TRUE(real.at("accuracy_bound").is_null()) << "numbers, no classes";
  expect_refusal({"wl", "classes", pairs[4], "--targets", pairs.folder.write("few.txt", "1")}, 3,
                 "a target for each node (expected 3, got 1)");
}

TEST(WlClasses, WritesTheClassOfEachNode) {
  const Pairs pairs;
  const std::string file = pairs.folder / "c.npy";
  (void)document_of({"wl", "classes", pairs[4], "--out", file, "--rounds", "1"});
  const std::string bytes = pairs.folder.read("c.npy");
  const auto classes = formats::to_int64(formats::parse_npy(bytes, file));
  ASSERT_EQ(classes.size(), 3U);
  EXPECT_EQ(classes[0], classes[2]);
  EXPECT_NE(classes[0], classes[1]);
}

TEST(WlHash, IsOneLineAGraph) {
  const Pairs pairs;
  const test::ProcessResult all = run_isthmus({"wl", "hash", pairs.file});
  ASSERT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(std::count(all.out.begin(), all.out.end(), '\n'), 5);
  EXPECT_THAT(all.out, StartsWith("wl1:v1:stable:"));
  const test::ProcessResult one = run_isthmus({"wl", "hash", pairs[2]});
  EXPECT_THAT(one.out, ::testing::EndsWith("\t" + pairs[2] + "\n"));
  EXPECT_THAT(all.out, HasSubstr(one.out));
  const formats::Json document =
      document_of({"wl", "hash", pairs.file, "--rounds", "2", "--group"});
  // C6 with two triangles, decalin with bicyclopentyl: 1-WL tells neither pair apart.
  ASSERT_EQ(document.at("groups").as_array().size(), 2U);
  const formats::Json finer = document_of({"wl", "hash", pairs.file, "--test", "fwl2"});
  EXPECT_THAT(finer.at("groups").as_array(), IsEmpty());
}

TEST(WlHash, ExpectsAHash) {
  const Pairs pairs;
  std::string hash = run_isthmus({"wl", "hash", pairs[0]}).out;
  hash.resize(hash.find('\t'));
  EXPECT_EQ(run_isthmus({"wl", "hash", pairs[1], "--expect", hash}).exit_code, 0) << "1-WL ties";
  const test::ProcessResult other = run_isthmus({"wl", "hash", pairs[4], "--expect", hash});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("not the one expected"));
  std::string version = hash;
  version.replace(version.find("v1"), 2, "v2");
  EXPECT_EQ(run_isthmus({"wl", "hash", pairs[0], "--expect", version}).exit_code, 2);
  EXPECT_THAT(run_isthmus({"wl", "hash", pairs[0], "--expect", version}).err, HasSubstr("v2"));
}

TEST(WlDataset, BoundsAccuracyByTheClasses) {
  const formats::Json document = document_of({"wl", "dataset", "gen:csl", "--iso"});
  const auto& rounds = document.at("rounds").as_array();
  EXPECT_EQ(rounds.back().at("classes").as_integer(), 1);
  EXPECT_NEAR(rounds.back().at("accuracy_bound").as_double(), 10.0, 1e-9);
  EXPECT_EQ(document.at("iso").at("classes").as_integer(), 10);
  EXPECT_NEAR(document.at("iso").at("accuracy_bound").as_double(), 100.0, 1e-9);
  EXPECT_EQ(document.at("task").as_string(), "graph");
  EXPECT_FALSE(document.at("decisive").is_null());
  const formats::Json marked = document_of({"wl", "dataset", "gen:csl", "--test", "kl11"});
  EXPECT_NEAR(marked.at("rounds").as_array().back().at("accuracy_bound").as_double(), 100.0, 1e-9);
  const formats::Json nodes =
      document_of({"wl", "dataset", "karate", "--use", "structure", "--iso"});
  EXPECT_EQ(nodes.at("task").as_string(), "node");
}

/// A small BREC: the pairs of kGraphs.
std::string write_brec(const test::TemporaryFolder& folder) {
  (void)folder.write("brec_pairs.tsv",
                     "pair\tcategory\tsubcategory\tn_a\tm_a\tn_b\tm_b\tconnected_a\tconnected_b\n"
                     "0\tBasic\tBasic\t6\t6\t6\t6\t1\t0\n"
                     "1\tRegular\tSimple_Regular\t10\t11\t10\t11\t1\t1\n");
  return folder.write("brec.g6", "EhEG\nEwCW\nIhEK?C@@G\nIhe?GC@@G\n");
}

TEST(WlBrec, CountsByCategory) {
  const test::TemporaryFolder folder;
  const std::string file = write_brec(folder);
  const formats::Json document =
      document_of({"wl", "brec", "--data", file, "--tests", "wl1,kl11,fwl2", "--out",
                   folder / "pairs.tsv", "--html", folder / "brec.html"});
  const formats::Json& tests = document.at("tests");
  EXPECT_EQ(tests.at("wl1").at("total").as_integer(), 0);
  EXPECT_EQ(tests.at("kl11").at("total").as_integer(), 2);
  EXPECT_EQ(tests.at("fwl2").at("by_category").at("Basic").at("separated").as_integer(), 1);
  EXPECT_EQ(tests.at("fwl2").at("name").as_string(), "2-FWL (=3-WL)");
  for (const formats::Json& one : document.at("inclusions").as_array()) {
    EXPECT_TRUE(one.at("holds").as_bool());
  }
  EXPECT_THAT(folder.read("pairs.tsv"),
              StartsWith("pair\tcategory\tsubcategory\twl1\twl1_round\tkl11\tkl11_round\t"));
  EXPECT_THAT(folder.read("pairs.tsv"), HasSubstr("\n0\tBasic\tBasic\t0\t-\t1\t-\t1\t1\n"));
  const std::string html = folder.read("brec.html");
  EXPECT_EQ(test::XmlCheck(html.substr(html.find('\n') + 1)).fault(), "");
  EXPECT_THAT(html, HasSubstr("Basic (1)"));
}

TEST(WlBrec, ChoosesPairsAndRenames) {
  const test::TemporaryFolder folder;
  const std::string file = write_brec(folder);
  const auto total = [&](Words more) {
    Words words = {"wl", "brec", "--data", file, "--tests", "kl11"};
    words.insert(words.end(), more.begin(), more.end());
    return document_of(words);
  };
  EXPECT_EQ(total({"--pairs", "1"}).at("pairs").as_integer(), 1);
  EXPECT_EQ(total({"--category", "Simple_Regular"}).at("pairs").as_integer(), 1);
  const formats::Json renamed = total({"--relabel", "7"});
  EXPECT_THAT(renamed.at("not_equivariant").at("kl11").as_array(), IsEmpty());
  EXPECT_EQ(renamed.at("relabel").as_integer(), 7);
  EXPECT_EQ(renamed.find("gained"), nullptr);
  expect_refusal({"wl", "brec", "--data", file, "--pairs", "2"}, 2, "numbers in 0..1");
  expect_refusal({"wl", "brec", "--data", file, "--category", "basic"}, 2,
                 "--category must be one of Basic, Regular, Simple_Regular, got 'basic'");
}

TEST(WlBrec, LeavesUndecidedWhatMeetsALimitAndSaysSo) {
  const test::TemporaryFolder folder;
  const Words words = {"wl",      "brec", "--data",       write_brec(folder),
                       "--tests", "fwl2", "--max-tuples", "100"};
  const formats::Json test = document_of(words).at("tests").at("fwl2");
  EXPECT_EQ(test.at("undecided").as_array().size(), 1U) << "2 * 36 pairs fit, 2 * 100 do not";
  EXPECT_EQ(test.at("total").as_integer(), 1);
  EXPECT_THAT(run_isthmus(words).out,
              HasSubstr("undecided  fwl2: 1 pairs, which count for nothing: 1"));
}

TEST(WlBrec, SaysWhatRewiringChanged) {
  const test::TemporaryFolder folder;
  const std::string file = write_brec(folder);
  const formats::Json document =
      document_of({"wl", "brec", "--data", file, "--tests", "wl1", "--rewire", "rings:2"});
  // Two hops in a 6-cycle: every node gets two more neighbours; two triangles stay as they are.
  EXPECT_EQ(document.at("rewire").as_string(), "rings:2");
  EXPECT_EQ(document.at("gained").at("wl1").as_array()[0].as_integer(), 0);
  EXPECT_THAT(document.at("lost").at("wl1").as_array(), IsEmpty());
  EXPECT_THAT(document.at("not_equivariant").at("wl1").as_array(), IsEmpty());
  expect_refusal({"wl", "brec", "--data", file, "--rewire", "grt:2"}, 2, "did you mean 'gtr'?");
}

TEST(WlBrec, ExpectsThePublishedCounts) {
  const test::TemporaryFolder folder;
  const std::string file = write_brec(folder);
  // Two pairs are not the 400: 1-WL's zeros are as published, those of SPD-WL are not.
  EXPECT_EQ(run_isthmus({"wl", "brec", "--data", file, "--tests", "wl1", "--expect", "published"})
                .exit_code,
            0);
  const test::ProcessResult wrong = run_isthmus(
      {"wl", "brec", "--data", file, "--tests", "spdwl", "--expect", "published", "--json"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("SPD-WL, total: expected 83, got "));
  EXPECT_THAT(valid_document(wrong.out, "wl").at("unexpected").as_array(), Not(IsEmpty()));
  expect_refusal({"wl", "brec", "--data", file, "--tests", "rdwl", "--expect", "published"}, 2,
                 "the paper counts none of these tests");
  expect_refusal({"wl", "brec", "--data", file, "--pairs", "0", "--expect", "published"}, 2,
                 "--expect published counts all pairs as they are, without --pairs");
  expect_refusal({"wl", "brec", "--data", file, "--expect", "unpublished"}, 2,
                 "--expect must be published, got 'unpublished'");
}

TEST(WlBrec, KeepsThePublishedCountsOfThePaper) {
  if (!std::filesystem::exists(test_data() + "/expressivity/brec/brec.g6")) {
    GTEST_SKIP() << "no expressivity/brec in the test data";
  }
  const formats::Json document =
      document_of({"wl", "brec", "--tests", "wl1,spdwl,kl11,fwl2", "--expect", "published"});
  EXPECT_EQ(document.at("tests").at("fwl2").at("total").as_integer(), 270);
  EXPECT_EQ(document.at("pairs").as_integer(), 400);
}

TEST(WlErrors, RefuseBadInput) {
  const Pairs pairs;
  const test::TemporaryFolder& folder = pairs.folder;
  expect_refusal({"wl", "compare", folder.write("cut.g6", "EhE\n"), pairs[0]}, 3, "cut.g6:1");
  expect_refusal({"wl", "compare", folder.write("long.g6", "EhEGG\n"), pairs[0]}, 3, "long.g6:1");
  const std::string loop = folder.write("loop.txt", "0 1\n1 1\n");
  expect_refusal({"wl", "classes", loop}, 3, "node 1 has a self-loop");
  const std::string parallel = folder.write("parallel.txt", "0 1\n0 1\n");
  expect_refusal({"wl", "classes", parallel}, 3, "1 edges are parallel to another");
  for (const std::string& file : {loop, parallel}) {
    EXPECT_EQ(document_of({"wl", "classes", file, "--simplify"}).at("input").at("m").as_integer(),
              1);
  }
  expect_refusal({"wl", "compare", pairs[0], pairs[9]}, 2, "the graphs of");
  expect_refusal({"wl", "compare", pairs.file, pairs[0]}, 2, "holds 5 graphs");
  expect_refusal({"wl", "compare", folder / "none.g6", pairs[0]}, 3, "no such file");
}

TEST(WlErrors, NameTheRule) {
  const Pairs pairs;
  expect_refusal({"wl", "compare", pairs[0], pairs[1], "--tests", "swl"}, 2,
                 "there is no test 'swl'");
  expect_refusal({"wl", "compare", pairs[0], pairs[1], "--tests", "fwl"}, 2,
                 "did you mean 'fwl2'?");
  expect_refusal({"wl", "compare", pairs[0]}, 2, "wl compare takes 2 graphs, got 1");
  expect_refusal({"wl", "brec", pairs[0]}, 2, "wl brec takes no graph, got 1");
  expect_refusal({"wl", "hash"}, 2, "wl hash takes at least one graph, got 0");
  expect_refusal({"wl", "classes", pairs[0], "--relabel", "3"}, 2,
                 "wl classes does not take --relabel\n  it is of wl brec");
  expect_refusal({"wl", "compare", pairs[0], pairs[1], "--rounds", "some"}, 2,
                 "--rounds must be stable or a whole number >= 0, got 'some'");
  expect_refusal({"wl", "compare", pairs[0], pairs[1], "--time-limit", "-1"}, 2,
                 "--time-limit must be in 0..1e9 seconds");
  expect_refusal({"wl", "hash", pairs[0], "--test", "spdwl"}, 2,
                 "--test must be wl1, kl11 or fwl2, got 'spdwl'");
  expect_refusal({"wl", "comapre", pairs[0], pairs[1]}, 2, "did you mean 'compare'?");
}

}  // namespace
}  // namespace isthmus::cli::wl_test
