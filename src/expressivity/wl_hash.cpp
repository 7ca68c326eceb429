#include "isthmus/expressivity/wl_hash.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "marked_runs.hpp"
#include "number_signatures.hpp"

namespace isthmus::expressivity {
namespace {

// Nothing here may change a value while kHashVersion stays.
constexpr std::string_view kHashVersion = "v1";

/// Kinds of words, t of F.
enum HashKind : std::uint64_t {
  kStart = 1,
  kHeard = 2,
  kAlong = 3,
  kPart = 4,
  kKept = 5,
  kPooled = 6,
  kHashOfOneWl = 7,
  kHashOfMarked = 8,
  kResultOfMark = 9,
  kPairStart = 10,
  kPairRound = 11,
  kPairHeard = 12,
  kHashOfPairs = 13,
};

constexpr std::uint64_t frozen_mix(std::uint64_t x) noexcept {
  x ^= x >> 30U;
  x *= 0xBF58476D1CE4E5B9U;
  x ^= x >> 27U;
  x *= 0x94D049BB133111EBU;
  x ^= x >> 31U;
  return x;
}

/// F of the format.
Signature frozen_word(HashKind kind, std::initializer_list<std::uint64_t> values) {
  Signature word{frozen_mix(0x243F6A8885A308D3U + kind), frozen_mix(0x13198A2E03707344U + kind)};
  for (const std::uint64_t value : values) {
    word = {frozen_mix(word.a ^ value), frozen_mix(word.b ^ value)};
  }
  return word;
}

/// Names of classes for SplitRounds that never change.
struct FrozenNames {
  [[nodiscard]] static Signature start(std::uint64_t label) { return frozen_word(kStart, {label}); }
  [[nodiscard]] static Signature heard(const Signature& name) {
    return frozen_word(kHeard, {name.a, name.b});
  }
  [[nodiscard]] static Signature along(const Signature& heard, std::uint64_t label) {
    return frozen_word(kAlong, {heard.a, heard.b, label});
  }
  [[nodiscard]] static Signature part(const Signature& parent, const Signature& sum,
                                      std::uint64_t round) {
    return frozen_word(kPart, {parent.a, parent.b, sum.a, sum.b, round});
  }
  [[nodiscard]] static Signature kept(const Signature& parent, const Signature& sum,
                                      std::uint64_t round) {
    return frozen_word(kKept, {parent.a, parent.b, sum.a, sum.b, round});
  }
  [[nodiscard]] static Signature pooled(const Signature& name) {
    return frozen_word(kPooled, {name.a, name.b});
  }
};

using FrozenRounds = SplitRounds<FrozenNames>;

Signature hash_wl1(const WlGraph& graph, std::int32_t limit) {
  FrozenRounds rounds(rows_of(graph), FrozenRounds::Use::kTraced);
  start_by_labels(graph, rounds);
  const std::int32_t splitting = run_rounds(rounds, limit);
  const Signature summary = rounds.summary();
  return frozen_word(kHashOfOneWl,
                     {summary.a, summary.b, static_cast<std::uint64_t>(graph.graph.num_nodes()),
                      static_cast<std::uint64_t>(splitting), rounds.classes().name.size()});
}

Signature hash_kl11(const WlGraph& graph, std::int32_t limit) {
  constexpr std::size_t kRootsPerChunk = 64;
  const JointRows rows = rows_of(graph);
  FrozenRounds rounds(rows, FrozenRounds::Use::kTraced);
  const NamedClasses base = base_of_marks(graph, limit, rounds);
  const auto n = static_cast<std::size_t>(graph.graph.num_nodes());
  std::vector<Signature> partial((n + kRootsPerChunk - 1) / kRootsPerChunk);
  parallel_chunks(static_cast<std::int64_t>(partial.size()), [&](std::int64_t chunk) {
    const auto at = static_cast<std::size_t>(chunk);
    MarkedRuns<FrozenNames> runs(rows, base, limit);
    for (std::size_t v = at * kRootsPerChunk; v < std::min(n, (at + 1) * kRootsPerChunk); ++v) {
      const Signature result = runs.one(static_cast<NodeId>(v));
      partial[at] += frozen_word(kResultOfMark, {result.a, result.b});
    }
  });
  Signature sum;
  for (const Signature& part : partial) {
    sum += part;
  }
  return frozen_word(kHashOfMarked, {sum.a, sum.b, n});
}

/// Words of all pairs at the start.
std::vector<Signature> start_pairs(const WlGraph& graph) {
  const CsrView csr = graph.graph.csr();
  const auto n = static_cast<std::size_t>(csr.num_rows());
  const auto label = [&](std::size_t v) {
    return graph.node_label.empty() ? 0 : graph.node_label[v];
  };
  std::vector<Signature> pairs(n * n);
  for (std::size_t u = 0; u < n; ++u) {
    for (std::size_t v = 0; v < n; ++v) {
      pairs[u * n + v] = frozen_word(kPairStart, {u == v ? 1U : 0U, 0, label(u), label(v), 0});
    }
    for (auto arc = static_cast<std::size_t>(csr.rowptr[u]);
         arc < static_cast<std::size_t>(csr.rowptr[u + 1]); ++arc) {
      const auto v = static_cast<std::size_t>(csr.col[arc]);
      pairs[u * n + v] = frozen_word(
          kPairStart,
          {0, 1, label(u), label(v), graph.edge_label.empty() ? 0 : graph.edge_label[arc]});
    }
  }
  return pairs;
}

/// Words of all pairs one round later.
void next_pairs(std::size_t n, const std::vector<Signature>& now, std::vector<Signature>& next) {
  parallel_chunks(static_cast<std::int64_t>(n), [&](std::int64_t row) {
    const auto u = static_cast<std::size_t>(row);
    for (std::size_t v = 0; v < n; ++v) {
      Signature sum;
      for (std::size_t w = 0; w < n; ++w) {
        const Signature& left = now[u * n + w];
        const Signature& right = now[w * n + v];
        sum += frozen_word(kPairHeard, {left.a, left.b, right.a, right.b});
      }
      const Signature& own = now[u * n + v];
      next[u * n + v] = frozen_word(kPairRound, {own.a, own.b, sum.a, sum.b});
    }
  });
}

Signature hash_fwl2(const WlGraph& graph, const WlHashOptions& options) {
  const auto n = static_cast<std::size_t>(graph.graph.num_nodes());
  const auto pairs_asked = static_cast<std::int64_t>(n) * static_cast<std::int64_t>(n);
  if (pairs_asked > options.max_pairs) {
    throw ResourceLimit("wl_hash: fwl2 needs max_pairs of at least " + std::to_string(pairs_asked) +
                        ", got " + std::to_string(options.max_pairs));
  }
  std::vector<Signature> pairs = start_pairs(graph);
  std::vector<Signature> next(pairs.size());
  std::int64_t classes = number_signatures(pairs).classes;
  std::int32_t round = 0;
  while (options.rounds == kUntilStable || round < options.rounds) {
    next_pairs(n, pairs, next);
    const std::int64_t more = number_signatures(next).classes;
    if (more == classes) {
      break;
    }
    std::swap(pairs, next);
    classes = more;
    ++round;
  }
  Signature sum;
  for (const Signature& pair : pairs) {
    sum += frozen_word(kPooled, {pair.a, pair.b});
  }
  return frozen_word(kHashOfPairs, {sum.a, sum.b, n, static_cast<std::uint64_t>(round),
                                    static_cast<std::uint64_t>(classes)});
}

[[noreturn]] void refuse_hash(std::string_view text, const std::string& rule) {
  throw InvalidArgument("parse_wl_hash: " + rule + ", got \"" + std::string(text) + "\"");
}

/// The text up to the next ':', which goes, too.
std::string_view take_field(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const std::string_view field = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  return field;
}

template <typename T>
bool read_number(std::string_view text, int base, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string_view wl_hash_test_id(WlHashTest test) {
  switch (test) {
    case WlHashTest::kWl1:
      return "wl1";
    case WlHashTest::kKl11:
      return "kl11";
    case WlHashTest::kFwl2:
      break;
  }
  return "fwl2";
}

WlHash wl_hash(const WlGraph& graph, const WlHashOptions& options) {
  check_wl_graph(graph, "wl_hash");
  if (options.rounds < kUntilStable) {
    throw InvalidArgument("wl_hash: rounds must be >= 0 or -1 (until stable), got " +
                          std::to_string(options.rounds));
  }
  const Signature word = options.test == WlHashTest::kWl1    ? hash_wl1(graph, options.rounds)
                         : options.test == WlHashTest::kKl11 ? hash_kl11(graph, options.rounds)
                                                             : hash_fwl2(graph, options);
  return {options.test, options.rounds, {word.a, word.b}};
}

std::string wl_hash_text(const WlHash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(wl_hash_test_id(hash.test));
  text.append(":").append(kHashVersion).append(":");
  text += hash.rounds == kUntilStable ? "stable" : std::to_string(hash.rounds);
  text += ':';
  for (const std::uint64_t word : hash.word) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      text += kDigits[(word >> static_cast<unsigned>(shift)) & 15U];
    }
  }
  return text;
}

WlHash parse_wl_hash(std::string_view text) {
  std::string_view rest = text;
  const std::string_view test = take_field(rest);
  const std::string_view version = take_field(rest);
  const std::string_view rounds = take_field(rest);
  WlHash hash;
  const auto tests = {WlHashTest::kWl1, WlHashTest::kKl11, WlHashTest::kFwl2};
  const auto* const found = std::find_if(tests.begin(), tests.end(), [&](WlHashTest candidate) {
    return wl_hash_test_id(candidate) == test;
  });
  if (found == tests.end()) {
    refuse_hash(text, "the test must be wl1, kl11 or fwl2");
  }
  hash.test = *found;
  if (version != kHashVersion) {
    refuse_hash(text, "the version must be v1, the one that this release writes and compares");
  }
  if (rounds != "stable" && (!read_number(rounds, 10, hash.rounds) ||
                             std::to_string(hash.rounds) != rounds || hash.rounds < 0)) {
    refuse_hash(text, "rounds must be a number >= 0 or \"stable\"");
  }
  const bool lower =
      std::none_of(rest.begin(), rest.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  if (rest.size() != 32 || !lower || !read_number(rest.substr(0, 16), 16, hash.word[0]) ||
      !read_number(rest.substr(16), 16, hash.word[1])) {
    refuse_hash(text, "the hash must be 32 digits of 0-9a-f");
  }
  return hash;
}

}  // namespace isthmus::expressivity
