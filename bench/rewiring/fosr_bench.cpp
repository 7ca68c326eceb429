// Milliseconds per edge of FoSR beside the authors' algorithm (kedar2/FoSR) as a plain dense port:
// the outer product of all pairs, edges masked, the least entry, a power step over a list of arcs;
// one thread. Both start from the vector cos(i + 1) and five power steps; the edges must agree
// first. Bars: 300 times, aim 600, at n = 10,000.
//
//     fosr_bench [--nodes N] [--edges K] [--peer-edges K]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/fosr.hpp"

#include "ladder.hpp"
#include "support/preferential_attachment.hpp"

namespace isthmus {
namespace {

using Vector = Eigen::VectorXd;

class Peer {
 public:
  explicit Peer(const Graph& graph)
      : n_(graph.num_nodes()), arcs_(graph.arcs()), degree_(Vector::Zero(n_)), x_(n_) {
    for (const Edge& arc : arcs_) {
      degree_[arc.v] += 1.0;
    }
    for (Eigen::Index i = 0; i < n_; ++i) {
      x_[i] = std::cos(static_cast<double>(i) + 1.0);
    }
    for (int i = 0; i < 5; ++i) {
      power_step();
    }
  }

  Edge add() {
    const Vector y = x_.array() / (degree_.array() + 1.0).sqrt();
    Eigen::MatrixXd products = y * y.transpose();
    for (const Edge& arc : arcs_) {
      products(arc.u, arc.v) = std::numeric_limits<double>::infinity();
    }
    products.diagonal().setConstant(std::numeric_limits<double>::infinity());
    Eigen::Index i = 0;
    Eigen::Index j = 0;
    products.minCoeff(&i, &j);
    const auto u = static_cast<NodeId>(std::min(i, j));
    const auto v = static_cast<NodeId>(std::max(i, j));
    arcs_.push_back({u, v});
    arcs_.push_back({v, u});
    degree_[u] += 1.0;
    degree_[v] += 1.0;
    power_step();
    return {u, v};
  }

 private:
  void power_step() {
    const Vector root = degree_.cwiseSqrt();
    x_ -= root * (x_.dot(root) / degree_.sum());
    const Vector scaled = x_.cwiseQuotient(root);
    Vector sum = Vector::Zero(n_);
    for (const Edge& arc : arcs_) {
      sum[arc.v] += scaled[arc.u];
    }
    x_ += sum.cwiseQuotient(root);
    x_.normalize();
  }

  Eigen::Index n_;
  std::vector<Edge> arcs_;
  Vector degree_;
  Vector x_;
};

int compare(NodeId nodes, std::int64_t edges, std::int64_t peer_edges) {
  const Graph graph = test::preferential_attachment(nodes, 5, 1);
  const ThreadBudget budget(1);
  std::vector<double> ours;
  bench::StopWatch watch;
  rewiring::FosrOptions options{.num_edges = edges, .start = rewiring::FosrStart::kVector};
  options.progress = [&](const ProgressEvent&) { ours.push_back(1e3 * watch.lap().cpu); };
  const rewiring::FosrResult result = rewiring::fosr(graph, options);
  ours.erase(ours.begin());
  std::printf("fosr  n %d: %.3f ms an edge (least %.3f)\n", nodes, bench::median(ours),
              bench::least(ours));
  watch.lap();
  const rewiring::FosrResult exact = rewiring::fosr(graph, {.num_edges = 1});
  std::printf("      exact start %.0f ms, %s\n", 1e3 * watch.lap().cpu,
              exact.start_converged ? "converged" : "not converged");
  if (peer_edges == 0) {
    return 0;
  }
  Peer peer(graph);
  return bench::compare_with_peer(peer, peer_edges, result.steps, ours) ? 0 : 1;
}

}  // namespace
}  // namespace isthmus

int main(int argc, char** argv) {
  long nodes = 10'000;
  long edges = 101;
  long peer_edges = 10;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    (name == "--nodes"   ? nodes
     : name == "--edges" ? edges
                         : peer_edges) = std::strtol(argv[i + 1], nullptr, 10);
  }
  return isthmus::compare(static_cast<isthmus::NodeId>(nodes), edges, std::min(peer_edges, edges));
}
