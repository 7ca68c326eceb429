#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::datasets {

/// A pair of BREC: two graphs that are not isomorphic, for tests of expressivity to tell apart.
struct BrecPair {
  std::int32_t id = 0;      ///< 0..399.
  std::string category;     ///< "Basic", "Regular", "Extension", "CFI".
  std::string subcategory;  ///< Finer: "Strongly regular", "Distance regular".
  Graph a, b;
};

/// Reads BREC (Wang, Zhang: An Empirical Study of Realized GNN Expressiveness, ICML 2024): graph6
/// strings, lines 2 i and 2 i + 1 (from 0) the graphs of pair i, and beside it `brec_pairs.tsv`
/// with a line of names, then per pair: pair, category, subcategory, n_a, m_a, n_b, m_b,
/// connected_a, connected_b.
///
/// @param graphs  Path of brec.g6.
/// @throws DataError  if either file is missing or breaks its format; if the numbers of graphs and
///                    of rows do not match; if a graph has not the nodes, edges and connectedness
///                    that its row says.
[[nodiscard]] std::vector<BrecPair> read_brec(const std::filesystem::path& graphs);

}  // namespace isthmus::datasets
