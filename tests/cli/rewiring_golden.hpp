#pragma once

#include <string>

#include "isthmus/formats/json.hpp"

#include "rewiring/golden_values.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli {

/// A golden graph as a file that every verb reads; its path.
inline std::string edge_file(const test::TemporaryFolder& folder, const formats::Json& graph) {
  std::string text = "# isthmus-edges 1 n=" + std::to_string(graph.at("n").as_integer()) +
                     " directed=0 method=input mode=definition\n";
  for (const Edge& edge : test::golden_pairs(graph.at("edges"))) {
    text += std::to_string(edge.u) + "\t" + std::to_string(edge.v) + "\t0\n";
  }
  return folder.write("g.edges", text);
}

}  // namespace isthmus::cli
