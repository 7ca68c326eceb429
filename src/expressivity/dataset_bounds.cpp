#include "isthmus/expressivity/dataset_bounds.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/color_refinement.hpp"

namespace isthmus::expressivity {
namespace {

constexpr double kBoundsNan = std::numeric_limits<double>::quiet_NaN();

/// Items class by class, in their order inside a class.
std::vector<std::uint32_t> items_by_class(std::span<const std::uint32_t> class_of) {
  std::vector<std::uint32_t> order(class_of.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return class_of[a] < class_of[b]; });
  return order;
}

/// Calls body(items) for each class, ascending.
template <typename Body>
void for_classes(std::span<const std::uint32_t> class_of, const Body& body) {
  const std::vector<std::uint32_t> order = items_by_class(class_of);
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && class_of[order[end]] == class_of[order[begin]]) {
      ++end;
    }
    body(std::span(order).subspan(begin, end - begin));
    begin = end;
  }
}

void check_targets(std::size_t items, const BoundsTargets& targets, const std::string& function) {
  const auto check = [&](std::size_t count, const char* what) {
    if (count != 0 && count != items) {
      throw InvalidArgument(function + ": " + what + " must be empty or have " +
                            std::to_string(items) + " entries, got " + std::to_string(count));
    }
  };
  check(targets.label.size(), "targets.label");
  check(targets.value.size(), "targets.value");
  for (std::size_t i = 0; i < targets.value.size(); ++i) {
    if (!std::isfinite(targets.value[i])) {
      throw InvalidArgument(function + ": targets.value must be finite, got " +
                            std::to_string(targets.value[i]) + " of item " + std::to_string(i));
    }
  }
}

/// The most frequent label's count; `labels` is sorted.
std::int64_t largest_run(const std::vector<std::int64_t>& labels) {
  std::int64_t largest = 0;
  std::int64_t run = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    run = i > 0 && labels[i] == labels[i - 1] ? run + 1 : 1;
    largest = std::max(largest, run);
  }
  return largest;
}

/// Labels of items that have one, sorted.
std::vector<std::int64_t> sorted_labels(std::span<const std::uint32_t> items,
                                        std::span<const std::int64_t> label) {
  std::vector<std::int64_t> result;
  for (const std::uint32_t item : items) {
    if (!label.empty() && label[item] >= 0) {
      result.push_back(label[item]);
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

struct ErrorSums {
  double squares = 0.0;
  double distances = 0.0;
};

/// Of one class: squares from the mean, distances from the median.
ErrorSums errors_of(std::span<const std::uint32_t> items, std::span<const double> value) {
  std::vector<double> sorted;
  sorted.reserve(items.size());
  for (const std::uint32_t item : items) {
    sorted.push_back(value[item]);
  }
  std::sort(sorted.begin(), sorted.end());  // sums do not depend on the order of items
  const double mean =
      std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size());
  ErrorSums sums;
  for (const double one : sorted) {
    sums.squares += (one - mean) * (one - mean);
    sums.distances += std::abs(one - sorted[sorted.size() / 2]);
  }
  return sums;
}

ClassBounds bounds_of(std::span<const std::uint32_t> class_of, const BoundsTargets& targets) {
  std::int64_t labelled = 0;
  std::int64_t won = 0;
  ErrorSums errors;
  for_classes(class_of, [&](std::span<const std::uint32_t> items) {
    const std::vector<std::int64_t> labels = sorted_labels(items, targets.label);
    labelled += static_cast<std::int64_t>(labels.size());
    won += largest_run(labels);
    if (!targets.value.empty()) {
      const ErrorSums more = errors_of(items, targets.value);
      errors.squares += more.squares;
      errors.distances += more.distances;
    }
  });
  ClassBounds bounds;
  if (labelled > 0) {
    bounds.accuracy = 100.0 * static_cast<double>(won) / static_cast<double>(labelled);
  }
  if (!targets.value.empty()) {
    bounds.mse = errors.squares / static_cast<double>(class_of.size());
    bounds.mae = errors.distances / static_cast<double>(class_of.size());
  }
  return bounds;
}

RoundBounds round_bounds(std::int32_t r, std::span<const std::uint32_t> class_of,
                         const DatasetBoundsOptions& options) {
  RoundBounds round;
  round.r = r;
  std::size_t unique = 0;
  std::size_t pure = 0;
  for_classes(class_of, [&](std::span<const std::uint32_t> items) {
    ++round.classes;
    unique += items.size() == 1 ? 1 : 0;
    if (!options.iso_class.empty() && std::all_of(items.begin(), items.end(), [&](std::uint32_t i) {
          return options.iso_class[i] == options.iso_class[items[0]];
        })) {
      pure += items.size();
    }
  });
  const auto percent = [&](std::size_t count) {
    return class_of.empty()
               ? 0.0
               : 100.0 * static_cast<double>(count) / static_cast<double>(class_of.size());
  };
  round.unique_pct = percent(unique);
  round.iso_pure_pct = options.iso_class.empty() ? kBoundsNan : percent(pure);
  round.bounds = bounds_of(class_of, options.targets);
  return round;
}

IsoBounds iso_bounds(const DatasetBoundsOptions& options) {
  constexpr std::size_t kExamples = 5;
  IsoBounds iso;
  std::vector<std::vector<std::int64_t>> conflicting;
  for_classes(options.iso_class, [&](std::span<const std::uint32_t> items) {
    ++iso.classes;
    iso.duplicates += static_cast<std::int64_t>(items.size()) - 1;
    const std::vector<std::int64_t> labels = sorted_labels(items, options.targets.label);
    if (!labels.empty() && labels.front() != labels.back()) {
      ++iso.conflicting_groups;
      iso.conflicting_items += static_cast<std::int64_t>(items.size());
      conflicting.emplace_back(items.begin(), items.end());
    }
  });
  std::sort(conflicting.begin(), conflicting.end());  // by their first items
  conflicting.resize(std::min(conflicting.size(), kExamples));
  iso.examples = std::move(conflicting);
  iso.bounds = bounds_of(options.iso_class, options.targets);
  iso.loss_pct = std::isnan(iso.bounds.accuracy) ? 0.0 : 100.0 - iso.bounds.accuracy;
  return iso;
}

/// "96.8 %".
std::string percent_text(double percent) {
  std::array<char, 32> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), percent,
                           std::chars_format::fixed, 1)
                 .ptr;
  if (end[-1] == '0') {
    end -= 2;
  }
  return std::string(digits.data(), end) + " %";
}

std::string number_text(double number) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                       std::chars_format::general, 4)
                             .ptr};
}

/// What the items are called.
struct BoundsWords {
  const char* items;
  const char* iso_classes;
};

BoundsWords words_of(BoundsTask task) {
  return task == BoundsTask::kGraph ? BoundsWords{"graphs", "isomorphism classes"}
                                    : BoundsWords{"nodes", "orbits"};
}

/// What a stronger test could still win, between the stable classes and the isomorphism classes.
std::string room_text(const RoundBounds& stable, const IsoBounds& iso) {
  const ClassBounds& now = stable.bounds;
  const ClassBounds& best = iso.bounds;
  if (!std::isnan(now.accuracy)) {
    return best.accuracy > now.accuracy
               ? "a stronger test could raise the accuracy bound from " +
                     percent_text(now.accuracy) + " to at most " + percent_text(best.accuracy)
               : "a stronger test could tell more of them apart, but not raise the accuracy bound "
                 "of " +
                     percent_text(now.accuracy);
  }
  if (!std::isnan(now.mse)) {
    return "a stronger test could lower the squared error from " + number_text(now.mse) +
           " to at best " + number_text(best.mse);
  }
  return "a stronger test could tell more of them apart";
}

/// What remains where the stable classes are the isomorphism classes.
std::string rest_text(const IsoBounds& iso, const BoundsWords& words) {
  if (std::isnan(iso.bounds.accuracy)) {
    return ".";
  }
  if (iso.conflicting_groups == 0) {
    return "; the accuracy bound is 100 %.";
  }
  return "; the " + percent_text(iso.loss_pct) + " that the accuracy bound lacks are " +
         (iso.conflicting_groups == 1 ? "one group"
                                      : std::to_string(iso.conflicting_groups) + " groups") +
         " of duplicates with conflicting labels (" + std::to_string(iso.conflicting_items) + " " +
         words.items + ").";
}

std::string decisive_text(const DatasetBounds& found, std::size_t items,
                          const DatasetBoundsOptions& options) {
  const BoundsWords words = words_of(options.task);
  if (!found.undecided.empty()) {
    return "Undecided: " + found.undecided + ".";
  }
  if (!found.stable) {
    return options.test_name + " was stopped after " + std::to_string(found.rounds.back().r) +
           " rounds: whether a stronger test could help is open.";
  }
  const RoundBounds& stable = found.rounds.back();
  const std::string test = "stable " + options.test_name;
  if (stable.classes == static_cast<std::int64_t>(items)) {
    return "No stronger test can help: " + test + " tells all " + std::to_string(items) + " " +
           words.items + " apart.";
  }
  if (!found.has_iso) {
    return stable.bounds.accuracy == 100.0
               ? "No stronger test can help: the accuracy bound of " + test + " is 100 %."
               : std::string("Open: ") + words.iso_classes + " were not counted.";
  }
  std::string text;
  if (stable.classes == found.iso.classes && stable.iso_pure_pct == 100.0) {
    text = "No stronger test can help: the " + std::to_string(stable.classes) + " classes of " +
           test + " are the " + words.iso_classes + rest_text(found.iso, words);
  } else {
    const auto mixed = std::llround(static_cast<double>(items) * (1.0 - stable.iso_pure_pct / 100));
    text = "Stable " + options.test_name + " leaves " + std::to_string(mixed) + " of " +
           std::to_string(items) + " " + words.items + " in classes of several " +
           words.iso_classes + ": " + room_text(stable, found.iso) + ".";
  }
  return options.iso_complete
             ? text
             : text + " Some " + words.iso_classes + " were not told for sure: there may be fewer.";
}

std::vector<std::uint32_t> joined_colours(const Refinement& refinement) {
  std::vector<std::uint32_t> all;
  for (const std::vector<std::uint32_t>& part : refinement.colour) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

/// Classes of nodes round by round: a run each, since a run keeps the last ones alone.
void list_node_rounds(std::span<const WlGraph> graphs, const RefineFunction& test,
                      const Refinement& last, std::size_t items,
                      const DatasetBoundsOptions& options, DatasetBounds& found) {
  if (joined_colours(last).size() != items) {
    throw InvalidArgument("dataset_bounds: the test of a node task must have one object a node, " +
                          std::to_string(items) + ", got " +
                          std::to_string(joined_colours(last).size()));
  }
  RefineOptions common = options.common;
  for (std::int32_t r = 0; r < std::min(last.rounds(), options.max_listed_rounds); ++r) {
    common.rounds = r;
    found.rounds.push_back(round_bounds(r, joined_colours(test(graphs, common)), options));
  }
  found.rounds.push_back(round_bounds(last.rounds(), joined_colours(last), options));
  found.rounds_needed = last.rounds();
}

void list_graph_rounds(const Refinement& last, const DatasetBoundsOptions& options,
                       DatasetBounds& found) {
  for (std::int32_t r = 0; r <= last.rounds(); ++r) {
    found.rounds.push_back(round_bounds(r, last.graph_class[static_cast<std::size_t>(r)], options));
  }
  for (const RoundBounds& round : found.rounds) {
    if (round.classes != found.rounds.back().classes) {
      found.rounds_needed = round.r + 1;
    }
  }
}

}  // namespace

ClassBounds class_bounds(std::span<const std::uint32_t> class_of, const BoundsTargets& targets) {
  check_targets(class_of.size(), targets, "class_bounds");
  return bounds_of(class_of, targets);
}

DatasetBounds dataset_bounds(std::span<const WlGraph> graphs, const DatasetBoundsOptions& options) {
  std::size_t items = graphs.size();
  if (options.task == BoundsTask::kNode) {
    items = 0;
    for (const WlGraph& graph : graphs) {
      items += static_cast<std::size_t>(graph.graph.num_nodes());
    }
  }
  check_targets(items, options.targets, "dataset_bounds");
  if (!options.iso_class.empty() && options.iso_class.size() != items) {
    throw InvalidArgument("dataset_bounds: iso_class must be empty or have " +
                          std::to_string(items) + " entries, got " +
                          std::to_string(options.iso_class.size()));
  }
  if (options.max_listed_rounds < 0) {
    throw InvalidArgument("dataset_bounds: max_listed_rounds must be >= 0, got " +
                          std::to_string(options.max_listed_rounds));
  }
  const RefineFunction test =
      options.test ? options.test : [](std::span<const WlGraph> all, const RefineOptions& common) {
        return color_refinement(all, {.common = common});
      };
  RefineOptions common = options.common;
  common.until_graphs_differ = false;
  const Refinement last = test(graphs, common);
  DatasetBounds found;
  found.undecided = last.undecided;
  found.stable = last.stable;
  found.has_iso = !options.iso_class.empty();
  if (found.has_iso) {
    found.iso = iso_bounds(options);
  }
  if (last.undecided.empty()) {
    found.rounds_stable = last.rounds();
    if (options.task == BoundsTask::kNode) {
      list_node_rounds(graphs, test, last, items, options, found);
    } else {
      list_graph_rounds(last, options, found);
    }
  }
  found.decisive = decisive_text(found, items, options);
  return found;
}

}  // namespace isthmus::expressivity
