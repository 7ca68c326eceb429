#include "isthmus/expressivity/verdicts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

#include "run_row.hpp"

namespace isthmus::expressivity {
namespace {

using Argument = TestArgument;

/// The error bound of a test that compared rounded numbers: neither of its verdicts is proof.
constexpr double kRounded = 1.0;

constexpr std::array kRows = {
    TestRow{.id = "wl1", .name = "1-WL", .rung = 0},
    TestRow{.id = "owl2", .name = "oblivious 2-WL"},
    TestRow{.id = "owl3", .name = "oblivious 3-WL"},
    TestRow{.id = "fwl2", .name = "2-FWL (=3-WL)", .rung = 11},
    TestRow{.id = "fwl3", .name = "3-FWL (=4-WL)", .rung = 13},
    TestRow{.id = "dwl2", .name = "delta-2-WL"},
    TestRow{.id = "dlwl2", .name = "delta-2-LWL"},
    TestRow{.id = "dlwl2p", .name = "delta-2-LWL+"},
    TestRow{.id = "kl11", .name = "1,1-WL", .stable_alone = true, .rung = 3},
    TestRow{.id = "kl12", .name = "1,2-WL", .stable_alone = true, .rung = 12},
    TestRow{.id = "kl12e", .name = "1,2-WL, adjacent roots", .stable_alone = true},
    TestRow{.id = "swl_vs", .name = "SWL(VS)"},
    TestRow{.id = "swl_sv", .name = "SWL(SV)", .pools_columns = true, .rung = 4},
    TestRow{.id = "pswl_vs", .name = "PSWL(VS)", .rung = 5},
    TestRow{.id = "pswl_sv", .name = "PSWL(SV)", .pools_columns = true, .rung = 6},
    TestRow{.id = "gswl", .name = "GSWL", .rung = 7},
    TestRow{.id = "sswl", .name = "SSWL", .rung = 9},
    TestRow{.id = "lfwl2", .name = "LFWL(2)", .rung = 8},
    TestRow{.id = "slfwl2", .name = "SLFWL(2)", .rung = 10},
    TestRow{.id = "spdwl", .name = "SPD-WL", .rung = 1},
    TestRow{.id = "rdwl", .name = "RD-WL", .rung = 2},
    TestRow{.id = "spdrdwl", .name = "SPD-WL and RD-WL in one"},
    TestRow{.id = "gdwl", .name = "GD-WL", .argument = Argument::kFile},
    TestRow{.id = "path_spp", .name = "path-WL, all shortest paths", .argument = Argument::kLength},
    TestRow{.id = "path_ap",
            .name = "path-WL, all simple paths",
            .argument = Argument::kLength,
            .suffix = "d",
            .suffix_name = "with distances"},
    TestRow{.id = "wl1_er", .name = "1-WL + effective resistance"},
    TestRow{.id = "wl1_orc", .name = "1-WL + Ollivier-Ricci curvature"},
    TestRow{.id = "wl1_bfc", .name = "1-WL + balanced Forman curvature"},
    TestRow{.id = "wl1_afc", .name = "1-WL + augmented Forman curvature"},
    TestRow{.id = "wl1_lcp", .name = "1-WL + local curvature profile"},
    TestRow{.id = "s3", .name = "S3"},
    TestRow{.id = "s4", .name = "S4"},
    TestRow{.id = "n1", .name = "N1", .suffix = "r", .suffix_name = "centre marked"},
    TestRow{.id = "n2", .name = "N2", .suffix = "r", .suffix_name = "centre marked"},
    TestRow{.id = "gsn", .name = "GSN, vertex orbits", .argument = Argument::kFile},
    TestRow{.id = "gsn_edge", .name = "GSN, edge orbits", .argument = Argument::kFile},
};

/// "<=" and "=" of the table of tests. The chains of the subgraph tests are proved for connected
/// graphs (Zhang et al., ICML 2023), and so is that delta-2-LWL+ is delta-2-WL (Morris et al.,
/// NeurIPS 2020).
constexpr std::array kRelations = {
    TestRelation{.weaker = "wl1", .stronger = "owl2", .equal = true},
    TestRelation{.weaker = "owl3", .stronger = "fwl2", .equal = true},
    TestRelation{.weaker = "fwl2", .stronger = "fwl3"},
    TestRelation{.weaker = "kl11", .stronger = "swl_vs", .equal = true},
    TestRelation{.weaker = "wl1", .stronger = "kl11"},
    TestRelation{.weaker = "kl11", .stronger = "fwl2"},
    TestRelation{.weaker = "kl11", .stronger = "kl12e"},
    TestRelation{.weaker = "kl12e", .stronger = "kl12"},
    TestRelation{.weaker = "kl12", .stronger = "fwl3"},
    TestRelation{.weaker = "swl_vs", .stronger = "swl_sv", .connected = true},
    TestRelation{.weaker = "swl_vs", .stronger = "pswl_vs", .connected = true},
    TestRelation{.weaker = "swl_sv", .stronger = "pswl_sv", .connected = true},
    TestRelation{.weaker = "pswl_vs", .stronger = "pswl_sv", .connected = true},
    TestRelation{.weaker = "pswl_sv", .stronger = "gswl", .connected = true},
    TestRelation{.weaker = "gswl", .stronger = "sswl", .connected = true},
    TestRelation{.weaker = "sswl", .stronger = "dlwl2", .equal = true, .connected = true},
    TestRelation{.weaker = "sswl", .stronger = "slfwl2", .connected = true},
    TestRelation{.weaker = "lfwl2", .stronger = "slfwl2", .connected = true},
    TestRelation{.weaker = "slfwl2", .stronger = "fwl2", .connected = true},
    TestRelation{.weaker = "dlwl2", .stronger = "dlwl2p"},
    TestRelation{.weaker = "dlwl2p", .stronger = "dwl2"},
    TestRelation{.weaker = "dwl2", .stronger = "dlwl2p", .connected = true},
    TestRelation{.weaker = "wl1", .stronger = "spdwl"},
    TestRelation{.weaker = "spdwl", .stronger = "spdrdwl"},
    TestRelation{.weaker = "rdwl", .stronger = "spdrdwl"},
    TestRelation{.weaker = "spdwl", .stronger = "fwl2"},
    TestRelation{.weaker = "rdwl", .stronger = "fwl2"},
    TestRelation{.weaker = "wl1", .stronger = "wl1_er"},
    TestRelation{.weaker = "wl1", .stronger = "wl1_orc"},
    TestRelation{.weaker = "wl1", .stronger = "wl1_bfc"},
    TestRelation{.weaker = "wl1", .stronger = "wl1_afc"},
    TestRelation{.weaker = "wl1", .stronger = "wl1_lcp"},
    TestRelation{.weaker = "wl1", .stronger = "s3"},
    TestRelation{.weaker = "wl1", .stronger = "s4"},
    TestRelation{.weaker = "wl1", .stronger = "n1"},
    TestRelation{.weaker = "wl1", .stronger = "n2"},
    TestRelation{.weaker = "n1", .stronger = "n1r"},
    TestRelation{.weaker = "n2", .stronger = "n2r"},
};

[[noreturn]] void refuse_word(std::string_view word) {
  std::vector<std::string> known;
  known.reserve(kRows.size());
  for (const TestRow& row : kRows) {
    known.emplace_back(row.id);
  }
  const std::string near = nearest_name(word.substr(0, word.find(':')), known);
  std::string list;
  for (const std::string& id : known) {
    list += (list.empty() ? "" : ", ") + id;
  }
  throw InvalidArgument("there is no test '" + std::string(word) + "'",
                        near.empty() ? "the tests are " + list : "did you mean '" + near + "'?");
}

/// ":K" with or without the suffix, taken off `rest`.
void take_length(std::string_view word, std::string_view& rest, TestId& test) {
  rest.remove_prefix(1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), test.length);
  if (error != std::errc() || test.length < 1) {
    throw InvalidArgument("a path of test '" + std::string(word) +
                          "' must have a whole number of edges >= 1 behind the colon");
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
}

std::string name_of(const TestId& test) {
  const TestRow& row = test.spec();
  std::string name(row.name);
  if (test.length > 0) {
    name += " up to " + std::to_string(test.length) + (test.length == 1 ? " edge" : " edges");
  }
  if (!test.file.empty()) {
    name += " (" + test.file + ")";
  }
  return test.suffix ? name + ", " + std::string(row.suffix_name) : name;
}

/// The row whose id starts the word, the longest; its size if there is none.
std::size_t row_of(std::string_view word) {
  const std::string_view head = word.substr(0, word.find(':'));
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const TestRow& row = kRows[i];
    const bool with_suffix = !row.suffix.empty() &&
                             head.size() == row.id.size() + row.suffix.size() &&
                             head.starts_with(row.id) && head.ends_with(row.suffix);
    if (head == row.id || with_suffix) {
      return i;
    }
  }
  return kRows.size();
}

/// Whatever `from` separates, `to` does: one step.
bool leads(const TestRelation& relation, std::string_view from, std::string_view to) {
  return (relation.weaker == from && relation.stronger == to) ||
         (relation.equal && relation.stronger == from && relation.weaker == to);
}

bool has_chain(const std::string& from, const std::string& to, bool connected) {
  std::vector<std::string_view> reached = {from};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const TestRelation& relation : kRelations) {
      for (const std::string_view next : {relation.weaker, relation.stronger}) {
        if ((connected || !relation.connected) && leads(relation, reached[i], next) &&
            std::find(reached.begin(), reached.end(), next) == reached.end()) {
          reached.push_back(next);
        }
      }
    }
  }
  return std::find(reached.begin(), reached.end(), to) != reached.end();
}

}  // namespace

std::span<const TestRow> test_table() { return kRows; }

std::span<const TestRelation> test_relations() { return kRelations; }

TestId parse_test(std::string_view word) {
  TestId test{.id = std::string(word), .name = {}, .row = row_of(word)};
  if (test.row == kRows.size()) {
    refuse_word(word);
  }
  const TestRow& row = test.spec();
  std::string_view rest = word.substr(row.id.size());
  const auto take_suffix = [&] {
    test.suffix = !row.suffix.empty() && rest.starts_with(row.suffix);
    rest.remove_prefix(test.suffix ? row.suffix.size() : 0);
  };
  take_suffix();
  if (row.argument == Argument::kLength && rest.starts_with(':') && !test.suffix) {
    take_length(word, rest, test);
    take_suffix();
  } else if (row.argument == Argument::kFile) {
    if (rest.size() < 2 || rest.front() != ':') {
      throw InvalidArgument("test '" + std::string(word) +
                            "' needs a file: " + std::string(row.id) + ":FILE");
    }
    test.file = rest.substr(1);
    rest = {};
  }
  if (!rest.empty()) {
    refuse_word(word);
  }
  test.name = name_of(test);
  return test;
}

std::vector<TestId> parse_tests(std::string_view words) {
  if (words == "ladder") {
    return test_ladder();
  }
  if (words == "all") {
    return all_tests();
  }
  std::vector<TestId> tests;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(word.size() + 1, words.size()));
    TestId test = parse_test(word);
    if (std::any_of(tests.begin(), tests.end(), [&](const TestId& t) { return t.id == test.id; })) {
      throw InvalidArgument("test '" + test.id + "' is named twice");
    }
    tests.push_back(std::move(test));
  }
  if (tests.empty()) {
    throw InvalidArgument("at least one test must be named");
  }
  return tests;
}

std::vector<TestId> test_ladder() {
  std::vector<TestId> ladder;
  for (const TestRow& row : kRows) {
    if (row.rung >= 0) {
      ladder.push_back(parse_test(row.id));
    }
  }
  std::sort(ladder.begin(), ladder.end(),
            [](const TestId& a, const TestId& b) { return a.spec().rung < b.spec().rung; });
  return ladder;
}

std::vector<TestId> all_tests() {
  std::vector<TestId> tests;
  for (const TestRow& row : kRows) {
    if (row.argument != Argument::kFile) {
      tests.push_back(parse_test(row.id));
      if (!row.suffix.empty()) {
        tests.push_back(parse_test(std::string(row.id) + std::string(row.suffix)));
      }
    }
  }
  return tests;
}

bool is_known_weaker(const TestId& weaker, const TestId& stronger, bool connected) {
  return has_chain(weaker.id, stronger.id, connected) &&
         !has_chain(stronger.id, weaker.id, connected);
}

Refinement run_test(const TestId& test, std::span<const WlGraph> graphs,
                    const RefineOptions& options, const TestInputs& inputs) {
  if (test.row >= kRows.size()) {
    throw InvalidArgument("run_test: row must be below " + std::to_string(kRows.size()) + ", got " +
                          std::to_string(test.row));
  }
  return run_row(test, graphs, options, inputs);
}

PairVerdict compare(const TestId& test, std::span<const WlGraph> pair, const RefineOptions& options,
                    const TestInputs& inputs) {
  if (pair.size() != 2) {
    throw InvalidArgument("compare: pair must hold 2 graphs, got " + std::to_string(pair.size()));
  }
  RefineOptions until_told = options;
  until_told.until_graphs_differ = true;
  const Refinement refinement = run_test(test, pair, until_told, inputs);
  PairVerdict verdict;
  verdict.classes = refinement.classes;
  verdict.rounds_run = std::max(refinement.rounds(), 0);
  verdict.certain = refinement.certain;
  verdict.error_bound = refinement.error_bound;
  for (std::size_t r = 0; r < refinement.graph_class.size(); ++r) {
    if (refinement.graph_class[r][0] != refinement.graph_class[r][1]) {
      verdict.outcome = Outcome::kDistinguished;
      verdict.round = test.spec().stable_alone ? -1 : static_cast<std::int32_t>(r);
      if (verdict.error_bound < kRounded) {
        verdict.certain = true;
        verdict.error_bound = 0.0;
      }
      return verdict;
    }
  }
  verdict.undecided = refinement.undecided;
  verdict.outcome = verdict.undecided.empty() ? Outcome::kTied : Outcome::kUndecided;
  return verdict;
}

}  // namespace isthmus::expressivity
