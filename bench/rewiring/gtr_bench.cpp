// Milliseconds per edge of GTR's dense tier, one thread, beside the authors' algorithm
// (blackmit/gtr_rewiring) twice: as a plain dense port, full matrices, every operation of the
// Python code a pass that makes a new matrix; and, with --peers VENV, those operations in torch
// itself, which is what the bar compares with. The port starts from our pseudoinverse; the edges
// must agree first. CPU time, ours before and after theirs. Bar: 50 times, aim 90, at n = 3000.
//
//     gtr_bench [--nodes N] [--edges K] [--peer-edges K] [--threads T] [--port 0|1] [--peers VENV]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/LU>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/gtr.hpp"

#include "ladder.hpp"
#include "rewiring/dense_state.hpp"
#include "support/preferential_attachment.hpp"

namespace isthmus {
namespace {

using Matrix = Eigen::MatrixXd;

/// The peer's state and passes.
class Peer {
 public:
  explicit Peer(const Graph& graph) : n_(graph.num_nodes()) {
    std::vector<rewiring::WeightedEdge> edges;
    for (const Edge& e : graph.edges()) {
      edges.push_back({e, 1.0});
    }
    const rewiring::DenseState state(graph.num_nodes(), edges, rewiring::PairScore::kGain);
    pinv_.resize(n_, n_);
    square_.resize(n_, n_);
    for (Eigen::Index i = 0; i < n_; ++i) {
      for (Eigen::Index j = 0; j < n_; ++j) {
        const auto u = static_cast<NodeId>(i);
        const auto v = static_cast<NodeId>(j);
        pinv_(i, j) = state.inverse(u, v);
        square_(i, j) = state.squared(u, v);
      }
    }
    laplacian_ = Matrix::Zero(n_, n_);
    edge_mask_ = Matrix::Ones(n_, n_) - Matrix::Identity(n_, n_);
    component_mask_ = Matrix::Ones(n_, n_);
    for (const auto& [u, v] : graph.edges()) {
      change(u, v);
    }
  }

  Edge add() {
    const Matrix resistance = distances(pinv_);
    const Matrix biharmonic = distances(square_);
    const Matrix below = resistance.array() + 1.0;
    const Matrix score = biharmonic.cwiseQuotient(below);
    const Matrix masked = score.cwiseProduct(edge_mask_);
    const Matrix allowed = masked.cwiseProduct(component_mask_);
    Eigen::Index s = 0;
    Eigen::Index t = 0;
    allowed.maxCoeff(&s, &t);
    const Eigen::VectorXd v = pinv_.col(s) - pinv_.col(t);
    const Matrix outer = v * v.transpose();
    const Matrix scaled = outer * (1.0 / (1.0 + v[s] - v[t]));
    pinv_ = Matrix(pinv_ - scaled);
    update_square(s, t);
    change(s, t);
    return {static_cast<NodeId>(std::min(s, t)), static_cast<NodeId>(std::max(s, t))};
  }

 private:
  [[nodiscard]] Matrix distances(const Matrix& m) const {
    const Eigen::VectorXd diagonal = m.diagonal();
    Matrix sum(n_, n_);
    for (Eigen::Index j = 0; j < n_; ++j) {
      sum.col(j) = diagonal.array() + diagonal[j];
    }
    const Matrix twice = 2.0 * m;
    return sum - twice;
  }
  void update_square(Eigen::Index s, Eigen::Index t) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n_);
    x[s] = 1.0;
    x[t] = -1.0;
    const Eigen::VectorXd y = laplacian_.col(s) - laplacian_.col(t);
    Matrix u(n_, 2);
    u << x, y + x;
    Matrix v(2, n_);
    v << (y + x).transpose(), x.transpose();
    const Matrix left = square_ * u;
    const Matrix right = v * square_;
    const Eigen::Matrix2d centre = (Eigen::Matrix2d::Identity() + v * left).inverse();
    const Matrix product = Matrix(left * centre) * right;
    square_ = Matrix(square_ - product);
  }
  void change(Eigen::Index s, Eigen::Index t) {
    laplacian_(s, s) += 1.0;
    laplacian_(t, t) += 1.0;
    laplacian_(s, t) -= 1.0;
    laplacian_(t, s) -= 1.0;
    edge_mask_(s, t) = 0.0;
    edge_mask_(t, s) = 0.0;
  }

  Eigen::Index n_;
  Matrix pinv_;
  Matrix square_;
  Matrix laplacian_;
  Matrix edge_mask_;
  Matrix component_mask_;
};

struct Settings {
  long nodes = 3000;
  long edges = 21;
  long peer_edges = 5;
  long threads = 1;
  long port = 1;
  std::string peers;
};

/// The authors' operations in torch; it prints its own line, from the median of ours.
bool run_peer(const Graph& graph, const rewiring::GtrResult& result, const Settings& settings,
              double ours_ms) {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string graph_file = (folder / "gtr_bench.graph").string();
  const std::string added_file = (folder / "gtr_bench.added").string();
  const auto write = [](const std::string& path, const std::vector<Edge>& edges) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(edges.data()),
               static_cast<std::streamsize>(edges.size() * sizeof(Edge)));
  };
  std::vector<Edge> added;
  for (const rewiring::GtrStep& step : result.steps) {
    added.push_back(step.edge);
  }
  write(graph_file, graph.edges());
  write(added_file, added);
  std::fflush(stdout);
  const std::string command = settings.peers + "/bin/python " ISTHMUS_BENCH_PEER " " + graph_file +
                              " " + added_file + " --edges " + std::to_string(settings.peer_edges) +
                              " --ours " + std::to_string(ours_ms);
  const bool good = std::system(command.c_str()) == 0;
  if (!good) {
    std::fprintf(stderr, "gtr_bench: the peer failed: %s\n", command.c_str());
  }
  std::filesystem::remove(graph_file);
  std::filesystem::remove(added_file);
  return good;
}

int compare(const Settings& settings) {
  const Graph graph = test::preferential_attachment(static_cast<NodeId>(settings.nodes), 5, 1);
  const ThreadBudget budget(static_cast<int>(settings.threads));
  std::vector<double> ours;
  std::vector<double> wall;
  double first = 0.0;
  const auto run_ours = [&] {
    bench::StopWatch watch;
    bool is_first = true;
    rewiring::GtrOptions options{.num_edges = settings.edges};
    options.progress = [&](const ProgressEvent&) {
      const bench::Seconds lap = watch.lap();
      if (is_first) {
        first = 1e3 * lap.cpu;
        is_first = false;
        return;
      }
      ours.push_back(1e3 * lap.cpu);
      wall.push_back(1e3 * lap.wall);
    };
    return rewiring::gtr(graph, options);
  };
  const rewiring::GtrResult result = run_ours();
  // Both triangles, in and out.
  const double bytes = 2.0 * 8.0 * static_cast<double>(settings.nodes * settings.nodes);
  std::printf(
      "gtr   n %ld, %ld thread(s): to the first edge %.0f ms of CPU, then %.2f an edge "
      "(least %.2f); wall %.2f, %.1f GB/s\n",
      settings.nodes, settings.threads, first, bench::median(ours), bench::least(ours),
      bench::median(wall), bytes / bench::median(wall) / 1e6);
  bool good = true;
  if (settings.port != 0) {
    Peer peer(graph);
    good = bench::compare_with_peer(peer, settings.peer_edges, result.steps, ours);
  }
  if (!settings.peers.empty()) {
    good = run_peer(graph, result, settings, bench::median(ours)) && good;
    (void)run_ours();
    std::printf("gtr   once more: median of both %.2f ms of CPU an edge\n", bench::median(ours));
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace isthmus

int main(int argc, char** argv) {
  isthmus::Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--peers") {
      settings.peers = argv[i + 1];
      continue;
    }
    (name == "--nodes"        ? settings.nodes
     : name == "--edges"      ? settings.edges
     : name == "--peer-edges" ? settings.peer_edges
     : name == "--port"       ? settings.port
                              : settings.threads) = std::strtol(argv[i + 1], nullptr, 10);
  }
  settings.peer_edges = std::min(settings.peer_edges, settings.edges);
  return isthmus::compare(settings);
}
