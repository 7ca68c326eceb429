#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "isthmus/expressivity/dataset_graphs.hpp"
#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Best possible results of a predictor that gives all items of a class the same answer. NaN where
/// there is no target to predict.
struct ClassBounds {
  /// Share of items that have the most frequent label of their class, in percent.
  double accuracy = std::numeric_limits<double>::quiet_NaN();
  double mse = std::numeric_limits<double>::quiet_NaN();  ///< Of each class's mean.
  double mae = std::numeric_limits<double>::quiet_NaN();  ///< Of each class's median.
};

/// What there is to predict.
struct BoundsTargets {
  /// [items] Class label, or -1 where an item has none (it counts for nothing); empty: no labels.
  std::span<const std::int64_t> label = {};
  /// [items] A number for each; empty: none.
  std::span<const double> value = {};
};

/// @param class_of  Of each item.
/// @throws InvalidArgument  if targets are of another number than items, or a value is not finite.
/// @par Cost  O(items log items).
[[nodiscard]] ClassBounds class_bounds(std::span<const std::uint32_t> class_of,
                                       const BoundsTargets& targets);

/// What is classified.
enum class BoundsTask : std::uint8_t { kGraph, kNode };

/// A test as dataset_bounds() calls it.
using RefineFunction = std::function<Refinement(std::span<const WlGraph>, const RefineOptions&)>;

/// Options of dataset_bounds().
struct DatasetBoundsOptions {
  BoundsTask task = BoundsTask::kGraph;
  /// Of the items: graphs, or the nodes of all graphs in their order.
  BoundsTargets targets = {};
  /// [items] Isomorphism class of each graph (orbit of each node, equal numbers across graphs where
  /// an isomorphism takes one node to the other); empty: not known.
  std::span<const std::uint32_t> iso_class = {};
  /// False: some iso_class may be split, because a search was given up; said in `decisive`.
  bool iso_complete = true;
  /// The test; empty: 1-WL. Node tasks need one whose objects are nodes.
  RefineFunction test = {};
  std::string test_name = "1-WL";  ///< As `decisive` calls it.
  RefineOptions common = {};
  /// Node tasks: rounds listed beside the stable one, >= 0 (each is a run of its own).
  std::int32_t max_listed_rounds = 16;
};

/// One round of DatasetBounds.
struct RoundBounds {
  std::int32_t r = 0;
  std::int64_t classes = 0;                                        ///< Of items.
  double unique_pct = 0.0;                                         ///< Items alone in their class.
  double iso_pure_pct = std::numeric_limits<double>::quiet_NaN();  ///< Items whose class holds one
                                                                   ///< isomorphism class.
  ClassBounds bounds;
};

/// Isomorphism classes beside DatasetBounds.
struct IsoBounds {
  std::int64_t classes = 0;
  ClassBounds bounds;
  std::int64_t duplicates = 0;          ///< Items that repeat an earlier one.
  std::int64_t conflicting_groups = 0;  ///< Classes with several labels.
  std::int64_t conflicting_items = 0;   ///< Items in them.
  double loss_pct = 0.0;                ///< Of accuracy, to them: 100 - bounds.accuracy.
  std::vector<std::vector<std::int64_t>> examples;  ///< The first such classes, up to 5, as items.
};

/// What dataset_bounds() found.
struct DatasetBounds {
  std::vector<RoundBounds> rounds;  ///< From 0 on; the last one is stable unless undecided.
  std::int32_t rounds_needed = 0;   ///< First round after which classes of items do not change.
  std::int32_t rounds_stable = 0;   ///< First round whose partition of objects is stable.
  bool stable = false;
  bool has_iso = false;
  IsoBounds iso;          ///< With has_iso.
  std::string decisive;   ///< Whether a stronger test could help at all.
  std::string undecided;  ///< As Refinement's.
};

/// What a test can tell apart in a data set, and what that bounds: for every round the classes of
/// items, the share alone in theirs, and the best results that a predictor can have which knows no
/// more than the class; beside them the same for isomorphism classes, which no test passes.
///
/// @throws InvalidArgument  as the test; if targets or iso_class are of another number than items;
///                          if a value is not finite; if max_listed_rounds < 0; if the objects of
///                          the test of a node task are not nodes.
/// @par Cost  One run of the test (node tasks: one a listed round more) and O(items log items) a
///            round; memory that of the test and 24 bytes an item.
/// @par Source  Zopf: 1-WL Expressiveness Is (Almost) All You Need, IJCNN 2022, for the bounds.
[[nodiscard]] DatasetBounds dataset_bounds(std::span<const WlGraph> graphs,
                                           const DatasetBoundsOptions& options = {});

}  // namespace isthmus::expressivity
