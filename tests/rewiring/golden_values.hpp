#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"

/// The golden values of rewiring: the folder `golden/rewiring` beside the data root. Its README
/// tells how they were made, their tolerances, and when they may change.
namespace isthmus::test {

inline std::filesystem::path golden_folder() {
  const char* const data = std::getenv("ISTHMUS_DATA");
  return std::filesystem::path(data == nullptr ? "" : data) / "../golden/rewiring";
}

/// Skips the running test where there are no golden values.
#define ISTHMUS_NEEDS_GOLDEN()                                                       \
  do {                                                                               \
    if (!std::filesystem::is_directory(::isthmus::test::golden_folder())) {          \
      GTEST_SKIP() << "no folder golden/rewiring beside the data root ISTHMUS_DATA"; \
    }                                                                                \
  } while (false)

/// `name` is "graphs", "algorithms" or that of a graph.
inline formats::Json golden(const std::string& name) {
  const std::filesystem::path path = golden_folder() / (name + ".json");
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return formats::parse_json(text.str(), path.string());
}

/// [u, v].
inline Edge golden_edge(const formats::Json& pair) {
  return {static_cast<NodeId>(pair.as_array()[0].as_integer()),
          static_cast<NodeId>(pair.as_array()[1].as_integer())};
}

/// Pairs [[u, v], ...] as they stand.
inline std::vector<Edge> golden_pairs(const formats::Json& pairs) {
  std::vector<Edge> edges;
  for (const formats::Json& pair : pairs.as_array()) {
    edges.push_back(golden_edge(pair));
  }
  return edges;
}

inline Graph golden_graph(const formats::Json& record) {
  return Graph::from_edges(static_cast<NodeId>(record.at("n").as_integer()),
                           golden_pairs(record.at("edges")));
}

}  // namespace isthmus::test
