// Batches of BORF on a Barabasi-Albert graph, by isthmus and by a plain port of the authors' code
// (hieubkvn123/revisiting-gnn-curvature): in each batch hop distances of all pairs, and for both
// arcs of every edge the dense transport problem that GraphRicciCurvature solves there. Before any
// time is printed the port must find the same edges of smallest and largest curvature with the same
// fractions, and each pair (p, q) of ours must have the distance it says and lie in an optimal plan
// as far as the port's dual solution tells; the port goes on from our edits, as optimal plans are
// not unique. A port is faster than the original, so the ratio is too small rather than too large.
// Bar: 30 times.
//
//     borf_bench [--nodes N] [--per-node M] [--batches B] [--add H] [--remove K] [--threads T]
//                [--repetitions R]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/borf.hpp"

#include "dense_ricci.hpp"
#include "ladder.hpp"
#include "support/preferential_attachment.hpp"

namespace isthmus {
namespace {

using rewiring::BorfStep;
using rewiring::BorfSupport;
using rewiring::Fraction;

/// One batch as the authors' code computes it.
class Port {
 public:
  explicit Port(const Graph& graph) : graph_(graph) {
    hops_ = bench::all_hops(graph_);
    for (const Edge& edge : graph_.edges()) {
      const Fraction one_way = bench::dense_curvature(graph_, hops_, edge, transport_);
      const Fraction other_way =
          bench::dense_curvature(graph_, hops_, {edge.v, edge.u}, transport_);
      symmetric_ = symmetric_ && one_way == other_way;
      ranking_.emplace_back(one_way, edge);
    }
    std::sort(ranking_.begin(), ranking_.end());
  }

  /// Whether a batch of ours could have come from this graph; says what is wrong otherwise.
  bool agrees(const BorfStep& step) {
    if (!symmetric_) {
      return wrong("curvatures of the two arcs of an edge", {});
    }
    for (std::size_t i = 0; i < step.min_edges.size(); ++i) {
      const BorfSupport& ours = step.min_edges[i];
      if (ranking_[i] != std::pair(ours.curvature, ours.edge)) {
        return wrong("an edge of small curvature", ours.edge);
      }
      if (hop(ours.p, ours.q) != ours.distance || !may_be_shipped(ours)) {
        return wrong("the pair that supports an edge", ours.edge);
      }
    }
    // The largest first, those tied by their ids.
    std::stable_sort(ranking_.begin(), ranking_.end(),
                     [](const auto& a, const auto& b) { return b.first < a.first; });
    for (std::size_t i = 0; i < step.max_edges.size(); ++i) {
      if (ranking_[i] != std::pair(step.max_edges[i].curvature, step.max_edges[i].edge)) {
        return wrong("an edge of large curvature", step.max_edges[i].edge);
      }
    }
    return true;
  }

 private:
  static bool wrong(const char* what, Edge edge) {
    std::fprintf(stderr, "borf_bench: the port finds otherwise: %s, %d-%d\n", what, edge.u, edge.v);
    return false;
  }
  [[nodiscard]] int hop(NodeId a, NodeId b) const {
    return hops_[static_cast<std::size_t>(a) * static_cast<std::size_t>(graph_.num_nodes()) +
                 static_cast<std::size_t>(b)];
  }
  [[nodiscard]] std::optional<std::size_t> place(NodeId of, NodeId in) const {
    const auto row = graph_.csr().row(in);
    const auto at = std::lower_bound(row.begin(), row.end(), of);
    return at != row.end() && *at == of ? std::optional(static_cast<std::size_t>(at - row.begin()))
                                        : std::nullopt;
  }
  bool may_be_shipped(const BorfSupport& ours) {
    (void)bench::dense_curvature(graph_, hops_, ours.edge, transport_);
    for (const auto& [from, to] : {std::pair(ours.p, ours.q), std::pair(ours.q, ours.p)}) {
      const auto i = place(from, ours.edge.u);
      const auto j = place(to, ours.edge.v);
      if (i && j && transport_.dual(*i, *j) == ours.distance) {
        return true;
      }
    }
    return false;
  }

  const Graph& graph_;
  std::vector<std::uint8_t> hops_;
  std::vector<std::pair<Fraction, Edge>> ranking_;
  bench::DenseTransport transport_;
  bool symmetric_ = true;
};

struct Settings {
  long nodes = 10'000;
  long per_node = 5;
  long batches = 3;
  long add = 20;
  long remove = 10;
  long threads = 1;
  long repetitions = 3;
};

int compare(const Settings& settings) {
  const ThreadBudget budget(static_cast<int>(settings.threads));
  const Graph graph = test::preferential_attachment(static_cast<NodeId>(settings.nodes),
                                                    static_cast<NodeId>(settings.per_node), 1);
  (void)graph.plan();
  const rewiring::BorfOptions options{
      .num_batches = settings.batches, .add = settings.add, .remove = settings.remove};
  std::vector<bench::Seconds> ours;
  rewiring::BorfResult result;
  const auto run_ours = [&] {
    for (long run = 0; run < settings.repetitions; ++run) {
      ours.push_back(bench::seconds_of([&] { result = rewiring::borf(graph, options); }));
    }
  };
  run_ours();
  double theirs = 0.0;
  for (std::size_t batch = 0; batch < result.steps.size(); ++batch) {
    const Graph now = rewiring::replay(graph, result.log, static_cast<std::int64_t>(batch));
    std::optional<Port> port;
    theirs += bench::seconds_of([&] { port.emplace(now); }).cpu;
    if (!port->agrees(result.steps[batch])) {
      return 1;
    }
    run_ours();
  }
  const bench::Seconds own = bench::median(ours);
  std::printf("%d nodes, %lld edges, %zu batches of %ld and %ld, %ld thread(s)\n",
              graph.num_nodes(), static_cast<long long>(graph.num_edges() / 2), result.steps.size(),
              settings.add, settings.remove, settings.threads);
  std::printf("isthmus: %.3f s of CPU (wall %.3f)\n", own.cpu, own.wall);
  std::printf("port: %.2f s of CPU; edges, curvatures and pairs agree; ratio %.0f\n", theirs,
              theirs / own.cpu);
  return 0;
}

}  // namespace
}  // namespace isthmus

int main(int argc, char** argv) {
  isthmus::Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const long value = std::strtol(argv[i + 1], nullptr, 10);
    long* const setting = name == "--nodes"         ? &settings.nodes
                          : name == "--per-node"    ? &settings.per_node
                          : name == "--batches"     ? &settings.batches
                          : name == "--add"         ? &settings.add
                          : name == "--remove"      ? &settings.remove
                          : name == "--threads"     ? &settings.threads
                          : name == "--repetitions" ? &settings.repetitions
                                                    : nullptr;
    if (setting == nullptr || value < 1) {
      std::fprintf(stderr,
                   "usage: borf_bench [--nodes N] [--per-node M] [--batches B] [--add H]\n"
                   "                  [--remove K] [--threads T] [--repetitions R]\n");
      return 2;
    }
    *setting = value;
  }
  return isthmus::compare(settings);
}
