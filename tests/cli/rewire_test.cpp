// The verb rewire as a user sees it: files, documents, exit codes.
#include <csignal>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/edge_list.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "support/xml_check.hpp"

namespace isthmus::cli::rewire_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words kGtr = {"rewire", "karate", "--method", "gtr"};

/// The sequence of the specification: 7.1, "GTR karate".
TEST(Rewire, WritesEdgesLogAndDocumentOfGtrOnKarate) {
  const test::TemporaryFolder folder;
  const std::string out = folder / "k.edges";
  const std::string log = folder / "k.log";
  const test::ProcessResult result =
      run_isthmus(kGtr + Words{"--budget", "10", "--out", out, "--log", log, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "rewire");
  const formats::Json& steps = document.at("steps");
  ASSERT_EQ(steps.as_array().size(), 10U);
  std::string added;
  for (const formats::Json& step : steps.as_array()) {
    added += formats::write_json(step.at("added"));
  }
  EXPECT_EQ(
      added,
      "[[16,26]][[11,25]][[4,14]][[16,24]][[12,15]][[11,18]][[17,20]][[21,22]][[9,10]][[12,16]]");
  EXPECT_NEAR(steps.as_array()[0].at("Rtot_before").as_double(), 470.2681849848137, 1e-7);
  EXPECT_NEAR(steps.as_array()[9].at("Rtot_after").as_double(), 324.251754, 1e-6);
  const formats::Json& report = document.at("result");
  EXPECT_EQ(report.at("m").as_integer(), 88);
  EXPECT_EQ(report.at("stop").as_string(), "budget");
  EXPECT_EQ(report.at("tied_steps").as_integer(), 4);
  EXPECT_EQ(report.at("largest_tie").as_integer(), 10);
  EXPECT_EQ(document.at("method").at("mode").as_string(), "definition");

  const std::string text = read_file(out);
  EXPECT_THAT(text, StartsWith("# isthmus-edges 1 n=34 directed=0 method=gtr mode=definition\n"
                               "0\t1\t0\n"));
  EXPECT_THAT(text, HasSubstr("\n16\t26\t1\n"));
  EXPECT_EQ(formats::read_edge_list(text, out).rows.size(), 88U);
  EXPECT_THAT(read_file(log), HasSubstr("\n3\tadd\t4\t14\t0.44180638688"));
}

// One page, alone: every number of the run is on it, no name is markup.
TEST(Rewire, WritesAPageThatStandsAlone) {
  const test::TemporaryFolder folder;
  const std::string page = folder / "k.html";
  const test::ProcessResult result =
      run_isthmus(kGtr + Words{"--budget", "10", "--html", page, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "rewire");
  EXPECT_EQ(document.at("html").as_string(), page);
  const std::string html = read_file(page);
  const test::XmlCheck xml(html);
  EXPECT_EQ(xml.fault(), "");
  EXPECT_EQ(xml.count("svg"), 5U) << "two histograms, two curves, the graph";
  for (const formats::Json& step : document.at("steps").as_array()) {
    EXPECT_THAT(html, HasSubstr(formats::write_json(step.at("score"))));
  }
  for (const char* words : {"470.268185", "324.251754", "0.468525", "<td>gtr</td>", "edge: 78",
                            "added: 10", "675ac13457242547a235202d64c049ef"}) {
    EXPECT_THAT(html, HasSubstr(words));
  }
  for (const char* outside : {"url(", "href", "<link", "@import", "<script"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
  // What is there already is not replaced.
  EXPECT_EQ(run_isthmus(kGtr + Words{"--budget", "1", "--html", page}).exit_code, 2);
  EXPECT_EQ(read_file(page), html);
}

TEST(Rewire, ShowsHostileNamesAsTheyAre) {
  const test::TemporaryFolder folder;
  const std::string list =
      folder.write("<i>&.txt", "<script> b\nb \"c\"\n\"c\" d\xFF\nd\xFF &lt\n");
  const std::string page = folder / "h.html";
  for (const char* method : {"gtr", "random"}) {
    ASSERT_EQ(run_isthmus(
                  {"rewire", list, "--method", method, "--budget", "2", "--html", page, "--force"})
                  .exit_code,
              0);
    const std::string html = read_file(page);
    const test::XmlCheck xml(html);
    EXPECT_EQ(xml.fault(), "");
    EXPECT_EQ(xml.count("script") + xml.count("i"), 0U);
    EXPECT_THAT(xml.characters_in_all(), HasSubstr("<script>"));
    EXPECT_THAT(xml.characters_in_all(), HasSubstr("<i>&.txt"));
    EXPECT_THAT(xml.characters_in_all(), HasSubstr("&lt"));
  }
}

// Methods without steps, results with arcs, graphs without edges: the page says what it can.
TEST(Rewire, WritesPagesOfWholeGraphMethodsAndOfGraphsWithoutEdges) {
  const test::TemporaryFolder folder;
  const std::string page = folder / "p.html";
  for (const char* method : {"laser", "rings", "gdc", "egp", "cgp"}) {
    const test::ProcessResult result =
        run_isthmus({"rewire", "karate", "--method", method, "--html", page, "--force"});
    EXPECT_EQ(result.exit_code, 0) << method << result.err;
    EXPECT_EQ(test::XmlCheck(read_file(page)).fault(), "") << method;
  }
  for (const std::string n : {"0", "1", "3"}) {
    const std::string path = folder.write(
        "n" + n, "# isthmus-edges 1 n=" + n + " directed=0 method=input mode=definition\n");
    const test::ProcessResult result = run_isthmus(
        {"rewire", path, "--method", "gtr", "--budget", "2", "--html", page, "--force"});
    EXPECT_EQ(result.exit_code, 0) << n << result.err;
    EXPECT_EQ(test::XmlCheck(read_file(page)).fault(), "") << n;
  }
}

TEST(Rewire, ReplaysAPrefixToTheBytesOfAShorterRun) {
  const test::TemporaryFolder folder;
  const std::string log = folder / "k.log";
  ASSERT_EQ(run_isthmus(kGtr + Words{"--budget", "8", "--log", log}).exit_code, 0);
  for (const std::string steps : {"0", "3", "8"}) {
    const std::string direct = run_isthmus(kGtr + Words{"--budget", steps, "--out", "-"}).out;
    const test::ProcessResult replayed =
        run_isthmus({"rewire", "karate", "--replay", log, "--prefix", steps, "--out", "-"});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
    EXPECT_EQ(replayed.out, direct) << steps;
  }
  const test::ProcessResult whole = run_isthmus({"rewire", "karate", "--replay", log, "--json"});
  EXPECT_EQ(valid_document(whole.out, "rewire").at("result").at("steps").as_integer(), 8);
}

TEST(Rewire, RefusesALogOfAnotherGraph) {
  const test::TemporaryFolder folder;
  const std::string log = folder / "k.log";
  ASSERT_EQ(run_isthmus(kGtr + Words{"--budget", "1", "--log", log}).exit_code, 0);
  const std::string path = folder.write("path.txt", "0 1\n1 2\n");
  const test::ProcessResult result = run_isthmus({"rewire", path, "--replay", log});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr(log + ":1: the log is of another graph than " + path));
  // Right graph, but an edit that cannot be: the hash does not make a log true.
  const std::string broken = folder.write("b.log", read_file(log) + "2\tadd\t0\t1\t\t1\t\n");
  const test::ProcessResult impossible = run_isthmus({"rewire", "karate", "--replay", broken});
  EXPECT_EQ(impossible.exit_code, 3);
  EXPECT_THAT(impossible.err, HasSubstr("step 2 adds an edge that is there already, 0-1"));
}

TEST(Rewire, GivesTheSameBytesForAnyThreadsAndOrderOfTheInput) {
  const test::TemporaryFolder folder;
  const std::string a = folder.write("a.txt", "0 1\n1 2\n2 3\n3 4\n4 5\n5 6\n");
  const std::string b = folder.write("b.txt", "6 5\n4 3\n0 1\n2 1\n1 2\n5 4\n2 3\n");
  const Words words = {"--method", "gtr", "--budget", "4", "--out", "-"};
  const std::string first = run_isthmus(Words{"rewire", a} + words).out;
  EXPECT_THAT(first, StartsWith("# isthmus-edges 1 n=7"));
  EXPECT_EQ(run_isthmus(Words{"rewire", b} + words).out, first);
  for (const std::string threads : {"1", "2", "8"}) {
    EXPECT_EQ(run_isthmus(Words{"rewire", a} + words + Words{"--threads", threads}).out, first);
  }
  const std::string both = run_isthmus(Words{"rewire", a} + words + Words{"--arcs", "both"}).out;
  EXPECT_THAT(both, HasSubstr("\n1\t0\t0\n"));
  // What is written is read again, listed once or twice: the same graph.
  const std::string once_file = folder.write("once.edges", first);
  const std::string both_file = folder.write("both.edges", both);
  const Words again = {"--method", "gtr", "--budget", "0", "--out", "-"};
  EXPECT_EQ(run_isthmus(Words{"rewire", once_file} + again).out,
            run_isthmus(Words{"rewire", both_file} + again).out);
}

TEST(Rewire, KeepsTypesLoopsAndWeights) {
  const test::TemporaryFolder folder;
  const std::string path =
      folder.write("t.edges",
                   "# isthmus-edges 1 n=4 directed=0 method=input mode=definition columns=weight\n"
                   "0\t1\t0\t2\n0\t1\t3\t1.5\n1\t2\t0\t1\n2\t2\t0\t5\n2\t3\t0\t1\n");
  const test::ProcessResult result = run_isthmus({"rewire", path, "--method", "gtr", "--budget",
                                                  "1", "--out", "-", "--weights", "conductance"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "# isthmus-edges 1 n=4 directed=0 method=gtr mode=definition columns=weight\n"
            "0\t1\t0\t2\n0\t1\t3\t1.5\n0\t3\t4\t1\n1\t2\t0\t1\n2\t2\t0\t5\n2\t3\t0\t1\n");
}

TEST(Rewire, UnderstandsBudgets) {
  const auto steps = [](const std::string& budget) {
    const test::ProcessResult result = run_isthmus(kGtr + Words{"--budget", budget, "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return valid_document(result.out, "rewire").at("result");
  };
  EXPECT_EQ(steps("5%").at("steps").as_integer(), 4);    // 3.9
  EXPECT_EQ(steps("2.5%").at("steps").as_integer(), 2);  // 1.95
  EXPECT_EQ(steps("0").at("m").as_integer(), 78);
  const formats::Json until = steps("until:r-tot=400");
  EXPECT_EQ(until.at("stop").as_string(), "target");
  const formats::Json gap = steps("until:lambda2=0.6");
  EXPECT_EQ(gap.at("stop").as_string(), "target");
  EXPECT_EQ(run_isthmus({"rewire", "karate", "--method", "fosr", "--budget", "until:lambda2=0.6"})
                .exit_code,
            0);
  EXPECT_THAT(
      run_isthmus({"rewire", "karate", "--method", "sdrf", "--budget", "until:lambda2=1"}).err,
      HasSubstr("--budget until:lambda2 is for the methods that know it at each step"));
  for (const std::string budget :
       {"-1", "x", "5%%", "-5%", "until:r-tot=0", "until:lambda2=x", "until:x=3", ""}) {
    const test::ProcessResult result = run_isthmus(kGtr + Words{"--budget", budget});
    EXPECT_EQ(result.exit_code, 2) << budget;
  }
}

// Karate with four columns: 34 nodes are more than twice as many, so the sketch is used.
TEST(Rewire, LabelsWhatASketchEstimates) {
  const auto document = [](const Words& words) {
    const test::ProcessResult result = run_isthmus(kGtr + Words{"--budget", "3", "--json"} + words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return valid_document(result.out, "rewire");
  };
  const formats::Json dense = document({});
  EXPECT_EQ(dense.at("method").at("tier").as_string(), "dense");
  EXPECT_EQ(dense.at("method").at("kind").as_string(), "exact");
  EXPECT_EQ(dense.at("method").at("R_tot_stderr").as_double(), 0.0);
  for (const std::string tier : {"sparse", "sketch"}) {
    const formats::Json found = document({"--tier", tier, "--sketch-k", "8", "--rescore", "100"});
    EXPECT_EQ(found.at("method").at("tier").as_string(), tier);
    EXPECT_EQ(found.at("method").at("kind").as_string(), "estimate");
    EXPECT_EQ(found.at("method").at("R_tot_stderr").as_double() > 0.0, tier == "sketch");
    EXPECT_EQ(found.at("method").at("options").at("sketch_k").as_integer(), 8);
    EXPECT_EQ(found.at("method").at("options").at("rescore").as_integer(), 100);
    // So many solved for at each step, they are the right ones, and so are their gains.
    for (std::size_t k = 0; k < 3; ++k) {
      const formats::Json& step = found.at("steps").as_array()[k];
      const formats::Json& exact = dense.at("steps").as_array()[k];
      EXPECT_EQ(formats::write_json(step.at("added")), formats::write_json(exact.at("added")));
      EXPECT_NEAR(step.at("gain").as_double(), exact.at("gain").as_double(), 1e-8);
    }
  }
  const formats::Json lazy =
      valid_document(run_isthmus(kGtr + Words{"--budget", "9", "--lazy", "--json"}).out, "rewire");
  EXPECT_EQ(lazy.at("method").at("kind").as_string(), "estimate");
  EXPECT_EQ(lazy.at("method").at("options").at("lazy").at("checks").as_integer(), 1);
  EXPECT_LT(lazy.at("method").at("options").at("lazy").at("gap").as_double(), 0.01);
  EXPECT_TRUE(document({"--lazy"}).at("method").at("options").at("lazy").at("gap").is_null());
  const formats::Json parts = document({"--parts", "3"});
  EXPECT_EQ(parts.at("method").at("kind").as_string(), "estimate");
  EXPECT_EQ(parts.at("method").at("options").at("parts").as_integer(), 3);
  const test::ProcessResult text =
      run_isthmus(kGtr + Words{"--budget", "1", "--tier", "sketch", "--sketch-k", "8"});
  EXPECT_THAT(text.out, HasSubstr(" (estimate)"));
  EXPECT_THAT(
      run_isthmus({"rewire", "karate", "--method", "sdrf", "--budget", "1", "--parts", "2"}).err,
      HasSubstr("--method sdrf has no two levels and takes no --parts"));
  EXPECT_THAT(run_isthmus({"rewire", "karate", "--method", "sdrf", "--budget", "1", "--lazy"}).err,
              HasSubstr("--method sdrf ranks nothing lazily and takes no --lazy"));
  EXPECT_THAT(run_isthmus(kGtr + Words{"--budget", "1", "--lazy", "--tier", "sketch"}).err,
              HasSubstr("a lazy search needs the dense tier and no parts, got tier sketch"));
}

TEST(Rewire, RefusesADenseTierThatIsTooLarge) {
  const test::TemporaryFolder folder;
  std::string star;
  for (int v = 1; v <= 20'000; ++v) {
    star += "0 " + std::to_string(v) + "\n";
  }
  const test::ProcessResult result = run_isthmus({"rewire", folder.write("s.txt", star), "--method",
                                                  "gtr", "--budget", "1", "--tier", "dense"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("a component of 20001 nodes exceeds max_nodes = 20000"));
}

class TwoLevelMethod : public ::testing::TestWithParam<std::string> {};

TEST_P(TwoLevelMethod, ReplaysItsPrefixes) {
  const test::TemporaryFolder folder;
  const std::string log = folder / "p.log";
  const Words words = {"rewire", "karate", "--method", GetParam(), "--parts", "4"};
  ASSERT_EQ(run_isthmus(words + Words{"--budget", "6", "--log", log}).exit_code, 0);
  for (const std::string budget : {"2", "6"}) {
    EXPECT_EQ(
        run_isthmus({"rewire", "karate", "--replay", log, "--prefix", budget, "--out", "-"}).out,
        run_isthmus(words + Words{"--budget", budget, "--out", "-", "--threads", "8"}).out);
  }
}
INSTANTIATE_TEST_SUITE_P(Methods, TwoLevelMethod, ::testing::Values("gtr", "fosr"),
                         [](const auto& method) { return method.param; });

TEST(Rewire, NamesWhatIsWrong) {
  const test::TemporaryFolder folder;
  const std::string weighted = folder.write("w.txt", "0 1 2\n1 2 1\n");
  const std::string arcs = folder.write("d.edges",
                                        "# isthmus-edges 1 n=3 directed=1 method=x mode=m\n"
                                        "0\t1\t0\n1\t2\t0\n2\t1\t0\n");
  const std::string broken = folder.write("b.txt", "0 1\n2\n");
  const Words gtr = {"--method", "gtr", "--budget", "1"};
  const auto refusal = [](const Words& words, int exit) {
    const test::ProcessResult result = run_isthmus(words);
    EXPECT_EQ(result.exit_code, exit) << result.err;
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_THAT(refusal({"rewire", "karate"}, 2), HasSubstr("--method or --replay must be given"));
  EXPECT_THAT(refusal(kGtr, 2), HasSubstr("--method gtr needs --budget"));
  EXPECT_THAT(refusal({"rewire", "karate", "--method", "gtrr", "--budget", "1"}, 2),
              HasSubstr("did you mean 'gtr'?"));
  EXPECT_THAT(refusal({"rewire", "karate", "--replay", "x", "--budget", "1"}, 2),
              HasSubstr("--replay stands instead of --method and --budget"));
  EXPECT_THAT(refusal(kGtr + Words{"--budget", "1", "--prefix", "1"}, 2),
              HasSubstr("--prefix is of --replay"));
  EXPECT_THAT(refusal(kGtr + Words{"--budget", "1", "--remove", "free"}, 2),
              HasSubstr("removes nothing: --remove must be off, got free"));
  EXPECT_THAT(refusal(Words{"rewire", weighted} + gtr, 2),
              HasSubstr("--weights must say what the weights of " + weighted + " mean"));
  EXPECT_THAT(refusal(Words{"rewire", weighted, "--weights", "distance"} + gtr, 2),
              HasSubstr("--method gtr reads weights as conductance, got --weights distance"));
  EXPECT_THAT(refusal(Words{"rewire", arcs} + gtr, 3),
              HasSubstr("1 pairs have arcs one way only; --directed as-undirected takes"));
  EXPECT_THAT(refusal(Words{"rewire", broken} + gtr, 3), HasSubstr(broken + ":2: second id"));
  EXPECT_THAT(refusal(Words{"rewire", "./none.txt"} + gtr, 3), HasSubstr("no such file"));
  EXPECT_THAT(refusal(Words{"rewire", "karat"} + gtr, 2), HasSubstr("did you mean karate?"));
  EXPECT_THAT(refusal(Words{"rewire", "gen:csl"} + gtr, 2), HasSubstr("gen:csl holds 150 graphs"));
  EXPECT_THAT(refusal(Words{"rewire", "gen:csl#150"} + gtr, 2), HasSubstr("are 0..149, got 150"));
  EXPECT_THAT(refusal(Words{"rewire", "gen:csl#x"} + gtr, 2), HasSubstr("got 'x'"));
  EXPECT_THAT(refusal(Words{"rewire", "karate", "--out", weighted} + gtr, 2),
              HasSubstr("--out: " + weighted + " exists already"));
  const test::ProcessResult taken =
      run_isthmus(Words{"rewire", arcs, "--directed", "as-undirected", "--json"} + gtr);
  EXPECT_EQ(valid_document(taken.out, "rewire").at("input").at("arcs_without_reverse").as_integer(),
            1);
}

TEST(Rewire, TakesTheSmallestGraphs) {
  const test::TemporaryFolder folder;
  for (const std::string n : {"0", "1", "2"}) {
    const std::string path = folder.write(
        "n" + n, "# isthmus-edges 1 n=" + n + " directed=0 method=input mode=definition\n");
    const test::ProcessResult result =
        run_isthmus({"rewire", path, "--method", "gtr", "--budget", "3", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(valid_document(result.out, "rewire").at("result").at("stop").as_string(),
              "no_candidate");
  }
}

TEST(Rewire, JoinsComponentsWhenAsked) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("two.txt", "0 1\n1 2\n3 4\n");
  const test::ProcessResult result = run_isthmus(
      {"rewire", path, "--method", "gtr", "--budget", "1", "--components", "join", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "rewire");
  EXPECT_EQ(document.at("result").at("joined").as_integer(), 1);
  EXPECT_EQ(document.at("steps").as_array()[0].at("note").as_string(), "join");
}

TEST(Rewire, SaysWhatADryRunWouldDo) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result = run_isthmus(
      kGtr + Words{"--budget", "5%", "--out", folder / "k.edges", "--dry-run", "--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(valid_document(result.out, "rewire").at("dry_run").as_bool());
  EXPECT_THAT(result.err, HasSubstr("gtr would run at most 4 steps; nothing was done"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// Ctrl-C between two steps: what is there is written, and the log leads to the same bytes.
TEST(Rewire, KeepsWhatIsDoneWhenInterrupted) {
  const test::TemporaryFolder folder;
  const std::string out = folder / "c.edges";
  const std::string log = folder / "c.log";
  std::string path_text;
  for (int v = 0; v + 1 < 1500; ++v) {
    path_text += std::to_string(v) + " " + std::to_string(v + 1) + "\n";
  }
  const std::string path = folder.write("path.txt", path_text);
  bool sent = false;
  const test::ProcessOptions options = {.watch = [&](int pid, std::string_view err) {
    if (!sent && err.find("edges") != std::string_view::npos) {
      sent = true;
      ::kill(pid, SIGINT);
    }
  }};
  const test::ProcessResult result =
      run_isthmus({"rewire", path, "--method", "gtr", "--budget", "100000", "--out", out, "--log",
                   log, "--json", "--progress", "always"},
                  options);
  ASSERT_EQ(result.exit_code, 130) << result.err;
  const formats::Json document = valid_document(result.out, "rewire");
  EXPECT_EQ(document.at("status").as_string(), "interrupted");
  EXPECT_EQ(document.at("result").at("stop").as_string(), "limit");
  const test::ProcessResult replayed = run_isthmus({"rewire", path, "--replay", log, "--out", "-"});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_EQ(replayed.out, read_file(out));
}

// Labels of rings and of the expander: types above those of the input, hops as a column.
TEST(Rewire, LabelsRingsByTypeAndHop) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("p.txt", "0 1\n1 2\n2 3\n");
  const test::ProcessResult rings =
      run_isthmus({"rewire", path, "--method", "rings", "--hops", "3", "--out", "-"});
  EXPECT_EQ(rings.out,
            "# isthmus-edges 1 n=4 directed=0 method=rings mode=definition columns=hop\n"
            "0\t1\t0\t1\n0\t2\t1\t2\n0\t3\t2\t3\n1\t2\t0\t1\n1\t3\t1\t2\n2\t3\t0\t1\n");
  const test::ProcessResult hexagon =
      run_isthmus({"rewire", path, "--method", "cgp", "--out", "-"});
  EXPECT_THAT(hexagon.out, StartsWith("# isthmus-edges 1 n=6 directed=0 method=cgp"));
}

TEST(Rewire, NamesTheModeOfCompatibility) {
  const auto mode = [](const Words& words) {
    const test::ProcessResult result = run_isthmus(Words{"rewire", "karate"} + words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out.substr(0, result.out.find('\n'));
  };
  EXPECT_THAT(mode({"--method", "sdrf", "--kernel", "--budget", "1", "--out", "-"}),
              HasSubstr("mode=sdrf-kernel"));
  EXPECT_THAT(mode({"--method", "fosr", "--start", "vector", "--budget", "1", "--out", "-"}),
              HasSubstr("mode=fosr-vector"));
  EXPECT_THAT(mode({"--method", "laser", "--orbit", "lower", "--out", "-"}),
              HasSubstr("mode=laser-lower"));
  // Section 7.1: karate adds 0-24 by the definition, 0-33 by the kernel.
  const auto first = [](const Words& words) {
    const test::ProcessResult result = run_isthmus(
        Words{"rewire", "karate", "--method", "sdrf", "--budget", "1", "--json"} + words);
    return formats::write_json(
        valid_document(result.out, "rewire").at("steps").as_array()[0].at("added"));
  };
  EXPECT_EQ(first({}), "[[0,24]]");
  EXPECT_EQ(first({"--kernel"}), "[[0,33]]");
}

// Names of nodes decide nothing where colours tell nodes apart: a spider with legs of 1, 2 and 3,
// and the same with other ids.
TEST(Rewire, BreaksTiesByColoursWhenAsked) {
  const test::TemporaryFolder folder;
  const std::string a = folder.write("a.txt", "0 1\n0 2\n2 3\n0 4\n4 5\n5 6\n");
  const std::string b = folder.write("b.txt", "6 5\n6 4\n4 3\n6 2\n2 1\n1 0\n");
  const auto added = [](const std::string& path) {
    const test::ProcessResult result =
        run_isthmus({"rewire", path, "--method", "gtr", "--budget", "3", "--tie", "wl", "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const formats::Json document = valid_document(result.out, "rewire");
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
    for (const formats::Json& step : document.at("steps").as_array()) {
      const auto& pair = step.at("added").as_array()[0].as_array();
      pairs.emplace_back(pair[0].as_integer(), pair[1].as_integer());
    }
    return pairs;
  };
  auto mapped = added(a);
  for (auto& [u, v] : mapped) {
    std::tie(u, v) = std::pair(6 - v, 6 - u);
  }
  EXPECT_EQ(mapped, added(b));
  const test::ProcessResult refused =
      run_isthmus({"rewire", a, "--method", "random", "--budget", "1", "--tie", "wl"});
  EXPECT_EQ(refused.exit_code, 2);
}

}  // namespace
}  // namespace isthmus::cli::rewire_test
