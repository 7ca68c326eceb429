#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::bench {

/// A graph that speed is promised on. All are generated from fixed seeds.
struct Shape {
  std::string_view name;
  std::vector<std::int64_t> features;  ///< Widths measured on it.
  std::function<Graph()> make;
};

/// pyg-spmm, pyg-ei, arxiv-like, rmat19, botnet-like, botnet-like-x12, and arxiv-like-shuffled,
/// rmat19-shuffled, whose node ids are in random order.
[[nodiscard]] std::span<const Shape> all_shapes();

/// @throws InvalidArgument  listing the names.
[[nodiscard]] const Shape& find_shape(std::string_view name);

/// Many small graphs, as of a graph-level task: `count` connected graphs of 15 to 35 nodes, each a
/// random tree and a third as many edges more.
[[nodiscard]] std::vector<Graph> small_graphs(std::int64_t count, std::uint64_t seed);

}  // namespace isthmus::bench
