#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Shares of the items that stratified_split() gives to each part, each in [0, 1], sum at most 1.
/// What is left over lies in no part.
struct SplitFractions {
  double train = 0.5;
  double val = 0.25;
  double test = 0.25;
};

/// k folds that keep the share of every class: fold i tests on its own items and trains on the
/// items of all others; val is empty. Every labelled item is tested exactly once. The sizes of any
/// two folds differ by at most one, and so do their counts of any class.
///
/// Each class is shuffled, then its items are dealt to the folds in turn, going on where the class
/// before it stopped. A function of (y, k, seed) alone.
///
/// @param y     Class of each item; a negative one means unlabelled: that item is in no fold.
/// @param k     Folds, 2 <= k <= number of labelled items.
/// @return      k splits, ids sorted.
/// @throws isthmus::InvalidArgument  if k is out of range.
[[nodiscard]] std::vector<Split> stratified_folds(std::span<const std::int64_t> y, std::int64_t k,
                                                  std::uint64_t seed);

/// One random train/val/test division that keeps the share of every class. Sizes are exact: with n
/// labelled items the first p parts together hold round(n * sum of their fractions); a class
/// differs from its exact share by less than half the number of classes plus one.
///
/// Each class is shuffled and spread evenly over the unit interval (item j of m at (j + 1/2) / m,
/// ties in order of the class); the interval is then cut. A function of the arguments alone.
///
/// @param y          As in stratified_folds().
/// @param fractions  See SplitFractions.
/// @throws isthmus::InvalidArgument  if a fraction is outside [0, 1] or the sum exceeds 1.
[[nodiscard]] Split stratified_split(std::span<const std::int64_t> y,
                                     const SplitFractions& fractions, std::uint64_t seed);

/// Items of each class that per_class_split() gives to training and validation, >= 0.
struct PerClassCounts {
  std::int64_t train = 20;
  std::int64_t val = 30;
};

/// The same number of items of every class for training, and for validation; all the others are
/// tested (Shchur et al.: Pitfalls of Graph Neural Network Evaluation, 2018). Each class is
/// shuffled and cut. A function of the arguments alone.
///
/// @param y  As in stratified_folds(): a negative class means unlabelled, in no part.
/// @throws isthmus::InvalidArgument  if a count is negative or a class has too few items.
[[nodiscard]] Split per_class_split(std::span<const std::int64_t> y, const PerClassCounts& counts,
                                    std::uint64_t seed);

}  // namespace isthmus::datasets
