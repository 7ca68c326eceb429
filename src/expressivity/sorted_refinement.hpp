#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"

#include "joint_rows.hpp"

namespace isthmus::expressivity {

/// 1-WL by sorted rows: each round sorts what each node hears and ranks the nodes by it, so colours
/// are proof. Sets classes, graph_class, colour, stable, and undecided if cancelled.
///
/// @par Cost  A round O((N + E) log N); memory 28 bytes a node and 4 an arc, 16 with edge labels.
[[nodiscard]] Refinement sorted_refinement(const JointRows& rows,
                                           std::span<const std::uint32_t> start,
                                           const RefineOptions& options);

/// Whether all nodes of each class hear the same: then the partition is stable. `element` lists the
/// nodes class by class, those of class c from first[c] on.
///
/// @par Cost  O(N + E), with edge labels also log of the degrees; memory 4 bytes a class and
/// thread.
[[nodiscard]] bool is_equitable(const JointRows& rows, std::span<const std::uint32_t> class_of,
                                std::span<const std::uint32_t> element,
                                std::span<const std::uint32_t> first,
                                std::span<const std::uint32_t> size);

/// Class of each graph by the multiset of its nodes' colours, exactly.
[[nodiscard]] std::vector<std::uint32_t> classes_of_graphs(const JointRows& rows,
                                                           std::span<const std::uint32_t> colour);

/// Whether not all entries are equal: graphs differ.
[[nodiscard]] bool any_differ(std::span<const std::uint32_t> graph_class);

}  // namespace isthmus::expressivity
