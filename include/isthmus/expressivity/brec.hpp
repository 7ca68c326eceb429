#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/core/progress.hpp"
#include "isthmus/datasets/brec.hpp"
#include "isthmus/expressivity/verdicts.hpp"

namespace isthmus::expressivity {

/// Options of change_brec().
struct BrecChange {
  /// Each graph gets new names for its nodes, drawn from this seed, before it is changed: verdicts
  /// must not notice.
  std::optional<std::uint64_t> relabel = {};
  /// Changes a graph, as a rewiring method does; empty: none. Called from several threads at once.
  std::function<Graph(const Graph&)> change = {};
  ProgressCallback progress = {};
};

/// The pairs with their graphs renamed, changed or both; ids and categories stay.
[[nodiscard]] std::vector<datasets::BrecPair> change_brec(std::span<const datasets::BrecPair> pairs,
                                                          const BrecChange& change);

/// Options of brec_verdicts().
struct BrecOptions {
  RefineOptions refine = {};
  TestInputs inputs = {};
  ProgressCallback progress = {};  ///< Units: "pairs"; the detail names the test.
};

/// Judges each pair by a test, pairs in parallel: [pairs]. A pair's verdict does not depend on the
/// other pairs.
/// @throws InvalidArgument  as compare().
[[nodiscard]] std::vector<PairVerdict> brec_verdicts(std::span<const datasets::BrecPair> pairs,
                                                     const TestId& test,
                                                     const BrecOptions& options = {});

/// A relation of tests held against verdicts.
struct InclusionCheck {
  TestRelation relation;
  std::vector<std::int32_t> broken;        ///< Ids of pairs within the relation's scope.
  std::vector<std::int32_t> out_of_scope;  ///< Ids where it fails, but is not proved.
};

/// The relations between any two of the tests, each with its verdicts [tests][pairs]. Undecided
/// verdicts break none.
[[nodiscard]] std::vector<InclusionCheck> check_inclusions(
    std::span<const datasets::BrecPair> pairs, std::span<const TestId> tests,
    std::span<const std::vector<PairVerdict>> verdicts);

/// Pairs that a test separates, by category or subcategory.
struct BrecCount {
  std::string name;
  std::int64_t total = 0;      ///< Pairs of that name.
  std::int64_t separated = 0;  ///< Those that the test separates.
};

enum class BrecGroup : std::uint8_t { kCategory, kSubcategory };

/// Counts of one test in the order of the pairs.
[[nodiscard]] std::vector<BrecCount> count_brec(std::span<const datasets::BrecPair> pairs,
                                                std::span<const PairVerdict> verdicts,
                                                BrecGroup group);

/// Published counts of a test on all 400 pairs: by the paper's four columns, -1 where the paper
/// gives the total alone.
struct BrecPublished {
  std::string_view test;
  std::int32_t basic, regular, extension, cfi, total;
};

/// @par Source  Wang, Zhang: An Empirical Study of Realized GNN Expressiveness, ICML 2024.
[[nodiscard]] std::span<const BrecPublished> brec_published();

/// What differs from the published counts of a test, in words; empty if nothing does, or if the
/// paper does not count this test.
/// @param pairs  All 400 pairs: fewer differ.
[[nodiscard]] std::vector<std::string> unlike_published(std::span<const datasets::BrecPair> pairs,
                                                        const TestId& test,
                                                        std::span<const PairVerdict> verdicts);

}  // namespace isthmus::expressivity
