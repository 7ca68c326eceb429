#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "isthmus/datasets/graph6.hpp"
#include "isthmus/graph/graph.hpp"

/// The data that tests of the room are run on where they are there.
namespace isthmus::test {

/// The folder of the expressivity data; empty where the environment names no data.
inline std::filesystem::path expressivity_data() {
  const char* const root = std::getenv("ISTHMUS_DATA");
  const std::filesystem::path folder =
      root == nullptr ? "" : std::filesystem::path(root) / "expressivity";
  return std::filesystem::exists(folder / "brec") ? folder : "";
}

/// Two graphs with a name.
struct NamedPair {
  std::string name;
  Graph a;
  Graph b;
};

/// The textbook pairs: name, graph6, graph6.
inline std::vector<NamedPair> classic_pairs(const std::filesystem::path& folder) {
  std::vector<NamedPair> pairs;
  std::ifstream file(folder / "classic" / "classic_pairs.tsv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    pairs.push_back({line.substr(0, first),
                     datasets::parse_graph6(line.substr(first + 1, second - first - 1)),
                     datasets::parse_graph6(line.substr(second + 1))});
  }
  return pairs;
}

}  // namespace isthmus::test
