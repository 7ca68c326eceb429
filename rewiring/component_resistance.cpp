#include "component_resistance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/arc_slot.hpp"
#include "isthmus/linalg/dense_pinv.hpp"
#include "isthmus/linalg/pcg.hpp"
#include "isthmus/linalg/pinv_trace.hpp"
#include "isthmus/linalg/sparse_cholesky.hpp"

#include "farthest_by_hops.hpp"
#include "index.hpp"
#include "largest_resistance.hpp"
#include "pinv_solver.hpp"
#include "signed_edges.hpp"
#include "tie_rule.hpp"
#include "tier_choice.hpp"

namespace isthmus::rewiring_detail {
namespace {

using linalg::Conductances;
using rewiring::index;
using rewiring::ResistanceOptions;
using rewiring::ResistanceTier;

constexpr std::int64_t kColumns = rewiring::kSketchColumns;
/// Groups of columns sketched at once: sums over edges are held for each. Never the number of
/// threads, of which results are independent.
constexpr std::int64_t kGroups = 4;
/// Of what is summed in a sketch; rounding there is far below its own error.
constexpr double kSketchTolerance = 1e-6;
constexpr double kPairTolerance = 1e-10;

void stop_if_cancelled(const ResistanceOptions& options) {
  if (options.cancel.requested()) {
    throw Interrupted("resistance: cancelled");
  }
}

// --- dense ---------------------------------------------------------------------------------------

double resistance_of(const linalg::DenseSymmetric& p, NodeId i, NodeId j) {
  return p(i, i) + p(j, j) - 2.0 * p(i, j);
}

/// The largest R and the smallest pair that is tied with it.
void find_largest(const linalg::DenseSymmetric& p, ComponentAnswer& answer) {
  std::vector<double> best(index(p.n), 0.0);  // of each node with later ones
  parallel_chunks(p.n, [&](std::int64_t i) {
    for (auto j = static_cast<NodeId>(i + 1); j < p.n; ++j) {
      best[index(i)] = std::max(best[index(i)], resistance_of(p, static_cast<NodeId>(i), j));
    }
  });
  answer.max = best.empty() ? 0.0 : *std::max_element(best.begin(), best.end());
  for (NodeId i = 0; i + 1 < p.n; ++i) {
    if (!rewiring::is_tied(answer.max, best[index(i)])) {
      continue;
    }
    NodeId j = i + 1;
    while (!rewiring::is_tied(answer.max, resistance_of(p, i, j))) {
      ++j;
    }
    answer.max_pair = {i, j};
    return;
  }
}

ComponentAnswer dense(const ComponentTask& task, const ResistanceOptions& options) {
  const linalg::DenseSymmetric p = linalg::dense_pinv(
      task.network, {.max_nodes = options.max_dense_nodes, .memory_limit = options.memory_limit});
  ComponentAnswer answer{.tier = ResistanceTier::kDense};
  for (NodeId i = 0; i < p.n; ++i) {
    answer.total += p.n * p(i, i);
  }
  find_largest(p, answer);
  for (const auto& [u, v] : task.edges) {
    answer.edge_resistance.push_back(resistance_of(p, u, v));
  }
  for (const auto& [s, t] : task.pairs) {
    double squares = 0.0;
    for (NodeId i = 0; i < p.n; ++i) {
      const double difference = p(s, i) - p(t, i);
      squares += difference * difference;
    }
    answer.pair_resistance.push_back(resistance_of(p, s, t));
    answer.pair_biharmonic_sq.push_back(squares);
  }
  return answer;
}

void place_largest(const rewiring::LargestResistance& largest, ComponentAnswer& answer) {
  answer.max = largest.value;
  answer.max_pair = largest.pair;
  answer.max_exact = largest.exact;
}

// --- pairs by solves -----------------------------------------------------------------------------

/// R and B of the pairs from v = L+ (e_s - e_t), which `solve` gives up to a constant.
template <typename Solve>
void solve_pairs(const ComponentTask& task, const Solve& solve, ComponentAnswer& answer) {
  const std::int64_t n = task.network.graph.num_nodes();
  for (std::size_t first = 0; first < task.pairs.size(); first += index(kColumns)) {
    const std::size_t width = std::min(index(kColumns), task.pairs.size() - first);
    std::vector<double> b(index(n) * width, 0.0);
    for (std::size_t c = 0; c < width; ++c) {
      const auto [s, t] = task.pairs[first + c];
      b[index(s) * width + c] += 1.0;
      b[index(t) * width + c] -= 1.0;
    }
    const std::vector<double> x = solve(b, static_cast<std::int64_t>(width));
    for (std::size_t c = 0; c < width; ++c) {
      double mean = 0.0;
      for (std::size_t v = 0; v < index(n); ++v) {
        mean += x[v * width + c] / static_cast<double>(n);
      }
      double squares = 0.0;
      for (std::size_t v = 0; v < index(n); ++v) {
        const double value = x[v * width + c] - mean;
        squares += value * value;
      }
      const auto [s, t] = task.pairs[first + c];
      answer.pair_resistance.push_back(x[index(s) * width + c] - x[index(t) * width + c]);
      answer.pair_biharmonic_sq.push_back(squares);
    }
  }
}

// --- sparse --------------------------------------------------------------------------------------

ComponentAnswer sparse(const ComponentTask& task, std::span<const NodeId> order,
                       const ResistanceOptions& options) {
  const linalg::SparseCholesky factor(task.network,
                                      {.order = order, .memory_limit = options.memory_limit});
  stop_if_cancelled(options);
  const linalg::SelectedInverse g = factor.selected_inverse();
  const CsrView csr = task.network.graph.csr();
  ComponentAnswer answer{.tier = ResistanceTier::kSparse};
  const std::vector<double> diagonal = rewiring::pinv_diagonal(factor, g);
  answer.total =
      static_cast<double>(diagonal.size()) * std::accumulate(diagonal.begin(), diagonal.end(), 0.0);
  const auto solve = [&](const std::vector<double>& b, std::int64_t width) {
    return factor.solve(b, width);
  };
  place_largest(rewiring::largest_resistance(diagonal, solve), answer);
  for (const auto& [u, v] : task.edges) {
    const EdgeId slot = arc_slot(csr, u, v);
    answer.edge_resistance.push_back(g.diagonal[index(u)] + g.diagonal[index(v)] -
                                     2.0 * g.arc[index(slot)]);
  }
  solve_pairs(task, solve, answer);
  return answer;
}

// --- sketch --------------------------------------------------------------------------------------

/// R of the edges, group by group of columns, always added in the order of the groups.
void sketch_edges(const ComponentTask& task, const linalg::Pcg& solver,
                  const ResistanceOptions& options, ComponentAnswer& answer) {
  const std::vector<double> roots = rewiring::edge_roots(task.network, task.edges);
  const std::int64_t groups = (answer.columns + kColumns - 1) / kColumns;
  answer.edge_resistance.assign(task.edges.size(), 0.0);
  for (std::int64_t first = 0; first < groups; first += kGroups) {
    stop_if_cancelled(options);
    const std::int64_t now = std::min(kGroups, groups - first);
    std::vector<std::vector<double>> sum(index(now), std::vector<double>(task.edges.size()));
    std::array<bool, kGroups> converged{};
    parallel_chunks(now, [&](std::int64_t i) {
      const linalg::PcgResult solved =
          solver.solve(rewiring::signed_edges(task.network.graph.num_nodes(), task.edges, roots,
                                              options.seed, first + i),
                       kColumns, {.tolerance = kSketchTolerance, .cancel = options.cancel});
      converged[index(i)] = solved.converged;
      for (std::size_t e = 0; e < task.edges.size(); ++e) {
        const double* const x = solved.x.data() + index(task.edges[e].u) * index(kColumns);
        const double* const y = solved.x.data() + index(task.edges[e].v) * index(kColumns);
        for (std::size_t c = 0; c < index(kColumns); ++c) {
          sum[index(i)][e] += (x[c] - y[c]) * (x[c] - y[c]);
        }
      }
    });
    for (std::int64_t i = 0; i < now; ++i) {
      answer.converged = answer.converged && converged[index(i)];
      for (std::size_t e = 0; e < task.edges.size(); ++e) {
        answer.edge_resistance[e] += sum[index(i)][e] / static_cast<double>(groups * kColumns);
      }
    }
    report_progress(
        options.progress,
        {.what = "columns", .done = (first + now) * kColumns, .total = groups * kColumns});
  }
  answer.columns = groups * kColumns;
}

ComponentAnswer sketch(const ComponentTask& task, const ResistanceOptions& options) {
  const double n = task.network.graph.num_nodes();
  ComponentAnswer answer{.tier = ResistanceTier::kSketch};
  answer.columns = options.eps > 0.0 ? std::max<std::int64_t>(
                                           1, static_cast<std::int64_t>(std::ceil(
                                                  24.0 * std::log(n) / options.eps / options.eps)))
                                     : options.columns;
  const linalg::Pcg solver(task.network, options.seed);
  sketch_edges(task, solver, options, answer);
  const linalg::PinvTraceResult trace = linalg::pinv_trace(
      solver, {.solves = options.trace_solves, .seed = options.seed, .cancel = options.cancel});
  answer.total = n * trace.trace;
  answer.total_stderr = n * trace.standard_error;
  answer.converged = answer.converged && trace.converged;
  const auto solve = [&](const std::vector<double>& b, std::int64_t width) {
    linalg::PcgResult solved =
        solver.solve(b, width, {.tolerance = kPairTolerance, .cancel = options.cancel});
    answer.converged = answer.converged && solved.converged;
    return std::move(solved.x);
  };
  solve_pairs(task, solve, answer);
  place_largest(rewiring::far_pair(task.network.graph.num_nodes(),
                                   rewiring::farthest_by_hops(task.network.graph, 0), solve),
                answer);
  stop_if_cancelled(options);
  return answer;
}

}  // namespace

ComponentAnswer component_resistance(const ComponentTask& task, const ResistanceOptions& options) {
  const std::int64_t n = task.network.graph.num_nodes();
  if (n == 1) {
    const std::vector<double> zeros(task.pairs.size(), 0.0);
    return {.pair_resistance = zeros, .pair_biharmonic_sq = zeros};
  }
  rewiring::TierChoice choice{.tier = options.tier};
  if (options.tier == ResistanceTier::kAuto) {
    choice =
        rewiring::choose_tier(task.network.graph, {.max_dense_nodes = options.max_dense_nodes,
                                                   .memory_limit = options.memory_limit,
                                                   .max_factor_work = options.max_factor_work});
  }
  ComponentAnswer answer = choice.tier == ResistanceTier::kDense ? dense(task, options)
                           : choice.tier == ResistanceTier::kSparse
                               ? sparse(task, choice.order, options)
                               : sketch(task, options);
  answer.predicted = choice.predicted;
  return answer;
}

}  // namespace isthmus::rewiring_detail
