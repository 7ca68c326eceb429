#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// What may follow the id of a test.
enum class TestArgument : std::uint8_t {
  kNone,
  kLength,  ///< ":K", K >= 1: longest path; may be left out.
  kFile,    ///< ":FILE": what run_test() takes as TestInputs.
};

/// A row of the table of tests.
struct TestRow {
  std::string_view id;    ///< "wl1": JSON key and word of --tests.
  std::string_view name;  ///< "1-WL": as people read it; k-FWL always beside its other name.
  TestArgument argument = TestArgument::kNone;
  std::string_view suffix = {};       ///< Of the id, if there is one: "d", "r".
  std::string_view suffix_name = {};  ///< What it adds to the name.
  bool stable_alone = false;          ///< Its rounds are not compared, only what is stable.
  bool pools_columns = false;         ///< Pairs (u, v) of one v are pooled first: SV.
  std::int8_t rung = -1;              ///< Place on the ladder of `wl compare`, -1: not on it.
};

/// Every test that there is, in the order of the table of the documentation.
[[nodiscard]] std::span<const TestRow> test_table();

/// A test: a row of the table with its argument.
struct TestId {
  std::string id = {};      ///< "path_ap:3d": equal ids are the same test.
  std::string name = {};    ///< "path-WL, all simple paths up to 3 edges, with distances".
  std::size_t row = 0;      ///< Of test_table().
  std::int32_t length = 0;  ///< kLength: K, 0 = the larger finite diameter.
  bool suffix = false;      ///< The row's suffix was given.
  std::string file = {};    ///< kFile.

  [[nodiscard]] const TestRow& spec() const { return test_table()[row]; }
};

/// "path_spp:3" as a test.
/// @throws InvalidArgument  naming the word; the hint offers the nearest id.
[[nodiscard]] TestId parse_test(std::string_view word);

/// Words between commas; "ladder" and "all" stand for the ladder and for every test that needs no
/// file. @throws InvalidArgument  as parse_test(); for no test at all; for one named twice.
[[nodiscard]] std::vector<TestId> parse_tests(std::string_view words);

/// wl1, spdwl, rdwl, ... fwl3: cheap ones first.
[[nodiscard]] std::vector<TestId> test_ladder();
/// Every test that needs no file, in the order of the table.
[[nodiscard]] std::vector<TestId> all_tests();

/// What is proved about two tests.
struct TestRelation {
  std::string_view weaker;    ///< Whatever this one separates,
  std::string_view stronger;  ///< that one separates, too;
  bool equal = false;         ///< and the other way round.
  bool connected = false;     ///< Proved for connected graphs alone.
};

/// Every relation known, each step once; the rest follows by chains.
[[nodiscard]] std::span<const TestRelation> test_relations();

/// Whether a chain of relations leads from `weaker` up to `stronger` and not back: what the first
/// separates the second must. `connected`: the graphs are.
[[nodiscard]] bool is_known_weaker(const TestId& weaker, const TestId& stronger, bool connected);

/// What tests with a file read from it, or what tests may be told beside the graphs.
struct TestInputs {
  /// gdwl: [G] of each graph a matrix, row by row, n^2 numbers.
  std::vector<std::vector<double>> distance = {};
  /// gsn: patterns to count.
  std::vector<Graph> patterns = {};
  /// k,l-WL: pool over the last root first instead of over all tuples at once.
  bool nested_pool = false;
  /// rdwl, spdrdwl, wl1_er: floating-point resistances quantised at 1e-9, not certain.
  bool float_resistance = false;
};

/// Runs a test on graphs jointly.
/// @throws InvalidArgument  as the test itself; for inputs of another number than it needs.
[[nodiscard]] Refinement run_test(const TestId& test, std::span<const WlGraph> graphs,
                                  const RefineOptions& options = {}, const TestInputs& inputs = {});

/// What a test says of two graphs.
enum class Outcome : std::uint8_t { kTied, kDistinguished, kUndecided };

/// The verdict of a test on a pair.
struct PairVerdict {
  Outcome outcome = Outcome::kUndecided;
  std::int32_t round = -1;  ///< First one whose pooled colours differ; -1: none, or stable_alone.
  std::int32_t rounds_run = 0;             ///< Rounds that were run.
  std::vector<std::int64_t> classes = {};  ///< [rounds_run + 1] Classes of both graphs together.
  /// The verdict is proof. kDistinguished always is, but of tests that compare rounded numbers.
  bool certain = true;
  double error_bound = 0.0;    ///< Probability that kTied is wrong; 0 if certain, 1 if rounded.
  std::string undecided = {};  ///< Why; empty unless kUndecided.
};

/// Compares two graphs by a test: refines both jointly and stops at the first round that tells
/// them apart. With options.rounds = r the verdict is that of r rounds.
/// @throws InvalidArgument  as run_test().
[[nodiscard]] PairVerdict compare(const TestId& test, std::span<const WlGraph> pair,
                                  const RefineOptions& options = {}, const TestInputs& inputs = {});

}  // namespace isthmus::expressivity
