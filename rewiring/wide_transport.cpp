#include "wide_transport.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "list_flow.hpp"

namespace isthmus::rewiring {
namespace {

using Numbers = std::unordered_map<NodeId, std::int32_t>;

/// Rows 0 .. S-1, columns S .. S+T-1, then source, sink and the nodes between.
class WideTransport {
 public:
  WideTransport(const CsrView& csr, const Side& sources, const Side& sinks)
      : csr_(csr),
        sources_(sources),
        sinks_(sinks),
        rows_(static_cast<std::int32_t>(sources.size())),
        source_(rows_ + static_cast<std::int32_t>(sinks.size())),
        sink_(source_ + 1),
        flow_(sink_ + 1) {}

  std::vector<Shipment> solve() {
    link_at_one();
    flow_.augment(source_, sink_);
    link_at_two();
    flow_.augment(source_, sink_);
    read_pairs();
    read_walks();
    ship_the_rest();
    return merged();
  }

 private:
  /// An arc of the network: row -> column, row -> node between, or node between -> column.
  struct Link {
    std::int64_t arc = 0;
    std::size_t row = 0;
    std::size_t column = 0;
    std::int32_t between = 0;
  };
  /// Mass that a row or column has.
  struct Part {
    std::size_t end = 0;
    std::int64_t mass = 0;
  };

  void link_at_one() {
    for (std::size_t r = 0; r < sources_.size(); ++r) {
      supply_.push_back(flow_.add_arc(source_, static_cast<std::int32_t>(r), sources_.mass[r]));
    }
    Numbers column_of;
    for (std::size_t c = 0; c < sinks_.size(); ++c) {
      demand_.push_back(flow_.add_arc(rows_ + static_cast<std::int32_t>(c), sink_, sinks_.mass[c]));
      column_of.emplace(sinks_.node[c], static_cast<std::int32_t>(c));
    }
    for (std::size_t r = 0; r < sources_.size(); ++r) {
      for (const NodeId w : csr_.row(sources_.node[r])) {
        if (const auto found = column_of.find(w); found != column_of.end()) {
          const std::int64_t arc = flow_.add_arc(static_cast<std::int32_t>(r),
                                                 rows_ + found->second, ListFlow::kUnlimited);
          pairs_.push_back({arc, r, static_cast<std::size_t>(found->second), 0});
        }
      }
    }
  }

  /// The step of the duals: what is tight changes.
  void link_at_two() {
    for (const Link& pair : pairs_) {
      const bool from = flow_.is_reached(static_cast<std::int32_t>(pair.row));
      const bool to = flow_.is_reached(rows_ + static_cast<std::int32_t>(pair.column));
      if (from != to) {
        flow_.close(pair.arc);
      }
    }
    Numbers between;
    for (std::size_t c = 0; c < sinks_.size(); ++c) {
      if (!flow_.is_reached(rows_ + static_cast<std::int32_t>(c))) {
        for (const NodeId w : csr_.row(sinks_.node[c])) {
          const auto number = static_cast<std::int32_t>(between.size());
          out_.push_back({0, 0, c, between.emplace(w, number).first->second});
        }
      }
    }
    for (std::size_t r = 0; r < sources_.size(); ++r) {
      if (flow_.is_reached(static_cast<std::int32_t>(r))) {
        for (const NodeId w : csr_.row(sources_.node[r])) {
          if (const auto found = between.find(w); found != between.end()) {
            in_.push_back({0, r, 0, found->second});
          }
        }
      }
    }
    const std::int32_t first = sink_ + 1;
    between_ = between.size();
    flow_.add_nodes(static_cast<std::int32_t>(between_));
    for (Link& link : out_) {
      link.arc = flow_.add_arc(first + link.between, rows_ + static_cast<std::int32_t>(link.column),
                               ListFlow::kUnlimited);
    }
    for (Link& link : in_) {
      link.arc = flow_.add_arc(static_cast<std::int32_t>(link.row), first + link.between,
                               ListFlow::kUnlimited);
    }
  }

  void ship(std::size_t row, std::size_t column, std::int64_t mass, std::int32_t hops) {
    if (mass > 0) {
      shipments_.push_back({sources_.node[row], sinks_.node[column], mass, hops});
    }
  }

  void read_pairs() {
    for (const Link& pair : pairs_) {
      ship(pair.row, pair.column, flow_.flow(pair.arc), 1);
    }
  }

  /// What comes into a node between goes out in the same order.
  void read_walks() {
    std::vector<std::vector<Part>> into(between_);
    std::vector<std::vector<Part>> out_of(between_);
    for (const Link& link : in_) {
      into[static_cast<std::size_t>(link.between)].push_back({link.row, flow_.flow(link.arc)});
    }
    for (const Link& link : out_) {
      out_of[static_cast<std::size_t>(link.between)].push_back({link.column, flow_.flow(link.arc)});
    }
    for (std::size_t w = 0; w < between_; ++w) {
      match(into[w], out_of[w], 2);
    }
  }

  void ship_the_rest() {
    std::vector<Part> from;
    std::vector<Part> to;
    for (std::size_t r = 0; r < sources_.size(); ++r) {
      from.push_back({r, sources_.mass[r] - flow_.flow(supply_[r])});
    }
    for (std::size_t c = 0; c < sinks_.size(); ++c) {
      to.push_back({c, sinks_.mass[c] - flow_.flow(demand_[c])});
    }
    match(from, to, 3);
  }

  /// Ships the mass of the rows to the columns, first come, first served.
  void match(std::vector<Part>& from, std::vector<Part>& to, std::int32_t hops) {
    std::size_t next = 0;
    for (Part& part : from) {
      while (part.mass > 0) {
        const std::int64_t mass = std::min(part.mass, to[next].mass);
        ship(part.end, to[next].end, mass, hops);
        part.mass -= mass;
        to[next].mass -= mass;
        next += to[next].mass == 0 ? 1 : 0;
      }
    }
  }

  /// Sorted, and the parts of a pair that took several ways together.
  std::vector<Shipment> merged() {
    std::sort(shipments_.begin(), shipments_.end(), [](const Shipment& a, const Shipment& b) {
      return std::tie(a.from, a.to) < std::tie(b.from, b.to);
    });
    std::vector<Shipment> result;
    for (const Shipment& next : shipments_) {
      if (!result.empty() && result.back().from == next.from && result.back().to == next.to) {
        result.back().mass += next.mass;
      } else {
        result.push_back(next);
      }
    }
    return result;
  }

  const CsrView& csr_;
  const Side& sources_;
  const Side& sinks_;
  std::int32_t rows_;
  std::int32_t source_;
  std::int32_t sink_;
  ListFlow flow_;
  std::vector<std::int64_t> supply_;  ///< Arcs source -> row.
  std::vector<std::int64_t> demand_;  ///< Arcs column -> sink.
  std::vector<Link> pairs_;
  std::vector<Link> in_;
  std::vector<Link> out_;
  std::size_t between_ = 0;
  std::vector<Shipment> shipments_;
};

}  // namespace

std::vector<Shipment> wide_transport(const CsrView& csr, const Side& sources, const Side& sinks) {
  return WideTransport(csr, sources, sinks).solve();
}

}  // namespace isthmus::rewiring
