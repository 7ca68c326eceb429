// What a user may expect of every method of rewire: files to the byte for any threads and order of
// the input, logs that replay, documents that agree with them.
#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/edge_list.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::rewire_methods_test {
namespace {

using ::testing::HasSubstr;
using MethodArguments = std::vector<std::string>;

/// A method with some of its options.
struct MethodCall {
  std::string name;
  MethodArguments words;  ///< Behind --method.
};

void PrintTo(const MethodCall& call, std::ostream* out) { *out << call.name; }

MethodArguments joined_words(std::initializer_list<MethodArguments> parts) {
  MethodArguments all;
  for (const MethodArguments& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// The edges of karate, and the same from the last to the first with their ends exchanged, one of
/// them twice.
struct TwoOrders {
  std::string ascending;
  std::string shuffled;
};

TwoOrders karate_twice(const test::TemporaryFolder& folder) {
  const std::string listed =
      run_isthmus({"rewire", "karate", "--method", "gtr", "--budget", "0", "--out", "-"}).out;
  std::string up;
  std::string down;
  for (const formats::EdgeRow& row : formats::read_edge_list(listed, "karate").rows) {
    up += std::to_string(row.u) + ' ' + std::to_string(row.v) + '\n';
    down.insert(0, std::to_string(row.v) + ' ' + std::to_string(row.u) + '\n');
  }
  const std::string twice = "0 1\n";
  return {folder.write("up.txt", up), folder.write("down.txt", down + twice)};
}

/// What the rows of a log did in each step: {added, removed} as a document writes them.
std::map<std::int64_t, std::pair<std::string, std::string>> steps_of_log(const std::string& text) {
  std::map<std::int64_t, std::pair<std::string, std::string>> steps;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] == '#') {
      continue;
    }
    std::istringstream row(line);
    std::int64_t step = 0;
    std::string op;
    std::string u;
    std::string v;
    row >> step >> op >> u >> v;
    auto& [added, removed] = steps[step];
    std::string& list = op == "add" ? added : removed;
    list += (list.empty() ? "[" : ",[") + u + ',' + v + ']';
  }
  return steps;
}

class EveryBudgetedMethod : public ::testing::TestWithParam<MethodCall> {
 protected:
  /// rewire GRAPH --method ... --seed 3 and more words.
  static MethodArguments words(const std::string& graph, const MethodArguments& more) {
    return joined_words({{"rewire", graph, "--method"}, GetParam().words, {"--seed", "3"}, more});
  }
};

// The document is valid and agrees with log and edges.
TEST_P(EveryBudgetedMethod, TellsTheSameInDocumentLogAndEdges) {
  const test::TemporaryFolder folder;
  const test::ProcessResult whole =
      run_isthmus(words("karate", {"--budget", "6", "--out", folder / "m.edges", "--log",
                                   folder / "m.log", "--json"}));
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  const formats::Json document = valid_document(whole.out, "rewire");
  const formats::Json& result = document.at("result");
  const auto& steps = document.at("steps").as_array();
  EXPECT_EQ(steps.size(), static_cast<std::size_t>(result.at("steps").as_integer()));
  const formats::EdgeList list = formats::read_edge_list(read_file(folder / "m.edges"), "out");
  EXPECT_EQ(static_cast<std::int64_t>(list.rows.size()), result.at("m").as_integer());
  EXPECT_EQ(result.at("m").as_integer() - 78,
            result.at("added").as_integer() - result.at("removed").as_integer());
  for (const formats::EdgeRow& row : list.rows) {
    EXPECT_LT(row.u, row.v);  // No method makes a loop.
  }
  EXPECT_EQ(std::adjacent_find(list.rows.begin(), list.rows.end(),
                               [](const formats::EdgeRow& a, const formats::EdgeRow& b) {
                                 return a.u == b.u && a.v == b.v && a.type == b.type;
                               }),
            list.rows.end());
  auto logged = steps_of_log(read_file(folder / "m.log"));
  for (const formats::Json& step : steps) {
    const auto& [added, removed] = logged[step.at("step").as_integer()];
    EXPECT_EQ(formats::write_json(step.at("added")), "[" + added + "]");
    EXPECT_EQ(formats::write_json(step.at("removed")), "[" + removed + "]");
  }
  EXPECT_LE(logged.size(), steps.size());
}

TEST_P(EveryBudgetedMethod, WritesTheSameBytesForAnyThreadsAndOrderOfTheInput) {
  const test::TemporaryFolder folder;
  const TwoOrders karate = karate_twice(folder);
  std::string edges;
  std::string log;
  const auto expect_same = [&](const std::string& graph, const std::string& threads) {
    const std::string file = folder / "one.log";
    const test::ProcessResult one = run_isthmus(words(
        graph, {"--budget", "6", "--out", "-", "--log", file, "--force", "--threads", threads}));
    ASSERT_EQ(one.exit_code, 0) << one.err;
    edges = edges.empty() ? one.out : edges;
    log = log.empty() ? read_file(file) : log;
    EXPECT_EQ(one.out, edges) << graph << ' ' << threads;
    EXPECT_EQ(read_file(file), log) << graph << ' ' << threads;
  };
  for (const char* threads : {"1", "2", "8", "2"}) {
    expect_same(karate.ascending, threads);
  }
  expect_same(karate.shuffled, "2");
  // Listed from both ends it is the same graph.
  const test::ProcessResult both = run_isthmus(
      words(karate.ascending, {"--budget", "6", "--out", folder / "both.edges", "--arcs", "both"}));
  ASSERT_EQ(both.exit_code, 0) << both.err;
  folder.write("once.edges", edges);
  const auto again = [&](const char* name) {
    return run_isthmus({"rewire", folder / name, "--method", "gtr", "--budget", "0", "--out", "-"})
        .out;
  };
  EXPECT_EQ(again("both.edges"), again("once.edges"));
}

TEST_P(EveryBudgetedMethod, ReplaysItsPrefixesToTheBytesOfShorterRuns) {
  const test::TemporaryFolder folder;
  const std::string log = folder / "m.log";
  ASSERT_EQ(run_isthmus(words("karate", {"--budget", "6", "--log", log})).exit_code, 0);
  for (const std::string budget : {"0", "2", "6"}) {
    const std::string direct = run_isthmus(words("karate", {"--budget", budget, "--out", "-"})).out;
    EXPECT_EQ(
        run_isthmus({"rewire", "karate", "--replay", log, "--prefix", budget, "--out", "-"}).out,
        direct)
        << budget;
  }
}

// No nodes, one, two, and no edges among four.
TEST_P(EveryBudgetedMethod, TakesTheSmallestGraphs) {
  const test::TemporaryFolder folder;
  for (const std::string n : {"0", "1", "2", "4"}) {
    const std::string path = folder.write(
        "n" + n, "# isthmus-edges 1 n=" + n + " directed=0 method=input mode=definition\n");
    const test::ProcessResult result = run_isthmus(words(path, {"--budget", "3", "--json"}));
    if (GetParam().name == "fosr_vector" && n > "1") {
      EXPECT_EQ(result.exit_code, 3) << n;  // one vector for several components is refused
      EXPECT_THAT(result.err, HasSubstr("a start vector needs a connected graph, got " + n));
      continue;
    }
    ASSERT_EQ(result.exit_code, 0) << n << result.err;
    EXPECT_EQ(valid_document(result.out, "rewire").at("result").at("added").as_integer(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Methods, EveryBudgetedMethod,
    ::testing::Values(
        MethodCall{"gtr", {"gtr"}}, MethodCall{"gtr_wl", {"gtr", "--tie", "wl"}},
        MethodCall{"fosr", {"fosr"}}, MethodCall{"fosr_vector", {"fosr", "--start", "vector"}},
        MethodCall{"sdrf", {"sdrf"}}, MethodCall{"sdrf_free", {"sdrf", "--remove", "free"}},
        MethodCall{"sdrf_tau", {"sdrf", "--tau", "20"}},
        MethodCall{"sdrf_kernel", {"sdrf", "--kernel"}}, MethodCall{"borf", {"borf"}},
        MethodCall{"borf_keep", {"borf", "--remove", "keep-connected"}},
        MethodCall{"afrc3", {"afrc3"}}, MethodCall{"afrc4", {"afrc4", "--remove", "off"}},
        MethodCall{"grlef", {"grlef"}}, MethodCall{"err", {"err"}},
        MethodCall{"err_off", {"err", "--remove", "off"}}, MethodCall{"prune", {"prune"}},
        MethodCall{"prune_add", {"prune", "--objective", "add", "--period", "2"}},
        MethodCall{"prune_min", {"prune", "--sense", "min"}}, MethodCall{"random", {"random"}}),
    [](const auto& call) { return call.param.name; });

class EveryWholeGraphMethod : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryWholeGraphMethod, WritesAListThatEveryVerbReads) {
  const test::TemporaryFolder folder;
  const std::string out = folder / "m.edges";
  const MethodArguments method = {"--method", GetParam()};
  const test::ProcessResult result =
      run_isthmus(joined_words({{"rewire", "karate"}, method, {"--out", out, "--json"}}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  (void)valid_document(result.out, "rewire");
  const TwoOrders karate = karate_twice(folder);
  for (const std::string& graph : {karate.ascending, karate.shuffled}) {
    for (const std::string threads : {"1", "2", "8"}) {
      EXPECT_EQ(run_isthmus(
                    joined_words({{"rewire", graph}, method, {"--out", "-", "--threads", threads}}))
                    .out,
                read_file(out))
          << graph << threads;
    }
  }
  const test::ProcessResult again =
      run_isthmus({"rewire", out, "--method", "gtr", "--budget", "0", "--weights", "ignore",
                   "--directed", "as-undirected", "--json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  (void)valid_document(again.out, "rewire");
  EXPECT_EQ(run_isthmus(joined_words({{"rewire", "karate"}, method, {"--budget", "3"}})).exit_code,
            2);
  const std::string none =
      folder.write("none", "# isthmus-edges 1 n=0 directed=0 method=input mode=definition\n");
  const test::ProcessResult empty =
      run_isthmus(joined_words({{"rewire", none}, method, {"--json"}}));
  EXPECT_EQ(empty.exit_code, 0) << empty.err;
  (void)valid_document(empty.out, "rewire");
}
INSTANTIATE_TEST_SUITE_P(Methods, EveryWholeGraphMethod,
                         ::testing::Values("laser", "rings", "gdc", "egp", "cgp"),
                         [](const auto& method) { return method.param; });

// BORF by lengths: numbers instead of fractions, new edges of length 1, and the log leads there.
TEST(RewireBorf, ReadsLengths) {
  const test::TemporaryFolder folder;
  const std::string path =
      folder.write("w.txt", "0 1 1\n1 2 1\n2 0 1\n2 3 1.5\n3 4 1\n4 5 1\n5 3 1\n");
  const std::string log = folder / "w.log";
  const MethodArguments words = {"rewire", path, "--weights", "distance", "--method", "borf",
                                 "--h",    "1",  "--k",       "1",        "--budget", "1"};
  const test::ProcessResult result =
      run_isthmus(joined_words({words, {"--out", folder / "w.edges", "--log", log, "--json"}}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "rewire");
  const formats::Json& least =
      document.at("steps").as_array().at(0).at("min_edges").as_array().at(0);
  EXPECT_NEAR(least.at("kappa").as_double(), -2.0 / 9.0, 1e-15);
  EXPECT_NEAR(least.at("W1").as_double(), 11.0 / 6.0, 1e-15);
  EXPECT_EQ(least.at("d").as_double(), 3.5);
  EXPECT_EQ(
      read_file(folder / "w.edges"),
      "# isthmus-edges 1 n=6 directed=0 method=borf mode=definition columns=weight\n"
      "0\t2\t0\t1\n1\t2\t0\t1\n1\t4\t1\t1\n2\t3\t0\t1.5\n3\t4\t0\t1\n3\t5\t0\t1\n4\t5\t0\t1\n");
  const test::ProcessResult replayed =
      run_isthmus({"rewire", path, "--weights", "distance", "--replay", log, "--out", "-"});
  EXPECT_EQ(replayed.out, read_file(folder / "w.edges")) << replayed.err;
  const test::ProcessResult refused = run_isthmus(
      {"rewire", path, "--weights", "conductance", "--method", "borf", "--budget", "1"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err,
              HasSubstr("--method borf reads weights as distance, got --weights conductance"));
}

// An edge that went and comes back is a new one: of its own type, and 1 long or conducting 1.
TEST(RewireReplay, GivesEdgesThatComeBackTheTypeOfNewOnes) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("w.txt", "0 1 5\n1 2 5\n2 3 5\n");
  const std::string log = folder / "w.log";
  const MethodArguments words = {"rewire", path, "--weights", "conductance"};
  ASSERT_EQ(run_isthmus(joined_words({words, {"--method", "gtr", "--budget", "1", "--log", log}}))
                .exit_code,
            0);
  std::string text = read_file(log);
  text.resize(text.find('\n') + 1);  // of the same graph, other edits
  const std::string other =
      folder.write("other.log", text + "1\tremove\t0\t1\t\t1\t\n2\tadd\t0\t1\t\t1\t\n");
  const test::ProcessResult back =
      run_isthmus(joined_words({words,
                                {"--replay", other, "--out", folder / "w.edges", "--metrics",
                                 "basic", "--prefixes", "1,2", "--json"}}));
  ASSERT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(read_file(folder / "w.edges"),
            "# isthmus-edges 1 n=4 directed=0 method=gtr mode=definition columns=weight\n"
            "0\t1\t1\t1\n1\t2\t0\t5\n2\t3\t0\t5\n");
  // Along the path 1, 1/5 and 1/5: 1 + 1/5 + 1/5 + 6/5 + 2/5 + 7/5 over all pairs.
  const formats::Json document = valid_document(back.out, "rewire");
  EXPECT_NEAR(document.at("after").at("resistance").at("R_tot").as_double(), 4.4, 1e-12);
  EXPECT_EQ(document.at("prefixes").as_array().at(1).at("metrics"), document.at("after"));
}

// A limit below what is needed ends with 4 and leaves nothing behind.
TEST(RewireMemory, EndsWithFourBeyondItsLimit) {
  const test::TemporaryFolder folder;
  std::string path_text;
  for (int v = 0; v + 1 < 6000; ++v) {
    path_text += std::to_string(v) + " " + std::to_string(v + 1) + "\n";
  }
  const std::string path = folder.write("path.txt", path_text);
  const std::string out = folder / "out.edges";
  // Dense: 8 n^2 = 288 MB.
  const test::ProcessResult rewired =
      run_isthmus({"rewire", path, "--method", "gtr", "--tier", "dense", "--budget", "1", "--out",
                   out, "--memory-limit", "100M"});
  EXPECT_EQ(rewired.exit_code, 4) << rewired.err;
  EXPECT_FALSE(std::filesystem::exists(out));
  // What is predicted is refused before any work, with both numbers.
  const test::ProcessResult resistances =
      run_isthmus({"resistance", path, "--tier", "dense", "--memory-limit", "100M"});
  EXPECT_EQ(resistances.exit_code, 4) << resistances.err;
  EXPECT_THAT(resistances.err, HasSubstr("would take 288000000 bytes, the limit is 104857600"));
}

}  // namespace
}  // namespace isthmus::cli::rewire_methods_test
