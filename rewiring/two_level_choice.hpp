#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

#include "contiguous_parts.hpp"
#include "pair_order.hpp"
#include "quotient_network.hpp"
#include "resistance_network.hpp"

namespace isthmus::rewiring {

/// The edges of GTR in two levels: between parts in the order of GTR on their quotient network, and
/// inside parts as each part proposes by itself.
///
/// A step takes the next pair of parts, finds the pairs of nodes across it that the network's
/// estimates rank best, and scores them exactly, beside the best proposals of the parts. The best
/// of all is added. What was added before decides alone: a larger budget begins with the smaller
/// one's steps.
class TwoLevelChoice {
 public:
  /// @param conductance  Of the graph, which both must outlive this. @param parts  >= 1
  /// @param rescore  Pairs across scored exactly at a step, >= 1.
  TwoLevelChoice(const Graph& graph, std::span<const double> conductance, std::int64_t parts,
                 std::int64_t rescore);

  /// As ResistanceNetwork::best(); ties are counted among the pairs scored.
  [[nodiscard]] ResistanceNetwork::Best best(ResistanceNetwork& network, const PairOrder& order);
  void add_edge(Edge edge);

  [[nodiscard]] const ContiguousParts& parts() const noexcept { return parts_; }

 private:
  struct Proposals {
    std::vector<Edge> edges;
    std::size_t next = 0;
  };

  [[nodiscard]] std::vector<Edge> across(const ResistanceNetwork& network);
  [[nodiscard]] std::vector<Edge> inside(const ResistanceNetwork& network);
  void propose(std::int64_t part);

  const Graph& input_;
  std::span<const double> conductance_;
  EditableGraph now_;
  std::int64_t rescore_;
  ContiguousParts parts_;
  QuotientNetwork quotient_;
  std::vector<Proposals> proposals_;  ///< [parts]
};

}  // namespace isthmus::rewiring
