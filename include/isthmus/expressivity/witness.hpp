#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/homomorphisms.hpp"
#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// What the counts of a class witness count.
enum class WitnessKind : std::uint8_t {
  kObjects,  ///< Objects (nodes, pairs, triples) of one colour.
  kRows,     ///< Nodes u whose pairs (u, v) have one multiset of colours: tests pooled VS.
  kColumns,  ///< Nodes v whose pairs (u, v) have one multiset of colours: tests pooled SV.
};

/// A colour that two graphs hold unequally often.
struct ClassWitness {
  WitnessKind kind = WitnessKind::kObjects;
  std::int32_t round = 0;    ///< The last one of the refinement.
  std::uint32_t colour = 0;  ///< Of an object; of rows and columns the number of the multiset.
  std::int64_t count_a = 0;
  std::int64_t count_b = 0;
  /// The first such object of each graph: one node, or the nodes of the tuple; empty where it has
  /// none.
  std::vector<NodeId> object_a, object_b;
};

/// The witness of a refinement of two graphs: of the colours of its last round that the two hold
/// unequally often, the one that is held least often in all (then the smallest). To be the witness
/// of the first round that tells them apart, refine with until_graphs_differ.
/// @return Nothing where no count differs: graphs that are not distinguished, or by a pooling that
///         neither objects nor rows nor columns show.
/// @throws InvalidArgument  unless the refinement is one of these two graphs.
[[nodiscard]] std::optional<ClassWitness> class_witness(const Refinement& refinement,
                                                        const WlGraph& a, const WlGraph& b);

/// Options of unfolding_tree().
struct UnfoldingTreeOptions {
  std::int32_t depth = 1;  ///< Rounds of 1-WL, >= 0.
  /// Lines of text, >= 1, and greatest depth; a last line tells how many were left off.
  std::int64_t max_lines = 200;
};

/// What 1-WL sees of a node in `depth` rounds, as text: a line a node of the unfolding tree,
/// indented by its depth. Children that look alike are one line with their number; a subtree that
/// was written before is named, not repeated.
///
///     node of degree 3
///       1 x node of degree 1
///         1 x node
///       2 x node of degree 2
///         2 x node
///
/// @throws InvalidArgument  for a node that the graph lacks, depth < 0, max_lines < 1.
[[nodiscard]] std::string unfolding_tree(const WlGraph& graph, NodeId node,
                                         const UnfoldingTreeOptions& options = {});

/// Which patterns may witness a verdict.
enum class PatternClass : std::uint8_t {
  kTrees,      ///< 1-WL.
  kTreewidth2  ///< Trees, then cycles, then all of treewidth 2: tests of the power of 2-FWL or
               ///< less.
};

/// Options of pattern_witness().
struct PatternWitnessOptions {
  PatternClass patterns = PatternClass::kTrees;
  std::int32_t max_tree_nodes = 10;   ///< Of trees, 1..16.
  std::int32_t max_cycle_nodes = 12;  ///< Of cycles, 0..64.
  std::int32_t max_nodes = 7;         ///< Of other patterns of treewidth 2, 0..8.
  /// Steps of counting (homomorphisms(), Cost) that all patterns together may take, >= 0: the
  /// search ends before the first pattern beyond.
  std::int64_t max_steps = 2'000'000'000;
  CancelToken cancel = {};  ///< Looked at once a pattern; nothing is found then.
};

/// A pattern with a different number of homomorphisms to the two graphs.
struct PatternWitness {
  WlGraph pattern;
  std::string graph6;  ///< Of the pattern, without labels.
  Count hom_a, hom_b;
};

/// The smallest pattern F, trees before cycles before others, by nodes, then edges, with
/// hom(F, a) != hom(F, b). If both graphs are without labels or if structure alone tells them
/// apart, F has none; else its nodes carry labels that occur. Edge labels are not looked at.
/// @return Nothing where no pattern of the options' sizes differs, or none below 2^128.
/// @throws InvalidArgument  for a graph that is not simple or an option outside its range.
/// @par Cost  As many homomorphisms() as there are patterns: 202 trees of up to 10 nodes.
[[nodiscard]] std::optional<PatternWitness> pattern_witness(
    const WlGraph& a, const WlGraph& b, const PatternWitnessOptions& options = {});

}  // namespace isthmus::expressivity
