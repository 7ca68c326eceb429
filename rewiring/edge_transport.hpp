#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"
#include "isthmus/rewiring/transport_plan.hpp"

#include "hub_masks.hpp"
#include "split_measures.hpp"
#include "word_flow.hpp"

namespace isthmus::rewiring {

/// Cheapest transport between the measures of the two ends of an edge, exactly, edge after edge
/// with the same memory (12 bytes a node and what the largest edge needs). One thread at a time.
///
/// What is left of two neighbouring measures lies at distance 1, 2 or 3. With duals y = 1, z = 0:
/// a largest flow over pairs at 1; a step of the duals (y + 1 at reached sources, z - 1 at reached
/// sinks) makes further pairs tight, those at 2 between reached sources and unreached sinks; a
/// largest flow over the tight pairs; what is left ships at 3. Cost F1 + 2 F2 + 3 F3.
class EdgeTransport {
 public:
  /// Pairs (sources times sinks) beyond `max_pairs` take wide_transport(). `csr` and `hubs` outlive
  /// this.
  EdgeTransport(const CsrView& csr, const HubMasks& hubs, const Fraction& idleness,
                std::int64_t max_pairs);

  /// 1 - W1 between the ends of an edge.
  [[nodiscard]] Fraction curvature(Edge edge);
  /// An optimal plan from the measure of edge.u to that of edge.v: sources and sinks by ascending
  /// id.
  [[nodiscard]] TransportPlan plan(Edge edge);

 private:
  struct Flows {
    std::int64_t at_one = 0;
    std::int64_t at_two = 0;
    std::int64_t at_three = 0;
  };
  Flows solve(const Side& rows, const Side& columns);
  void link_at_one(const Side& rows, const Side& columns);
  void walk_at_one(const Side& walked, const Side& other, bool rows_walk);
  void link_at_two(const Side& rows, const Side& columns);
  void link_block_at_two(const Side& rows, const Side& columns, std::size_t block,
                         std::uint64_t wanted);
  [[nodiscard]] std::int64_t steps_along(const Side& side) const;
  [[nodiscard]] bool rows_are_sources() const;
  [[nodiscard]] bool is_wide() const;

  CsrView csr_;
  const HubMasks& hubs_;
  Fraction idleness_;
  std::int64_t max_pairs_;
  SplitMeasures split_;
  WordFlow flow_;
  std::vector<std::int32_t> position_;  ///< [N] Of a node among those of a side, else -1.
  std::vector<std::uint64_t> ball_;     ///< [N] Columns of a block next to each node, else 0.
};

}  // namespace isthmus::rewiring
