#include "isthmus/rewiring/resistance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/available_memory.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/linalg/component_networks.hpp"
#include "isthmus/linalg/dense_pinv.hpp"

#include "component_resistance.hpp"
#include "tier_choice.hpp"

namespace isthmus::rewiring {
namespace {

using linalg::ComponentNetworks;
using rewiring_detail::ComponentTask;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

void check(const Graph& graph, const ResistanceOptions& options) {
  check_simple(graph, "resistance");
  const auto refuse = [](const std::string& rule, const std::string& got) {
    throw InvalidArgument("resistance: " + rule + ", got " + got);
  };
  if (options.columns < 1) {
    refuse("columns must be >= 1", std::to_string(options.columns));
  }
  if (!(options.eps >= 0.0) || !std::isfinite(options.eps)) {
    refuse("eps must be >= 0 and finite", std::to_string(options.eps));
  }
  if (options.trace_solves < 3) {
    refuse("trace_solves must be >= 3", std::to_string(options.trace_solves));
  }
  if (options.max_dense_nodes < 0) {
    refuse("max_dense_nodes must be >= 0", std::to_string(options.max_dense_nodes));
  }
  if (!(options.max_factor_work >= 0.0)) {
    refuse("max_factor_work must be >= 0", std::to_string(options.max_factor_work));
  }
  if (options.memory_limit < -1) {
    refuse("memory_limit must be >= -1", std::to_string(options.memory_limit));
  }
  for (const auto& [u, v] : options.pairs) {
    if (u < 0 || v < 0 || u >= graph.num_nodes() || v >= graph.num_nodes()) {
      refuse("pairs must be of the " + std::to_string(graph.num_nodes()) + " nodes",
             std::to_string(u) + "," + std::to_string(v));
    }
  }
}

/// The edges and pairs of each component, in its own numbers.
std::vector<ComponentTask> tasks_of(const ComponentNetworks& apart, const ResistanceResult& result,
                                    const ResistanceOptions& options) {
  std::vector<ComponentTask> tasks;
  tasks.reserve(apart.part.size());
  for (const linalg::ComponentNetwork& part : apart.part) {
    tasks.push_back({.network = part.network});
  }
  const auto local = [&](const Edge& e) {
    return Edge{apart.local[at(e.u)], apart.local[at(e.v)]};
  };
  for (std::size_t e = 0; e < result.edges.size(); ++e) {
    ComponentTask& task = tasks[at(apart.component[at(result.edges[e].u)])];
    task.edges.push_back(local(result.edges[e]));
    task.edge_id.push_back(static_cast<std::int64_t>(e));
  }
  for (std::size_t p = 0; p < options.pairs.size(); ++p) {
    const Edge& pair = options.pairs[p];
    if (apart.component[at(pair.u)] == apart.component[at(pair.v)]) {
      ComponentTask& task = tasks[at(apart.component[at(pair.u)])];
      task.pairs.push_back(local(pair));
      task.pair_id.push_back(static_cast<std::int64_t>(p));
    }
  }
  return tasks;
}

double conductance_of(const linalg::Conductances& network) {
  double sum = 0.0;
  for (const double strength : linalg::strengths(network)) {
    sum += strength;
  }
  return sum / 2.0;
}

/// Moves what was found of one component to its place in the whole.
void place(const linalg::ComponentNetwork& part, const ComponentTask& task,
           const rewiring_detail::ComponentAnswer& answer, ResistanceResult& result) {
  ComponentResistance row;
  row.first_node = part.node.front();
  row.n = static_cast<NodeId>(part.node.size());
  row.m = static_cast<std::int64_t>(task.edges.size());
  row.tier = answer.tier;
  row.predicted = answer.predicted;
  row.total = answer.total;
  row.total_stderr = answer.total_stderr;
  row.max = answer.max;
  row.max_exact = answer.max_exact;
  if (answer.max_pair.u >= 0) {
    row.max_pair = {part.node[at(answer.max_pair.u)], part.node[at(answer.max_pair.v)]};
  }
  row.foster_expected = static_cast<double>(row.n) - 1.0;
  const CsrView csr = part.network.graph.csr();
  for (std::size_t e = 0; e < task.edges.size(); ++e) {
    const auto [u, v] = task.edges[e];
    const auto neighbours = csr.row(u);
    const auto slot =
        csr.rowptr[at(u)] +
        (std::lower_bound(neighbours.begin(), neighbours.end(), v) - neighbours.begin());
    row.foster_sum += part.network.of(slot) * answer.edge_resistance[e];
    result.edge_resistance[at(task.edge_id[e])] = answer.edge_resistance[e];
  }
  const double conductance = task.pairs.empty() ? 0.0 : conductance_of(part.network);
  for (std::size_t p = 0; p < task.pairs.size(); ++p) {
    PairResistance& pair = result.pairs[at(task.pair_id[p])];
    pair.resistance = answer.pair_resistance[p];
    pair.biharmonic_sq = answer.pair_biharmonic_sq[p];
    pair.commute = 2.0 * conductance * pair.resistance;
    pair.gtr_gain = static_cast<double>(row.n) * pair.biharmonic_sq / (1.0 + pair.resistance);
  }
  result.total += row.total;
  result.total_stderr = std::hypot(result.total_stderr, row.total_stderr);
  result.tier = std::max(result.tier, row.tier);
  result.predicted = costlier(result.predicted, row.predicted);
  result.exact = result.exact && row.tier != ResistanceTier::kSketch;
  if (row.tier == ResistanceTier::kSketch) {
    result.columns = std::max(result.columns, answer.columns);
    result.eps = std::max(result.eps, std::sqrt(24.0 * std::log(static_cast<double>(row.n)) /
                                                static_cast<double>(answer.columns)));
  }
  result.converged = result.converged && answer.converged;
  result.components.push_back(row);
}

}  // namespace

std::string_view name_of(ResistanceTier tier) {
  constexpr std::array<std::string_view, 4> kNames = {"auto", "dense", "sparse", "sketch"};
  return kNames[static_cast<std::size_t>(tier)];
}

ResistanceResult resistance(const linalg::Conductances& network, const ResistanceOptions& options) {
  check(network.graph, options);
  const ComponentNetworks apart = linalg::component_networks(network);
  ResistanceResult result;
  result.edges = network.graph.edges();
  result.edge_resistance.resize(result.edges.size());
  for (const Edge& pair : options.pairs) {
    result.pairs.push_back({pair, kInfinity, kUnknown, kUnknown, kUnknown});
  }
  const std::vector<ComponentTask> tasks = tasks_of(apart, result, options);
  for (std::size_t c = 0; c < tasks.size(); ++c) {
    if (options.cancel.requested()) {
      throw Interrupted("resistance: cancelled after " + std::to_string(c) + " of " +
                        std::to_string(tasks.size()) + " components");
    }
    place(apart.part[c], tasks[c], rewiring_detail::component_resistance(tasks[c], options),
          result);
    report_progress(options.progress, {.what = "components",
                                       .done = static_cast<std::int64_t>(c) + 1,
                                       .total = static_cast<std::int64_t>(tasks.size())});
  }
  return result;
}

std::vector<double> resistance_matrix(const linalg::Conductances& network, NodeId max_nodes,
                                      std::int64_t memory_limit) {
  const ComponentNetworks apart = linalg::component_networks(network);
  const std::int64_t nodes = network.graph.num_nodes();
  std::int64_t bytes = 8 * nodes * nodes;
  const std::int64_t available = memory_limit >= 0 ? memory_limit : available_memory();
  if (available >= 0 && bytes > available) {
    throw ResourceLimit("resistance_matrix: " + std::to_string(nodes) + " x " +
                        std::to_string(nodes) + " numbers take " + std::to_string(bytes) +
                        " bytes, the limit is " + std::to_string(available));
  }
  const linalg::DensePinvOptions limits{.max_nodes = max_nodes,
                                        .memory_limit = available >= 0 ? available - bytes : -1};
  std::vector<double> matrix(at(nodes * nodes), kInfinity);
  for (const linalg::ComponentNetwork& part : apart.part) {
    const linalg::DenseSymmetric p = linalg::dense_pinv(part.network, limits);
    for (NodeId i = 0; i < p.n; ++i) {
      double* const row = matrix.data() + part.node[at(i)] * nodes;
      for (NodeId j = 0; j < p.n; ++j) {
        row[part.node[at(j)]] = i == j ? 0.0 : p(i, i) + p(j, j) - 2.0 * p(i, j);
      }
    }
  }
  return matrix;
}

}  // namespace isthmus::rewiring
