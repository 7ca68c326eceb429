#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "isthmus/explain/explain.hpp"

namespace isthmus::explain {

/// Which entries of the masks a text holds.
enum class Entries : std::uint8_t { kSelected, kNotZero };

/// Lines "target u v weight" with tabs and a header, by target, the largest |weight| first, equal
/// ones in the order of the set. Without edge masks "target node feature weight", a blank for what
/// the mask sums over.
[[nodiscard]] std::string explanation_tsv(const ExplainResult& result, Entries entries);

/// Bytes of an .npz file of all targets, one after the other: targets [T] (numbers in the set),
/// edge_ptr [T + 1], edge_index [2, M] (numbers in the graph), edge_mask [M]; node_ptr [T + 1],
/// node [K] (numbers in the graph), and node_mask [K, F] or [K, 1], or feature_mask [T, F] where
/// features alone have masks. What was not asked for is absent. Equal results give equal bytes.
[[nodiscard]] std::string explanation_npz(const ExplainResult& result);

/// The neighbourhood of one target as an SVG document: draw_graph() of its edges.
/// @throws InvalidArgument  for a target outside the result, or one without an edge mask.
[[nodiscard]] std::string explanation_svg(const ExplainResult& result, std::size_t target);

}  // namespace isthmus::explain
