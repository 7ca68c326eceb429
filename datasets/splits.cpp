#include "isthmus/datasets/splits.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "streams.hpp"

namespace isthmus::datasets {
namespace {

/// Ids of the labelled items by ascending class, each class in random order. Every class draws from
/// its own substream, so that the order inside one class does not depend on the others.
std::vector<std::vector<std::int64_t>> shuffled_classes(std::span<const std::int64_t> y,
                                                        std::uint64_t seed, std::uint32_t stream) {
  std::map<std::int64_t, std::vector<std::int64_t>> by_class;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] >= 0) {
      by_class[y[i]].push_back(static_cast<std::int64_t>(i));
    }
  }
  std::vector<std::vector<std::int64_t>> classes;
  classes.reserve(by_class.size());
  for (const auto& [label, ids] : by_class) {
    RandomStream random(seed, stream, static_cast<std::uint32_t>(classes.size()));
    std::vector<std::int64_t> shuffled;
    shuffled.reserve(ids.size());
    for (const std::int64_t position : random.permutation(static_cast<std::int64_t>(ids.size()))) {
      shuffled.push_back(ids[static_cast<std::size_t>(position)]);
    }
    classes.push_back(std::move(shuffled));
  }
  return classes;
}

void check_fraction(const char* name, double value) {
  if (!(value >= 0.0 && value <= 1.0)) {
    std::ostringstream text;
    text << "stratified_split: fractions." << name << " must be in [0, 1], got " << value;
    throw InvalidArgument(text.str());
  }
}

}  // namespace

std::vector<Split> stratified_folds(std::span<const std::int64_t> y, std::int64_t k,
                                    std::uint64_t seed) {
  const auto labelled = std::count_if(y.begin(), y.end(), [](std::int64_t c) { return c >= 0; });
  if (k < 2 || k > labelled) {
    throw InvalidArgument("stratified_folds: k must be in [2, number of labelled items = " +
                          std::to_string(labelled) + "], got " + std::to_string(k));
  }
  std::vector<std::int64_t> fold_of(y.size(), -1);
  std::int64_t turn = 0;
  for (const auto& ids : shuffled_classes(y, seed, kFoldStream)) {
    for (const std::int64_t id : ids) {
      fold_of[static_cast<std::size_t>(id)] = turn++ % k;
    }
  }
  std::vector<Split> folds(static_cast<std::size_t>(k));
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::int64_t f = 0; fold_of[i] >= 0 && f < k; ++f) {
      Split& fold = folds[static_cast<std::size_t>(f)];
      (f == fold_of[i] ? fold.test : fold.train).push_back(static_cast<std::int64_t>(i));
    }
  }
  return folds;
}

Split stratified_split(std::span<const std::int64_t> y, const SplitFractions& fractions,
                       std::uint64_t seed) {
  check_fraction("train", fractions.train);
  check_fraction("val", fractions.val);
  check_fraction("test", fractions.test);
  const double sum = fractions.train + fractions.val + fractions.test;
  if (sum > 1.0 + 1e-9) {  // 0.7 + 0.2 + 0.1 is not exactly 1
    std::ostringstream text;
    text << "stratified_split: fractions must sum to at most 1, got " << sum;
    throw InvalidArgument(text.str());
  }

  // (2j + 1) / m as key; compared as fractions, so that equal positions tie exactly.
  struct Place {
    std::int64_t numerator, denominator, id;
  };
  std::vector<Place> line;
  for (const auto& ids : shuffled_classes(y, seed, kSplitStream)) {
    const auto m = static_cast<std::int64_t>(ids.size());
    for (std::int64_t j = 0; j < m; ++j) {
      line.push_back({2 * j + 1, m, ids[static_cast<std::size_t>(j)]});
    }
  }
  std::stable_sort(line.begin(), line.end(), [](const Place& a, const Place& b) {
    return a.numerator * b.denominator < b.numerator * a.denominator;
  });

  const auto n = static_cast<double>(line.size());
  const auto cut = [&](double share) {
    return std::min(line.size(), static_cast<std::size_t>(std::llround(n * share)));
  };
  const std::size_t train_end = cut(fractions.train);
  const std::size_t val_end = cut(fractions.train + fractions.val);
  const std::size_t test_end = cut(sum);
  Split split;
  for (std::size_t i = 0; i < test_end; ++i) {
    (i < train_end ? split.train : i < val_end ? split.val : split.test).push_back(line[i].id);
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.val.begin(), split.val.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

Split per_class_split(std::span<const std::int64_t> y, const PerClassCounts& counts,
                      std::uint64_t seed) {
  if (counts.train < 0 || counts.val < 0) {
    throw InvalidArgument("per_class_split: counts must be >= 0, got train " +
                          std::to_string(counts.train) + " and val " + std::to_string(counts.val));
  }
  Split split;
  for (const auto& ids : shuffled_classes(y, seed, kPerClassStream)) {
    if (static_cast<std::int64_t>(ids.size()) < counts.train + counts.val) {
      throw InvalidArgument("per_class_split: every class must have at least " +
                            std::to_string(counts.train) + " + " + std::to_string(counts.val) +
                            " items, class " + std::to_string(y[static_cast<std::size_t>(ids[0])]) +
                            " has " + std::to_string(ids.size()));
    }
    const auto train_end = ids.begin() + counts.train;
    const auto val_end = train_end + counts.val;
    split.train.insert(split.train.end(), ids.begin(), train_end);
    split.val.insert(split.val.end(), train_end, val_end);
    split.test.insert(split.test.end(), val_end, ids.end());
  }
  for (auto* part : {&split.train, &split.val, &split.test}) {
    std::sort(part->begin(), part->end());
  }
  return split;
}

}  // namespace isthmus::datasets
