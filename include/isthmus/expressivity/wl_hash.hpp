#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// The test whose result wl_hash() hashes.
enum class WlHashTest : std::uint8_t {
  kWl1,   ///< "wl1": 1-WL.
  kKl11,  ///< "kl11": 1,1-WL.
  kFwl2,  ///< "fwl2": 2-FWL (=3-WL).
};

/// Options of wl_hash().
struct WlHashOptions {
  WlHashTest test = WlHashTest::kWl1;
  /// Rounds, >= 0, or kUntilStable.
  std::int32_t rounds = kUntilStable;
  /// fwl2: pairs that the graph may have, >= 0; 2^28 take 9 GB.
  std::int64_t max_pairs = std::int64_t{1} << 28;
};

/// A hash that may be stored.
struct WlHash {
  WlHashTest test = WlHashTest::kWl1;
  std::int32_t rounds = kUntilStable;  ///< As asked for.
  std::array<std::uint64_t, 2> word = {};

  friend bool operator==(const WlHash&, const WlHash&) = default;
};

/// A hash of what a test sees of a graph: equal for graphs that the test does not tell apart, so
/// for isomorphic ones; different ones are proof that it tells them apart. Graphs that it does tell
/// apart have equal hashes with probability about 2^-128; the hash is not made against those who
/// look for such graphs.
///
/// The hash may be stored: it is the same on every machine, for every number of threads and in
/// every release that writes this version.
///
/// @par Format v1
/// All numbers are unsigned, 64 bits, arithmetic mod 2^64; a word W is a pair (W.a, W.b), words are
/// added lane by lane and ordered by a, then b. m(x) is: x ^= x >> 30, x *= 0xBF58476D1CE4E5B9,
/// x ^= x >> 27, x *= 0x94D049BB133111EB, x ^= x >> 31. F(t; x1 .. xk) is the word whose lane a is
/// h_k of h_0 = m(0x243F6A8885A308D3 + t), h_i = m(h_{i-1} ^ x_i), and whose lane b is the same
/// from h_0 = m(0x13198A2E03707344 + t); a word among the x stands for its a, then its b. Absent
/// labels are 0.
///
/// **wl1.** Nodes of equal label form a class, named F(1; label); all classes are fresh, T = 0. In
/// round r = 1, 2, .. node v hears S(v), the sum over its neighbours u in fresh classes, named C,
/// of H = F(2; C), or F(3; H, label) if the edge's label is not 0. Each class that has a node with
/// S != 0 splits into parts of equal S. Its largest part, of several the one of the least S, keeps
/// class and name C, and T += F(5; C, S, r) with the S of that part. The other parts are the fresh
/// classes of the next round, named F(4; C, S, r). Rounds end as asked, or with the first that
/// splits no class (its T counts). The summary is Z = F(4; P, T, N), P the sum over all nodes of
/// F(6; C), N the number of nodes. The hash is F(7; Z, N, R, K): R rounds that split something, K
/// classes.
///
/// **kl11.** For every node v a run goes on from the state of wl1 (with rounds asked for: its
/// start) with the rounds so far as r: v leaves its class C, which keeps its name, for one of its
/// own named F(4; C, F(1; 1), r), the one fresh class; none is fresh if v had its class for itself
/// (with rounds asked for all are). Rounds go on from r + 1. The hash is F(8; sum of F(9; Z) over
/// all runs, N).
///
/// **fwl2.** A pair (u, v) starts as F(10; u = v, adjacent, label of u, label of v, label of the
/// edge or 0). In each round it becomes F(11; C(u,v), sum over all w of F(12; C(u,w), C(w,v))).
/// Rounds end as asked, or before the first that would have no more different words than the one
/// before. The hash is F(13; sum of F(6; C) over all pairs, N, R, K).
///
/// Text: test, ":v1:", the rounds asked for or "stable", ":", the 32 hexadecimal digits of a and b.
///
/// @throws InvalidArgument  if the graph is not one of check_wl_graph(), for rounds below -1.
///         ResourceLimit    fwl2: if N^2 exceeds max_pairs.
/// @par Cost  wl1 O((N + E) log N), kl11 N times that, fwl2 N^3 a round. Memory of wl1 up to 140
///            bytes a node, of kl11 40 and for each thread 160 more, of fwl2 36 a pair and up to
///            52 while pairs are counted.
[[nodiscard]] WlHash wl_hash(const WlGraph& graph, const WlHashOptions& options = {});

/// "wl1:v1:stable:0123...": as stored.
[[nodiscard]] std::string wl_hash_text(const WlHash& hash);

/// @throws InvalidArgument  saying what is wrong with the text: another version, an unknown test,
///                          rounds that are no number, digits that are not 32 of 0-9a-f.
[[nodiscard]] WlHash parse_wl_hash(std::string_view text);

/// "wl1", "kl11", "fwl2".
[[nodiscard]] std::string_view wl_hash_test_id(WlHashTest test);

}  // namespace isthmus::expressivity
