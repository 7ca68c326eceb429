#pragma once

#include <cstdint>

#include "isthmus/datasets/graph_source.hpp"

namespace isthmus::datasets {

/// Arcs among M bots with ids 0..M-1.
enum class BotnetTopology : std::uint8_t {
  /// The ring i -> i+1 mod M, and a -> b for every two fingers a < b of {0, interval, 2 interval,
  /// ...}: a clique, so not the textbook's Chord.
  kChord,
  /// De Bruijn: M random words of length ceil(log_m M) over m letters; a word leads to each word
  /// that is itself shifted left by one letter, any letter at the end, and not the same word.
  kDebru,
  /// Kademlia: M random ids of `bit` bits; a node leads, for each bit j, to min(k, as many as there
  /// are) random ids that share its bits above j and differ at j.
  kKadem,
  /// LEET-Chord: with L = floor(log2 M) + 1, for c = 1..L-1 from each of c, c + L, c + 2L, ... < M
  /// 2^c ahead mod M; and the ring. Loops (M a power of two) are dropped.
  kLeet,
};

/// Who talks to whom outside the botnet.
enum class BotnetBackground : std::uint8_t {
  /// As a backbone sees it: a share of the nodes sends and receives, another only sends, the rest
  /// only receive.
  kOneWay,
  kPowerLaw,  ///< Every node may send and receive, with one weight for both.
};

/// Options of botnet(). The defaults are the size of the published sets, with a tenth of the
/// graphs.
struct BotnetOptions {
  BotnetTopology topology = BotnetTopology::kChord;
  BotnetBackground background = BotnetBackground::kOneWay;
  std::int64_t num_graphs = 96;      ///< 0 .. 2^31 - 1.
  std::int64_t num_nodes = 144'051;  ///< N of every graph, 2 .. 2^31 - 1.
  double mean_degree = 10.5;         ///< Background arcs per node, >= 0, N times it < 2^31.
  double gamma = 2.2;                ///< > 1.
  double mixed = 0.05;               ///< kOneWay: share that sends and receives, in [0, 1].
  double senders = 0.40;             ///< kOneWay: share that only sends; mixed + senders <= 1.
  std::int64_t num_bots = 0;         ///< M, 2 .. N; 0: 7 % of N, rounded.
  /// Arcs taken from the topology, at most as many as it has; 0: min(10 M, all of them).
  std::int64_t num_bot_arcs = 0;
  std::int64_t interval = 2;  ///< kChord, >= 1.
  std::int64_t letters = 0;   ///< kDebru: m, 2 .. M; 0: the smallest with m^3 >= M.
  std::int64_t peers = 3;     ///< kKadem: k, >= 1.
  std::int64_t bits = 20;     ///< kKadem, 1 .. 40, 2^bits >= M.
  std::uint64_t seed = 0;
};

/// Botnets hidden in traffic: find the bots of each graph from who talks to whom alone.
///
/// Background: round(N * mean_degree) arcs; sender and receiver are drawn independently with
/// weights i^(-1 / (gamma - 1)), i = 1, 2, ... the place of a node in a random order (kOneWay: one
/// order of those that send, another of those that receive); a loop is drawn again, parallel arcs
/// stay. Botnet: num_bot_arcs arcs of the topology without replacement; their ids become distinct
/// random nodes; the arcs are appended to the background's, duplicates stay. x = 1, [N, 1]; y = 1
/// on the nodes of those arcs; edge_y = 1 on the arcs themselves. Split: 80/10/10 in order.
///
/// Graph k is a function of (options, k) alone: any graph can be made by itself.
///
/// @throws isthmus::InvalidArgument  naming the option, if one is out of range or the topology has
///                                   fewer arcs than asked for.
///
/// @par Cost    A graph: time O((N + arcs) log), arcs drawn in parallel; memory 30 bytes an arc
///              while it is made.
/// @par Source  Zhou et al.: Automating Botnet Detection with Graph Neural Networks, 2020
///              (arXiv:2003.06344); harvardnlp/botnet-detection (MIT). Differs: the background is
///              drawn instead of recorded, so say "generated" beside every number.
[[nodiscard]] GraphSource botnet(const BotnetOptions& options = {});

}  // namespace isthmus::datasets
