#include "diffusion_push.hpp"

#include <cmath>
#include <utility>

#include "node_loop.hpp"

namespace isthmus::rewiring {
namespace {

/// Terms of the heat kernel, and what may be dropped before each step. Mass r that stays behind
/// before step k changes no entry by more than r * tail(k) * degree, where tail(k) is the sum of
/// the terms from k on; half of the tolerance goes to the steps, in equal parts, half to the tail.
void plan_heat(DiffusionPlan& plan) {
  const DiffusionOptions& options = plan.options;
  double term = std::exp(-options.time);
  double tail = 1.0;
  std::vector<double> tails;
  for (std::int64_t k = 0; tail > options.tolerance / 2 || plan.poisson.empty(); ++k) {
    tails.push_back(tail);
    plan.poisson.push_back(term);
    tail -= term;
    term *= options.time / static_cast<double>(k + 1);
    if (static_cast<double>(k) > options.time && term < options.tolerance / 4) {
      // Past the mode terms fall faster than 1, t / k, (t / k)^2, ...; 1 - sum is rounding by now.
      tail = term / (1.0 - options.time / static_cast<double>(k + 2));
    }
  }
  const auto steps = static_cast<double>(tails.size());
  for (const double after : tails) {
    plan.drop.push_back(options.tolerance / (2.0 * steps * after));
  }
}

}  // namespace

DiffusionPlan make_diffusion_plan(const linalg::Conductances& network,
                                  const DiffusionOptions& options) {
  DiffusionPlan plan{network, linalg::strengths(network), options};
  for (double& degree : plan.degree) {
    degree += 1.0;
  }
  if (options.kernel == DiffusionKernel::kHeat) {
    plan_heat(plan);
  }
  return plan;
}

DiffusionPush::DiffusionPush(const DiffusionPlan& plan)
    : plan_(plan),
      left_(plan.degree.size()),
      residual_(plan.degree.size()),
      next_(plan.options.kernel == DiffusionKernel::kHeat ? plan.degree.size() : 0),
      is_reached_(plan.degree.size()),
      is_waiting_(plan.degree.size()) {}

double DiffusionPush::entry(NodeId u) const noexcept {
  return left_[index(u)] * std::sqrt(plan_.degree[index(column_)] / plan_.degree[index(u)]);
}

void DiffusionPush::reach(NodeId u) {
  if (is_reached_[index(u)] == 0) {
    is_reached_[index(u)] = 1;
    reached_.push_back(u);
  }
}

void DiffusionPush::column(NodeId v) {
  for (const NodeId u : reached_) {
    left_[index(u)] = 0.0;
    residual_[index(u)] = 0.0;
    is_reached_[index(u)] = 0;
  }
  reached_.clear();
  column_ = v;
  reach(v);
  residual_[index(v)] = 1.0;
  if (plan_.options.kernel == DiffusionKernel::kPageRank) {
    push_page_rank();
  } else {
    push_heat();
  }
}

void DiffusionPush::push_page_rank() {
  const CsrView csr = plan_.network.graph.csr();
  const double alpha = plan_.options.alpha;
  queue_.assign(1, column_);
  is_waiting_[index(column_)] = 1;
  // First in, first out. What is done with moves out of the way once it is half of the queue.
  for (std::size_t at = 0; at < queue_.size(); ++at) {
    const NodeId u = queue_[at];
    if (at > 64 && 2 * at > queue_.size()) {
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(at));
      at = 0;
    }
    is_waiting_[index(u)] = 0;
    const double degree = plan_.degree[index(u)];
    // The loop at u sends mass back at once, again and again: a geometric series.
    const double mass = std::exchange(residual_[index(u)], 0.0) / (1.0 - (1.0 - alpha) / degree);
    left_[index(u)] += alpha * mass;
    const double share = (1.0 - alpha) * mass / degree;
    const std::span<const NodeId> row = csr.row(u);
    const EdgeId first = csr.rowptr[index(u)];
    for (std::size_t i = 0; i < row.size(); ++i) {
      const NodeId w = row[i];
      reach(w);
      residual_[index(w)] += share * plan_.network.of(first + static_cast<EdgeId>(i));
      if (is_waiting_[index(w)] == 0 &&
          residual_[index(w)] > plan_.options.tolerance * plan_.degree[index(w)]) {
        is_waiting_[index(w)] = 1;
        queue_.push_back(w);
      }
    }
  }
}

void DiffusionPush::push_heat() {
  const CsrView csr = plan_.network.graph.csr();
  std::vector<NodeId> here{column_};
  std::vector<NodeId>& there = queue_;
  for (std::size_t step = 0; step < plan_.poisson.size(); ++step) {
    const bool last = step + 1 == plan_.poisson.size();
    there.clear();
    const auto move = [&](NodeId w, double mass) {
      if (next_[index(w)] == 0.0) {
        there.push_back(w);
        reach(w);
      }
      next_[index(w)] += mass;
    };
    for (const NodeId u : here) {
      const double mass = std::exchange(residual_[index(u)], 0.0);
      left_[index(u)] += plan_.poisson[step] * mass;
      const double degree = plan_.degree[index(u)];
      if (last || mass <= plan_.drop[step + 1] * degree) {
        continue;
      }
      const double share = mass / degree;
      move(u, share);
      const std::span<const NodeId> row = csr.row(u);
      const EdgeId first = csr.rowptr[index(u)];
      for (std::size_t i = 0; i < row.size(); ++i) {
        move(row[i], share * plan_.network.of(first + static_cast<EdgeId>(i)));
      }
    }
    residual_.swap(next_);
    here.swap(there);
  }
}

}  // namespace isthmus::rewiring
