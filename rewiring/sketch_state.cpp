#include "sketch_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"
#include "keep_first.hpp"
#include "scored_pair.hpp"
#include "sorted_edge.hpp"
#include "step_method.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr double kNoScore = -std::numeric_limits<double>::infinity();
constexpr double kWanted = std::numeric_limits<double>::infinity();
constexpr double kColumnTolerance = 1e-10;
/// |e_s - e_t - L v| of an edge that is added; sqrt(2) is what v = 0 leaves.
constexpr double kPotentialError = 1e-8;
constexpr std::int64_t kCorrectedRows = 4096;

PinvSolver solver_of(const linalg::Conductances& network, const SketchState::Options& options) {
  return PinvSolver(network, {.kind = options.solver,
                              .order = options.order,
                              .memory_limit = options.memory_limit,
                              .seed = options.seed});
}

ResistanceSketch sketch_of(const linalg::Conductances& network, const PinvSolver& solver,
                           const SketchState::Options& options) {
  return {network,
          solver,
          {.columns = options.columns,
           .seed = options.seed,
           .cancel = options.cancel,
           .done = [&](std::int64_t done, std::int64_t total) {
             report_progress(options.progress, {.what = "columns", .done = done, .total = total});
           }}};
}

double square_of(std::span<const double> v) {
  return std::inner_product(v.begin(), v.end(), v.begin(), 0.0);
}

}  // namespace

SketchState::SketchState(linalg::Conductances network, const Options& options)
    : options_(options),
      network_(std::move(network)),
      graph_(network_.graph),
      solver_(solver_of(network_, options)),
      total_(solver_.total(options.trace_solves, options.cancel)),
      sketch_(sketch_of(network_, solver_, options)),
      known_(network_.graph.num_nodes()),
      candidates_(options.seed) {
  options_.order = {};  // the caller's
  converged_ = total_.converged && sketch_.converged();
}

bool SketchState::is_complete() const {
  const std::int64_t n = num_nodes();
  return 2 * graph_.num_edges() == n * (n - 1);
}

double SketchState::exact_score(NodeId u, NodeId v) const {
  return known_.biharmonic_sq(u, v) / (1.0 + known_.resistance(u, v));
}

void SketchState::make_room(const std::vector<NodeId>& wanted, std::size_t missing) {
  const std::size_t room =
      std::max({index(sketch_.columns()), index(4 * options_.rescore), wanted.size()}) - missing;
  if (known_.size() <= room) {
    return;
  }
  // Those that are in no good pair go.
  std::vector<ScoredPair> reach;
  for (const NodeId u : known_.nodes()) {
    double best = kNoScore;
    if (std::binary_search(wanted.begin(), wanted.end(), u)) {
      best = kWanted;
    }
    for (const NodeId v : known_.nodes()) {
      best = u == v || has_edge(u, v) ? best : std::max(best, exact_score(u, v));
    }
    reach.push_back({best, {u, u}});
  }
  std::vector<std::size_t> places(reach.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::sort(places.begin(), places.end(),
            [&](std::size_t a, std::size_t b) { return reach[a] < reach[b]; });
  places.resize(room);
  std::sort(places.begin(), places.end());
  known_.keep(places);
}

void SketchState::know(std::vector<NodeId> nodes) {
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  const std::vector<NodeId> wanted = nodes;
  std::erase_if(nodes, [&](NodeId v) { return known_.knows(v); });
  if (nodes.empty()) {
    return;
  }
  make_room(wanted, nodes.size());
  const std::size_t width = nodes.size();
  const std::int64_t n = num_nodes();
  std::vector<double> b(index(n) * width);
  for (std::size_t c = 0; c < width; ++c) {
    b[index(nodes[c]) * width + c] = 1.0;
  }
  PinvSolver::Answer solved = solver_.solve(std::move(b), static_cast<std::int64_t>(width),
                                            kColumnTolerance, options_.cancel);
  converged_ = converged_ && solved.converged;
  parallel_chunks((n + kCorrectedRows - 1) / kCorrectedRows, [&](std::int64_t chunk) {
    const std::int64_t last = std::min(n, (chunk + 1) * kCorrectedRows);
    for (const Edit& edit : since_) {
      for (std::int64_t x = chunk * kCorrectedRows; x < last; ++x) {
        for (std::size_t c = 0; c < width; ++c) {
          solved.x[index(x) * width + c] -= edit.c * edit.v[index(nodes[c])] * edit.v[index(x)];
        }
      }
    }
  });
  known_.insert(nodes, solved.x);
}

std::vector<double> SketchState::scores(std::span<const Edge> pairs) {
  std::vector<NodeId> wanted;
  for (const Edge& pair : pairs) {
    wanted.insert(wanted.end(), {pair.u, pair.v});
  }
  know(std::move(wanted));
  std::vector<double> scores;
  for (const Edge& pair : pairs) {
    scores.push_back(exact_score(pair.u, pair.v));
  }
  return scores;
}

double SketchState::resistance(NodeId u, NodeId v) {
  const std::vector<double> x = potential(sorted_edge(u, v));
  return std::abs(x[index(u)] - x[index(v)]);
}

double SketchState::biharmonic_sq(NodeId u, NodeId v) {
  return square_of(potential(sorted_edge(u, v)));
}

std::vector<double> SketchState::potential(Edge edge) {
  know({edge.u, edge.v});
  std::vector<double> v = known_.potential(edge.u, edge.v);
  if (!fits(edge, v)) {  // Rounding of many edges, or a solver that did not come to its end.
    renew_solver();
    known_.clear();
    know({edge.u, edge.v});
    v = known_.potential(edge.u, edge.v);
  }
  return v;
}

bool SketchState::fits(Edge edge, std::span<const double> v) const {
  std::vector<double> rest(v.size());
  linalg::laplacian_product(network_, v, rest);
  for (const Edit& edit : since_) {
    const double current = v[index(edit.edge.u)] - v[index(edit.edge.v)];
    rest[index(edit.edge.u)] += current;
    rest[index(edit.edge.v)] -= current;
  }
  rest[index(edge.u)] -= 1.0;
  rest[index(edge.v)] += 1.0;
  return std::sqrt(square_of(rest)) <= kPotentialError;
}

void SketchState::renew_solver() {
  std::vector<Edge> edges;
  for (const Edit& edit : since_) {
    edges.push_back(edit.edge);
  }
  WeightedGraph now = with_unit_edges(network_.graph, network_.weight, edges);
  network_ = {.graph = std::move(now.graph), .weight = std::move(now.conductance)};
  since_.clear();
  solver_ = solver_of(network_, options_);
}

void SketchState::add_edge(NodeId u, NodeId v) {
  const Edge edge = sorted_edge(u, v);
  ISTHMUS_ASSERT(u != v && !has_edge(u, v));
  if (since_.size() == kEditsOfSolver) {
    renew_solver();
  }
  Edit edit{.edge = edge, .v = potential(edge)};
  edit.c = 1.0 / (1.0 + edit.v[index(edge.u)] - edit.v[index(edge.v)]);
  total_.value -= num_nodes() * edit.c * square_of(edit.v);
  sketch_.add_edge(edge, 1.0, edit.v, step_++);
  known_.add_edge(edge, 1.0, edit.v);
  graph_.add_edge(edge.u, edge.v);
  since_.push_back(std::move(edit));
}

std::vector<Edge> SketchState::best_unknown(const std::vector<NodeId>& nodes) const {
  std::vector<std::vector<ScoredPair>> of_row(nodes.size());
  parallel_chunks(static_cast<std::int64_t>(nodes.size()), [&](std::int64_t i) {
    const NodeId u = nodes[index(i)];
    std::vector<ScoredPair>& pairs = of_row[index(i)];
    for (std::size_t j = index(i) + 1; j < nodes.size(); ++j) {
      const NodeId v = nodes[j];
      if (!has_edge(u, v) && !(known_.knows(u) && known_.knows(v))) {
        pairs.push_back({sketch_.score(u, v), {u, v}});
      }
    }
    keep_first(pairs, index(options_.rescore));
  });
  std::vector<ScoredPair> pairs;
  for (const std::vector<ScoredPair>& row : of_row) {
    pairs.insert(pairs.end(), row.begin(), row.end());
  }
  keep_first(pairs, index(options_.rescore));
  return edges_of(pairs);
}

/// The smallest pair without an edge. @pre there is one.
Edge SketchState::some_pair() const {
  NodeId u = 0;
  while (graph_.degree(u) + 1 == num_nodes()) {
    ++u;
  }
  NodeId v = 0;
  while (v == u || has_edge(u, v)) {
    ++v;
  }
  return sorted_edge(u, v);
}

double SketchState::best_known() const {
  double best = kNoScore;
  const std::vector<NodeId>& nodes = known_.nodes();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t j = i + 1; j < nodes.size(); ++j) {
      if (!has_edge(nodes[i], nodes[j])) {
        best = std::max(best, exact_score(nodes[i], nodes[j]));
      }
    }
  }
  return best;
}

void SketchState::scan() {
  best_ = kNoScore;
  if (is_complete()) {
    return;
  }
  const std::vector<NodeId> nodes =
      candidates_.find(sketch_, network_.graph, step_, known_.nodes());
  std::vector<NodeId> wanted;
  for (const Edge& pair : best_unknown(nodes)) {
    wanted.insert(wanted.end(), {pair.u, pair.v});
  }
  know(std::move(wanted));
  best_ = best_known();
  if (best_ == kNoScore) {
    const Edge pair = some_pair();
    know({pair.u, pair.v});
    best_ = best_known();
  }
}

void SketchState::visit_ties(double best, const std::function<void(NodeId, NodeId)>& visit) const {
  if (best == kNoScore) {
    return;
  }
  std::vector<NodeId> nodes = known_.nodes();
  std::sort(nodes.begin(), nodes.end());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t j = i + 1; j < nodes.size(); ++j) {
      if (!has_edge(nodes[i], nodes[j]) && is_tied(best, exact_score(nodes[i], nodes[j]))) {
        visit(nodes[i], nodes[j]);
      }
    }
  }
}

}  // namespace isthmus::rewiring
