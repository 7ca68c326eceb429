#include "botnet_topology.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::int64_t kMostHeld = std::int64_t{1} << 28;  // arcs without a formula: 2 GB

Edge arc(std::int64_t u, std::int64_t v) {
  return {static_cast<NodeId>(u), static_cast<NodeId>(v)};
}

void check_held(const char* kind, std::int64_t most_arcs) {
  if (most_arcs > kMostHeld) {
    throw InvalidArgument("botnet: " + std::string(kind) +
                          " must have at most 2^28 arcs in its topology, got up to " +
                          std::to_string(most_arcs));
  }
}

/// Distinct numbers of [0, bound), ascending.
std::vector<std::int64_t> sorted_sample(std::int64_t bound, std::int64_t count,
                                        std::uint64_t seed) {
  std::vector<std::int64_t> chosen = RandomStream(seed, kBotnetWordStream).sample(bound, count);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

/// Place of the first of the ascending numbers that is not below `value`.
std::int64_t place_of(const std::vector<std::int64_t>& sorted, std::int64_t value) {
  return std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin();
}

/// The largest b with b (b - 1) / 2 <= pair.
std::int64_t larger_of_pair(std::int64_t pair) {
  auto b = static_cast<std::int64_t>((1.0 + std::sqrt(1.0 + 8.0 * static_cast<double>(pair))) / 2);
  while (b * (b - 1) / 2 > pair) {
    --b;
  }
  while (b * (b + 1) / 2 <= pair) {
    ++b;
  }
  return b;
}

}  // namespace

TopologyArcs::TopologyArcs(const BotnetOptions& options, std::uint64_t seed) {
  switch (options.topology) {
    case BotnetTopology::kChord:
      make_chord(options);
      break;
    case BotnetTopology::kDebru:
      make_debru(options, seed);
      break;
    case BotnetTopology::kKadem:
      make_kadem(options, seed);
      break;
    case BotnetTopology::kLeet:
      make_leet(options);
      break;
  }
}

Edge TopologyArcs::operator[](std::int64_t index) const {
  if (const auto* chord = std::get_if<Chord>(&arcs_)) {
    if (index < chord->ring) {
      const std::int64_t from = chord->num_bots - chord->ring + index;
      return arc(from, (from + 1) % chord->num_bots);
    }
    const std::int64_t pair = index - chord->ring;
    const std::int64_t b = larger_of_pair(pair);
    return arc(chord->interval * (pair - b * (b - 1) / 2), chord->interval * b);
  }
  if (const auto* debru = std::get_if<Debru>(&arcs_)) {
    const auto after = std::upper_bound(debru->row.begin(), debru->row.end(), index);
    const std::int64_t word = after - debru->row.begin() - 1;
    std::int64_t target = debru->first[static_cast<std::size_t>(word)] + index -
                          debru->row[static_cast<std::size_t>(word)];
    if (word >= debru->first[static_cast<std::size_t>(word)] && target >= word) {
      ++target;
    }
    return arc(word, target);
  }
  return std::get<std::vector<Edge>>(arcs_)[static_cast<std::size_t>(index)];
}

void TopologyArcs::make_chord(const BotnetOptions& options) {
  const std::int64_t m = options.num_bots;
  const std::int64_t fingers = (m + options.interval - 1) / options.interval;
  // With interval 1 the fingers hold the ring's arcs but for the last, M-1 -> 0.
  const std::int64_t ring = options.interval == 1 ? 1 : m;
  arcs_ = Chord{.num_bots = m, .interval = options.interval, .ring = ring};
  size_ = ring + fingers * (fingers - 1) / 2;
}

void TopologyArcs::make_debru(const BotnetOptions& options, std::uint64_t seed) {
  std::int64_t all_words = 1;
  while (all_words < options.num_bots) {
    all_words *= options.letters;
  }
  const std::vector<std::int64_t> words = sorted_sample(all_words, options.num_bots, seed);
  Debru debru;
  debru.row.push_back(0);
  for (std::size_t w = 0; w < words.size(); ++w) {
    const std::int64_t shifted = words[w] % (all_words / options.letters) * options.letters;
    const std::int64_t first = place_of(words, shifted);
    const std::int64_t end = place_of(words, shifted + options.letters);
    const auto self = static_cast<std::int64_t>(w);
    debru.first.push_back(first);
    debru.row.push_back(debru.row.back() + end - first - (first <= self && self < end ? 1 : 0));
  }
  size_ = debru.row.back();
  arcs_ = std::move(debru);
}

void TopologyArcs::make_kadem(const BotnetOptions& options, std::uint64_t seed) {
  const std::int64_t m = options.num_bots;
  // The ranges of a node do not meet, so that their sizes sum to at most M - 1.
  check_held("kadem", m * std::min(m - 1, options.bits * std::min(options.peers, m)));
  const std::vector<std::int64_t> ids = sorted_sample(std::int64_t{1} << options.bits, m, seed);
  std::vector<Edge> arcs;
  for (std::int64_t v = 0; v < m; ++v) {
    RandomStream random(seed, kBotnetPeerStream, static_cast<std::uint32_t>(v));
    for (std::int64_t bit = 0; bit < options.bits; ++bit) {
      const std::int64_t low = ((ids[static_cast<std::size_t>(v)] >> bit) ^ 1) << bit;
      const std::int64_t first = place_of(ids, low);
      const std::int64_t size = place_of(ids, low + (std::int64_t{1} << bit)) - first;
      for (const std::int64_t peer : random.sample(size, std::min(options.peers, size))) {
        arcs.push_back(arc(v, first + peer));
      }
    }
  }
  size_ = static_cast<std::int64_t>(arcs.size());
  arcs_ = std::move(arcs);
}

void TopologyArcs::make_leet(const BotnetOptions& options) {
  const std::int64_t m = options.num_bots;
  check_held("leet", 2 * m);
  std::int64_t levels = 1;
  while ((std::int64_t{1} << levels) <= m) {
    ++levels;
  }
  std::vector<Edge> arcs;
  for (std::int64_t c = 1; c < levels; ++c) {
    for (std::int64_t start = c; start < m; start += levels) {
      const std::int64_t target = (start + (std::int64_t{1} << c)) % m;
      if (target == start) {
        ++loops_dropped_;
      } else {
        arcs.push_back(arc(start, target));
      }
    }
  }
  for (std::int64_t i = 0; i < m; ++i) {
    arcs.push_back(arc(i, (i + 1) % m));
  }
  size_ = static_cast<std::int64_t>(arcs.size());
  arcs_ = std::move(arcs);
}

}  // namespace isthmus::datasets
