#pragma once

#include <cstdint>
#include <span>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Tests that colour tuples of nodes. atp = all equalities, adjacencies, node labels and edge
/// labels of the tuple; v[j:=w] = v with entry j replaced by w; V = all nodes of the tuple's graph.
enum class TupleTest : std::uint8_t {
  kOwl2,    ///< Oblivious 2-WL, as strong as 1-WL: {{c(v[j:=w]) : w in V}}, j = 1, 2, in order.
  kOwl3,    ///< Oblivious 3-WL, as strong as 2-FWL: the same for j = 1, 2, 3.
  kFwl2,    ///< 2-FWL (=3-WL): {{(c(v[1:=w]), c(v[2:=w])) : w in V}}.
  kFwl3,    ///< 3-FWL (=4-WL): {{(c(v[1:=w]), c(v[2:=w]), c(v[3:=w])) : w in V}}.
  kDwl2,    ///< delta-2-WL: as kOwl2, each entry carries adj(v_j, w) and the edge's label.
  kDlwl2,   ///< delta-2-LWL: as kDwl2, but only w in N(v_j).
  kDlwl2p,  ///< delta-2-LWL+: as kDlwl2, entry x = v[j:=w] also carries
            ///< #{w' in V : c(v[j:=w']) = c(x)}.
};

/// How signatures of 2-FWL are summed; the partition is the same.
enum class PairProduct : std::uint8_t {
  kAuto,  ///< By the largest graph of the call: kHash below 12 nodes, kGemm from there on.
  kHash,  ///< Products of mixed words modulo 2^64, two lanes.
  kGemm,  ///< Matrix products modulo three primes near 2^22, in float64.
};

/// Options of tuple_wl().
struct TupleWlOptions {
  TupleTest test = TupleTest::kFwl2;
  RefineOptions common = {};
  /// Of kFwl2 alone.
  PairProduct product = PairProduct::kAuto;
  /// Of the constants that the signatures are made with: a result that is not certain can be tried
  /// again with other constants.
  std::uint64_t seed = 0;
};

/// Refines the k-tuples of nodes of all graphs jointly, k = 2 or 3:
///
///     c_0(v) = atp(v),    c_{r+1}(v) = (c_r(v), the multisets that TupleTest names)
///
/// Two graphs have the same class in a round iff their multisets of colours are equal and their n.
///
/// 2-FWL as a product of matrices: each colour draws f and g from the field of p elements, and
/// sum_w f(c(u,w)) g(c(w,v)) mod p stands for the multiset of the pairs (c(u,w), c(w,v)). With
/// three primes near 2^22, two different multisets have equal sums with probability at most
/// (2/p)^3. Float64 products are exact: sums of 256 products stay below 2^53 and are then reduced,
/// so any order of addition gives the same bits.
///
/// A tuple's signature holds its colour of the round before as it is, so the number of classes
/// never falls. Under `exact`, each round's classes are compared entry by entry with their first
/// tuple, multisets sorted, and split where they differ.
///
/// @param graphs   Any number, also none; n >= 0. Tuples never mix graphs.
/// @param options  See TupleWlOptions.
/// @return         `certain` under `exact`. Else `error_bound` = (rounds + 1) T^2 / 2 times the
///                 probability of one comparison, T tuples in all. Different classes are proof
///                 always. `undecided` without any round if T > max_tuples or T >= 2^32 (nothing of
///                 that size is allocated then); after a cancel, with the rounds that were
///                 finished.
/// @throws isthmus::InvalidArgument  for a graph that check_wl_graph() refuses, rounds < -1, and
///                                   max_tuples < 0.
///
/// @par Cost    Per round, n nodes and m edges a graph: kOwl2, kOwl3: O(n^k). kFwl2: O(n^3).
///              kFwl3: O(n^4). The delta tests: O(n (n + m)), with counts O(n^2 log n) more. Under
///              `exact` each tuple's multisets are gathered and sorted besides.
///              Memory of T tuples in K classes: 20 T bytes (a signature and a colour each) and 32
///              to 72 K to number them. More: kFwl3 40 n^2, kOwl3 72 n^2 a graph; kDlwl2p 12 T;
///              matrix products 8 T and, for at most 32 panels, 16 n min(n, 128) each; `exact` 16
///              T.
/// @par Source  Cai, Fuerer, Immerman, Combinatorica 1992 (k-FWL); Morris, Rattan, Mutzel, NeurIPS
///              2020 (delta-k-WL, delta-k-LWL and delta-k-LWL+).
[[nodiscard]] Refinement tuple_wl(std::span<const WlGraph> graphs,
                                  const TupleWlOptions& options = {});

}  // namespace isthmus::expressivity
