#pragma once

#include <cstdint>

#include "isthmus/graph/graph.hpp"

namespace isthmus::datasets {

/// Laws by which random_graph() draws the ends of an arc.
enum class RandomGraphKind : std::uint8_t {
  kUniform,  ///< Both ends uniform.
  /// Both ends in proportion to weights (i + 1)^(-1 / (gamma - 1)): expected degrees follow a power
  /// law of exponent gamma. Undirected: both arcs of each edge.
  kChungLu,
  /// Recursive: each bit of the two ids falls into one quadrant of the adjacency matrix with
  /// probability a (0,0), b (0,1), c (1,0), 1 - a - b - c (1,1).
  kRmat,
};

/// Options of random_graph().
struct RandomGraphOptions {
  RandomGraphKind kind = RandomGraphKind::kUniform;
  std::int64_t num_nodes = 10'000;  ///< 2 .. 2^31 - 1; kRmat: a power of two.
  std::int64_t num_arcs = 200'000;  ///< >= 0; kChungLu: even.
  double gamma = 2.5;               ///< kChungLu, > 2.
  double a = 0.57;                  ///< kRmat: a, b, c >= 0, a + b + c <= 1, b + c > 0.
  double b = 0.19;
  double c = 0.19;
  /// Ids in random order. Otherwise kChungLu numbers nodes by falling weight and kRmat as drawn:
  /// hubs lie side by side.
  bool shuffled = true;
  std::uint64_t seed = 0;
};

/// A random directed (kChungLu: undirected) graph with exactly `num_arcs` arcs: a self-loop is
/// drawn again, parallel arcs stay. The shapes on which aggregation is measured.
///
/// @throws isthmus::InvalidArgument  naming the option, if one is out of range.
///
/// @par Cost    Time O(arcs) (kRmat: O(arcs log nodes)), in parallel; same bits for any thread
///              count.
/// @par Source  Chung, Lu: Connected Components in Random Graphs with Given Expected Degree
///              Sequences, Annals of Combinatorics 2002. Chakrabarti, Zhan, Faloutsos: R-MAT: A
///              Recursive Model for Graph Mining, SDM 2004.
[[nodiscard]] Graph random_graph(const RandomGraphOptions& options = {});

}  // namespace isthmus::datasets
