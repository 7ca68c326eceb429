#pragma once

#include <cstdint>
#include <string>

namespace isthmus::train {

/// Each graph is rewired once, before anything is learnt; keys `rewire.*`. Names, meaning and
/// defaults are those of `isthmus rewire`.
struct RewireConfig {
  /// none | gtr | fosr | sdrf | borf | afrc3 | afrc4 | laser | rings | gdc | egp | cgp | grlef |
  /// err | prune | random
  std::string method = "none";
  /// Steps "K", or "p%" of the edges of each graph; needed by the methods that go step by step,
  /// refused by the others.
  std::string budget = {};
  std::uint64_t seed = 0;  ///< Of methods that draw; every graph is given the same.
  /// The control of the method: each graph gets as many edges as the method would add to it, drawn
  /// uniformly inside its components, and loses none.
  bool control = false;
  /// Folder for what methods did, made if missing; empty: nothing is kept. A file is named by the
  /// hash of graphs, method and options, so one that fits is right.
  std::string cache = {};
  /// refuse | as-undirected: what becomes of graphs with arcs one way only.
  std::string directed = "refuse";
  std::string components = "within";  ///< within | join: gtr, fosr, err, prune, random.
  /// auto (the method's own) | off | free | keep-connected: sdrf, borf, afrc3, afrc4, err.
  std::string remove = "auto";
  std::string start = "exact";       ///< fosr: exact | vector.
  std::int64_t power_iters = 5;      ///< fosr with start vector: power steps before the first edge.
  bool kernel = false;               ///< sdrf: the formula of public code.
  double tau = -1.0;                 ///< sdrf: softmax(tau improvement); -1: always the best.
  double cplus = 0.5;                ///< sdrf: edges above it may be removed.
  std::int64_t h = 4;                ///< borf: edges supported in a batch.
  std::int64_t k = 2;                ///< borf: edges removed in a batch.
  std::int64_t rings = 3;            ///< laser: the last hop.
  double rho = 0.5;                  ///< laser: share of each ring.
  std::string orbit = "all";         ///< laser: all | lower.
  std::string symmetrize = "none";   ///< laser: none | union | intersection; gdc: none | mean.
  std::int64_t hops = 2;             ///< rings: the last hop.
  std::string diffusion = "ppr";     ///< gdc: ppr | heat.
  double alpha = 0.15;               ///< gdc with ppr: chance to stop.
  double time = 5.0;                 ///< gdc with heat.
  std::int64_t top_k = 64;           ///< gdc: entries kept per column.
  double epsilon = 0.0;              ///< gdc: entries >= epsilon are kept instead; 0: top_k.
  double temperature = 5.0;          ///< grlef.
  std::string objective = "delete";  ///< prune: delete | add.
  std::string sense = "max";         ///< prune: max | min.
  std::int64_t period = 1;           ///< prune: edits between eigenvectors.

  friend bool operator==(const RewireConfig&, const RewireConfig&) = default;
};

/// Columns appended to the features of nodes; keys `encoding.*`.
struct EncodingConfig {
  /// Least, largest, mean, deviation and median of the curvatures of the edges at a node, of the
  /// graph as it was before rewiring: five columns that no normalisation touches; of jl, bounds,
  /// two.
  bool lcp = false;
  std::string lcp_kind = "orc";  ///< orc | lly | jl | forman | afrc3 | afrc4 | bfc
};

struct Config;

/// Refuses keys that do not go together: a budget where none is taken or none where one is, and
/// options that the method does not have, unless they are at their default.
/// @throws InvalidArgument  naming key, rule and value; the hint lists what the method takes.
void check_rewiring(const Config& config);

}  // namespace isthmus::train
