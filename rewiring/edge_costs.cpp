#include "edge_costs.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/arc_slot.hpp"

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

/// Of the arc u -> v in the row of v.
double length_of(const CsrView& csr, std::span<const double> length, NodeId u, NodeId v) {
  return length[index(arc_slot(csr, v, u))];
}

}  // namespace

void check_lengths(const Graph& graph, std::span<const double> length, const char* function) {
  const auto refuse = [&](const std::string& rule) {
    throw InvalidArgument(std::string(function) + ": length must " + rule);
  };
  const CsrView csr = graph.csr();
  if (length.size() != csr.col.size()) {
    refuse("have one entry per arc, " + std::to_string(csr.col.size()) + ", got " +
           std::to_string(length.size()));
  }
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    for (const NodeId u : csr.row(v)) {
      const double value = length_of(csr, length, u, v);
      const bool good = value > 0.0 && std::isfinite(value);
      if (!good || value != length_of(csr, length, v, u)) {
        std::ostringstream text;
        text << (good ? "be the same for both arcs" : "be > 0 and finite") << ", edge "
             << std::min(u, v) << '-' << std::max(u, v) << " has " << value;
        refuse(text.str());
      }
    }
  }
}

void EdgeCosts::find(Edge edge) {
  split_measures(csr_, edge, idleness_, split_);
  const std::size_t sinks = split_.sink.size();
  cost_.resize(split_.source.size() * sinks);
  for (std::size_t i = 0; i < split_.source.size(); ++i) {
    paths_.find(split_.source.node[i], split_.sink.node,
                std::span(cost_).subspan(i * sinks, sinks));
  }
  paths_.find(edge.u, {&edge.v, 1}, {&distance_, 1});
}

}  // namespace isthmus::rewiring
