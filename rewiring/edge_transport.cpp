#include "edge_transport.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "index.hpp"
#include "wide_transport.hpp"

namespace isthmus::rewiring {
namespace {

bool is_neighbour(Place place) { return place == Place::kPrivate || place == Place::kCommon; }

}  // namespace

EdgeTransport::EdgeTransport(const CsrView& csr, const HubMasks& hubs, const Fraction& idleness,
                             std::int64_t max_pairs)
    : csr_(csr),
      hubs_(hubs),
      idleness_(idleness),
      max_pairs_(max_pairs),
      position_(index(csr.num_rows()), -1),
      ball_(index(csr.num_rows()), 0) {}

/// Entries read by a walk along all rows of a side; hubs are asked by their masks.
std::int64_t EdgeTransport::steps_along(const Side& side) const {
  std::int64_t steps = 0;
  for (std::size_t i = 0; i < side.size(); ++i) {
    if (is_neighbour(side.place[i]) && hubs_.hub(side.node[i]) < 0) {
      steps += csr_.degree(side.node[i]);
    }
  }
  return steps;
}

/// Which of the two costs less to link: columns are walked once, rows once for 64 columns.
bool EdgeTransport::rows_are_sources() const {
  const std::int64_t of_sources = steps_along(split_.source);
  const std::int64_t of_sinks = steps_along(split_.sink);
  const auto source_words = static_cast<std::int64_t>(words_for(split_.source.size()));
  const auto sink_words = static_cast<std::int64_t>(words_for(split_.sink.size()));
  return of_sinks + sink_words * of_sources <= of_sources + source_words * of_sinks;
}

bool EdgeTransport::is_wide() const {
  // Both sides are empty where the measures are equal: K2 at idleness 1/2.
  return !split_.sink.node.empty() &&
         static_cast<std::int64_t>(split_.source.size()) >
             max_pairs_ / static_cast<std::int64_t>(split_.sink.size());
}

void EdgeTransport::link_at_one(const Side& rows, const Side& columns) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Place place = rows.place[r];
    if (is_neighbour(place)) {
      continue;
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (place == Place::kFar || columns.place[c] != Place::kPrivate) {
        set_bit(flow_.arcs(r), c);
      }
    }
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const Place place = columns.place[c];
    if (is_neighbour(place)) {
      continue;
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (place == Place::kFar || rows.place[r] != Place::kPrivate) {
        set_bit(flow_.arcs(r), c);
      }
    }
  }
  const bool rows_walk = steps_along(rows) <= steps_along(columns);
  walk_at_one(rows_walk ? rows : columns, rows_walk ? columns : rows, rows_walk);
}

/// Finds adjacent neighbours along the rows of the walked side.
void EdgeTransport::walk_at_one(const Side& walked, const Side& other, bool rows_walk) {
  const auto link = [&](std::size_t i, std::size_t j) {
    set_bit(flow_.arcs(rows_walk ? i : j), rows_walk ? j : i);
  };
  for (std::size_t j = 0; j < other.size(); ++j) {
    if (is_neighbour(other.place[j])) {
      position_[index(other.node[j])] = static_cast<std::int32_t>(j);
    }
  }
  for (std::size_t i = 0; i < walked.size(); ++i) {
    if (!is_neighbour(walked.place[i])) {
      continue;
    }
    if (const int hub = hubs_.hub(walked.node[i]); hub >= 0) {
      for (std::size_t j = 0; j < other.size(); ++j) {
        if (is_neighbour(other.place[j]) && (hubs_.at_one(other.node[j]) >> hub & 1U) != 0) {
          link(i, j);
        }
      }
      continue;
    }
    for (const NodeId w : csr_.row(walked.node[i])) {
      if (const std::int32_t j = position_[index(w)]; j >= 0) {
        link(i, static_cast<std::size_t>(j));
      }
    }
  }
  for (const NodeId node : other.node) {
    position_[index(node)] = -1;
  }
}

/// The step of the duals: of reached rows the arcs to unreached columns at 2 become tight, of
/// unreached ones those to reached columns no longer are.
void EdgeTransport::link_at_two(const Side& rows, const Side& columns) {
  const ConstWords unreached = flow_.unreached_columns();
  for (std::size_t block = 0; block < unreached.size(); ++block) {
    std::uint64_t neighbours = 0;  // private columns: only to these the distance may be 3
    for_bits(unreached.subspan(block, 1), [&](std::size_t bit) {
      if (columns.place[64 * block + bit] == Place::kPrivate) {
        neighbours |= std::uint64_t{1} << bit;
      }
    });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      std::uint64_t& arcs = flow_.arcs(r)[block];
      if (!flow_.is_reached(r)) {
        arcs &= unreached[block];
      } else if (rows.place[r] == Place::kPrivate) {
        arcs |= unreached[block] & ~neighbours;
      } else {
        arcs |= unreached[block];
      }
    }
    if (neighbours != 0) {
      link_block_at_two(rows, columns, block, neighbours);
    }
  }
}

void EdgeTransport::link_block_at_two(const Side& rows, const Side& columns, std::size_t block,
                                      std::uint64_t wanted) {
  const auto column_node = [&](std::size_t bit) { return columns.node[64 * block + bit]; };
  std::array<std::uint64_t, HubMasks::kHubs> bit_of_hub{};  // of the columns that are hubs
  std::uint64_t hub_columns = 0;
  std::uint64_t plain = 0;
  for_bits({&wanted, 1}, [&](std::size_t bit) {
    if (const int hub = hubs_.hub(column_node(bit)); hub >= 0) {
      bit_of_hub[static_cast<std::size_t>(hub)] = std::uint64_t{1} << bit;
      hub_columns |= std::uint64_t{1} << static_cast<unsigned>(hub);
    } else {
      plain |= std::uint64_t{1} << bit;
    }
  });
  for_bits({&plain, 1}, [&](std::size_t bit) {
    for (const NodeId w : csr_.row(column_node(bit))) {
      ball_[index(w)] |= std::uint64_t{1} << bit;
    }
  });
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows.place[r] != Place::kPrivate || !flow_.is_reached(r)) {
      continue;
    }
    std::uint64_t found = 0;
    if (const int hub = hubs_.hub(rows.node[r]); hub >= 0) {
      for_bits({&wanted, 1}, [&](std::size_t bit) {
        found |= (hubs_.at_two(column_node(bit)) >> hub & 1U) << bit;
      });
    } else {
      for (const NodeId w : csr_.row(rows.node[r])) {
        found |= ball_[index(w)];
        if (found == plain) {
          break;
        }
      }
      const std::uint64_t near_hubs = hubs_.at_two(rows.node[r]) & hub_columns;
      for_bits({&near_hubs, 1}, [&](std::size_t h) { found |= bit_of_hub[h]; });
    }
    flow_.arcs(r)[block] |= found;
  }
  for_bits({&plain, 1}, [&](std::size_t bit) {
    for (const NodeId w : csr_.row(column_node(bit))) {
      ball_[index(w)] = 0;
    }
  });
}

EdgeTransport::Flows EdgeTransport::solve(const Side& rows, const Side& columns) {
  flow_.reset(rows.size(), columns.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    flow_.supply(r) = rows.mass[r];
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    flow_.demand(c) = columns.mass[c];
  }
  Flows flows;
  flows.at_three = std::accumulate(rows.mass.begin(), rows.mass.end(), std::int64_t{0});
  link_at_one(rows, columns);
  flows.at_one = flow_.augment();
  flows.at_three -= flows.at_one;
  if (flows.at_three > 0) {
    link_at_two(rows, columns);
    flows.at_two = flow_.augment();
    flows.at_three -= flows.at_two;
  }
  return flows;
}

Fraction EdgeTransport::curvature(Edge edge) {
  split_measures(csr_, edge, idleness_, split_);
  std::int64_t cost = 0;
  if (is_wide()) {
    for (const Shipment& shipment : wide_transport(csr_, split_.source, split_.sink)) {
      cost += shipment.mass * shipment.hops;
    }
  } else {
    const bool straight = rows_are_sources();
    const Flows flows =
        solve(straight ? split_.source : split_.sink, straight ? split_.sink : split_.source);
    cost = flows.at_one + 2 * flows.at_two + 3 * flows.at_three;
  }
  return {split_.scale - cost, split_.scale};
}

TransportPlan EdgeTransport::plan(Edge edge) {
  split_measures(csr_, edge, idleness_, split_);
  const bool straight = split_.near == edge.u;
  const Side& rows = straight ? split_.source : split_.sink;
  const Side& columns = straight ? split_.sink : split_.source;
  TransportPlan plan{{}, split_.scale};
  if (is_wide()) {
    plan.shipments = wide_transport(csr_, rows, columns);
    return plan;
  }
  (void)solve(rows, columns);
  flow_.for_flow([&](std::size_t r, std::size_t c, std::int64_t mass) {
    const std::span<const NodeId> row = csr_.row(rows.node[r]);
    const bool adjacent = std::binary_search(row.begin(), row.end(), columns.node[c]);
    plan.shipments.push_back({rows.node[r], columns.node[c], mass, adjacent ? 1 : 2});
  });
  std::size_t c = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    while (flow_.supply(r) > 0) {
      const std::int64_t mass = std::min(flow_.supply(r), flow_.demand(c));
      if (mass > 0) {
        plan.shipments.push_back({rows.node[r], columns.node[c], mass, 3});
        flow_.supply(r) -= mass;
        flow_.demand(c) -= mass;
      }
      c += flow_.demand(c) == 0 ? 1 : 0;
    }
  }
  std::sort(plan.shipments.begin(), plan.shipments.end(), [](const Shipment& a, const Shipment& b) {
    return std::tie(a.from, a.to) < std::tie(b.from, b.to);
  });
  return plan;
}

}  // namespace isthmus::rewiring
