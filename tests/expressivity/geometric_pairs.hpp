#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/expressivity/geometric_wl.hpp"
#include "isthmus/formats/json.hpp"

#include "shuffled.hpp"

/// The counterexamples of expressivity/geometric below the data root, and motions of them.
namespace isthmus::test {

inline std::filesystem::path geometric_pairs_file() {
  const char* const root = std::getenv("ISTHMUS_DATA");
  return std::filesystem::path(root == nullptr ? "" : root) / "expressivity/geometric/pairs.json";
}

/// Skips the running test where the file is missing.
#define ISTHMUS_NEEDS_GEOMETRIC_PAIRS()                                               \
  do {                                                                                \
    if (!std::filesystem::exists(::isthmus::test::geometric_pairs_file())) {          \
      GTEST_SKIP() << "no file expressivity/geometric/pairs.json below ISTHMUS_DATA"; \
    }                                                                                 \
  } while (false)

inline expressivity::GeometricGraph geometric_graph(const formats::Json& json) {
  expressivity::GeometricGraph graph;
  std::vector<Edge> edges;
  for (const formats::Json& point : json.at("pos").as_array()) {
    for (const formats::Json& x : point.as_array()) {
      graph.position.push_back(x.as_double());
    }
  }
  for (const formats::Json& edge : json.at("edges").as_array()) {
    edges.push_back({static_cast<NodeId>(edge.as_array()[0].as_integer()),
                     static_cast<NodeId>(edge.as_array()[1].as_integer())});
  }
  for (const formats::Json& type : json.at("types").as_array()) {
    graph.graph.node_label.push_back(static_cast<std::uint64_t>(type.as_integer()));
  }
  const auto n = static_cast<NodeId>(graph.graph.node_label.size());
  graph.graph.graph = Graph::from_edges(n, edges);
  return graph;
}

/// Two graphs by the name of their pair.
inline std::vector<expressivity::GeometricGraph> geometric_pair(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(geometric_pairs_file()).rdbuf();
  const formats::Json pairs = formats::parse_json(text.str(), geometric_pairs_file().string());
  return {geometric_graph(pairs.at(name).at("graph_0")),
          geometric_graph(pairs.at(name).at("graph_1"))};
}

/// A random rotation (a product of three about the axes), a translation and other names; where
/// `reflect`, the first axis is turned round as well.
inline expressivity::GeometricGraph moved(const expressivity::GeometricGraph& graph,
                                          std::uint64_t seed, bool reflect) {
  RandomStream draws(seed, 21);
  std::vector<double> position = graph.position;
  const auto dimension = static_cast<std::size_t>(graph.dimension);
  for (std::size_t axis = 0; axis < (dimension == 2 ? 1 : dimension); ++axis) {
    const double angle = 6.283185307179586 * draws.uniform();
    const std::size_t other = (axis + 1) % dimension;
    for (std::size_t i = 0; i < position.size(); i += dimension) {
      const double x = position[i + axis];
      const double y = position[i + other];
      position[i + axis] = std::cos(angle) * x - std::sin(angle) * y;
      position[i + other] = std::sin(angle) * x + std::cos(angle) * y;
    }
  }
  for (std::size_t axis = 0; axis < dimension; ++axis) {
    const double shift = 10 * draws.uniform();
    for (std::size_t i = axis; i < position.size(); i += dimension) {
      position[i] = (reflect && axis == 0 ? -position[i] : position[i]) + shift;
    }
  }
  const std::vector<std::int64_t> drawn =
      RandomStream(seed, 22).permutation(graph.graph.graph.num_nodes());
  const std::vector<NodeId> order(drawn.begin(), drawn.end());
  expressivity::GeometricGraph result = {relabelled(graph.graph, order), graph.dimension,
                                         std::vector<double>(position.size())};
  for (std::size_t v = 0; v < order.size(); ++v) {
    for (std::size_t axis = 0; axis < dimension; ++axis) {
      result.position[static_cast<std::size_t>(order[v]) * dimension + axis] =
          position[v * dimension + axis];
    }
  }
  return result;
}

}  // namespace isthmus::test
