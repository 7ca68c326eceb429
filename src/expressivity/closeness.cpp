#include "isthmus/expressivity/closeness.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

/// sum += x; false if that passes 2^64 - 1.
bool add_exactly(std::uint64_t& sum, std::uint64_t x) {
  sum += x;
  return sum >= x;
}

/// The encoder from a user's side: its row of walk counts. R_user and R_item swap their parts, as
/// walks are read backwards.
class RowEncoder {
 public:
  explicit RowEncoder(const Graph& graph)
      : csr_(graph.csr()),
        user_(index(graph.num_dst())),
        item_(index(graph.num_src())),
        user_gain_(user_.size()),
        item_gain_(item_.size()) {}

  /// Row `user` after k rounds.
  const std::vector<std::uint64_t>& encode(NodeId user, std::int32_t k) {
    std::ranges::fill(user_, 0);
    std::ranges::fill(item_, 0);
    user_[index(user)] = 1;
    for (std::int32_t round = 0; round < k; ++round) {
      if (!step()) {
        throw ResourceLimit("closeness: walk counts must stay below 2^64, user " +
                            std::to_string(user) + " passes it in round " +
                            std::to_string(round + 1) + " of " + std::to_string(k));
      }
    }
    return item_;
  }

 private:
  /// Both sides at once; false on overflow.
  bool step() {
    user_gain_ = user_;
    item_gain_ = item_;
    bool exact = true;
    for (NodeId u = 0; u < csr_.num_rows(); ++u) {
      for (const NodeId i : csr_.row(u)) {
        exact = add_exactly(item_gain_[index(i)], user_[index(u)]) && exact;
        exact = add_exactly(user_gain_[index(u)], item_[index(i)]) && exact;
      }
    }
    std::swap(user_, user_gain_);
    std::swap(item_, item_gain_);
    return exact;
  }

  CsrView csr_;
  std::vector<std::uint64_t> user_;
  std::vector<std::uint64_t> item_;
  std::vector<std::uint64_t> user_gain_;
  std::vector<std::uint64_t> item_gain_;
};

/// An item by closeness and by the model.
struct ScoredItem {
  std::uint64_t closeness = 0;
  double score = 0.0;
};

/// Pairs of items that the model puts in the strict order of closeness: `items` ascend by
/// closeness. Counted while scores are merged, equal closeness first left aside.
class OrderedPairs {
 public:
  explicit OrderedPairs(std::size_t items) : merged_(items) {}

  std::int64_t concordant(std::vector<ScoredItem>& items) { return split(items, 0, items.size()); }

 private:
  /// Pairs between items of different closeness in [first, last), which then ascends by score.
  std::int64_t split(std::vector<ScoredItem>& items, std::size_t first, std::size_t last) {
    if (last - first < 2) {
      return 0;
    }
    if (items[first].closeness == items[last - 1].closeness) {
      std::sort(begin(items, first), begin(items, last), by_score);
      return 0;
    }
    const std::size_t middle = cut(items, first, last);
    std::int64_t pairs = split(items, first, middle) + split(items, middle, last);
    std::size_t below = first;
    for (std::size_t i = middle; i < last; ++i) {
      while (below < middle && items[below].score < items[i].score) {
        ++below;
      }
      pairs += static_cast<std::int64_t>(below - first);
    }
    std::merge(begin(items, first), begin(items, middle), begin(items, middle), begin(items, last),
               merged_.begin(), by_score);
    std::copy_n(merged_.begin(), last - first, begin(items, first));
    return pairs;
  }

  /// The border between two levels of closeness that is nearest to the middle.
  static std::size_t cut(const std::vector<ScoredItem>& items, std::size_t first,
                         std::size_t last) {
    const std::size_t middle = first + (last - first) / 2;
    std::size_t down = middle;
    while (down > first && items[down - 1].closeness == items[middle].closeness) {
      --down;
    }
    std::size_t up = middle;
    while (up < last && items[up].closeness == items[middle].closeness) {
      ++up;
    }
    return down == first || (up < last && up - middle < middle - down) ? up : down;
  }

  static std::vector<ScoredItem>::iterator begin(std::vector<ScoredItem>& items, std::size_t i) {
    return items.begin() + static_cast<std::ptrdiff_t>(i);
  }
  static bool by_score(const ScoredItem& x, const ScoredItem& y) { return x.score < y.score; }

  std::vector<ScoredItem> merged_;
};

/// What one user adds to the result.
void compare_user(std::span<const std::uint64_t> closeness, std::span<const double> scores,
                  ClosenessResult& result) {
  std::vector<ScoredItem> items;
  for (std::size_t i = 0; i < closeness.size(); ++i) {
    items.push_back({closeness[i], scores[i]});
  }
  std::ranges::sort(items, {}, &ScoredItem::closeness);
  const auto count = static_cast<std::int64_t>(items.size());
  std::int64_t tied = 0;
  for (std::size_t first = 0; first < items.size();) {
    std::size_t last = first;
    while (last < items.size() && items[last].closeness == items[first].closeness) {
      ++last;
    }
    const auto level = static_cast<std::int64_t>(last - first);
    tied += level * (level - 1) / 2;
    first = last;
  }
  const std::int64_t concordant = OrderedPairs(items.size()).concordant(items);
  result.tied += tied;
  result.concordant += concordant;
  result.discordant += count * (count - 1) / 2 - tied - concordant;
}

void check_k(std::int32_t k, const char* function) {
  if (k < 0) {
    throw InvalidArgument(std::string(function) + ": k must be >= 0, got " + std::to_string(k));
  }
}

}  // namespace

std::vector<std::uint64_t> closeness_scores(const Graph& graph, NodeId user, std::int32_t k) {
  check_k(k, "closeness_scores");
  if (user < 0 || user >= graph.num_dst()) {
    throw InvalidArgument("closeness_scores: user must be in [0, " +
                          std::to_string(graph.num_dst()) + "), got " + std::to_string(user));
  }
  return RowEncoder(graph).encode(user, k);
}

ClosenessResult closeness(const Graph& graph, std::span<const double> scores,
                          const ClosenessOptions& options) {
  check_k(options.k, "closeness");
  const std::int64_t users = graph.num_dst();
  const std::int64_t items = graph.num_src();
  if (static_cast<std::int64_t>(scores.size()) != users * items) {
    throw InvalidArgument("closeness: scores must have " + std::to_string(users * items) +
                          " entries, got " + std::to_string(scores.size()));
  }
  const auto nan = std::ranges::find_if(scores, [](double x) { return std::isnan(x); });
  if (nan != scores.end()) {
    const std::int64_t place = nan - scores.begin();
    throw InvalidArgument("closeness: scores must not be NaN, got one for user " +
                          std::to_string(place / items) + " and item " +
                          std::to_string(place % items));
  }
  constexpr std::int64_t kUsersPerChunk = 64;
  const std::int64_t chunks = (users + kUsersPerChunk - 1) / kUsersPerChunk;
  std::vector<ClosenessResult> parts(index(chunks));
  parallel_chunks(chunks, [&](std::int64_t chunk) {
    RowEncoder encoder(graph);
    const std::int64_t last = std::min(users, (chunk + 1) * kUsersPerChunk);
    for (std::int64_t u = chunk * kUsersPerChunk; u < last; ++u) {
      if (options.cancel.requested()) {
        throw Interrupted("closeness: cancelled");
      }
      compare_user(encoder.encode(static_cast<NodeId>(u), options.k),
                   scores.subspan(index(u * items), index(items)), parts[index(chunk)]);
    }
  });
  ClosenessResult result;
  for (const ClosenessResult& part : parts) {
    result.concordant += part.concordant;
    result.discordant += part.discordant;
    result.tied += part.tied;
  }
  return result;
}

}  // namespace isthmus::expressivity
