// SDRF on a Barabasi-Albert graph (or a grid, where all edges are tied), beside a plain port of the
// public CPU kernel: dense matrices, all curvatures and all candidates anew in every iteration, its
// `break` at the first zero repaired (that bug leaves most entries 0). Both run the kernel form;
// minimum, best score and the pair taken are compared in every iteration before a ratio is printed.
// The port is compiled and multiplies by Eigen, so it is no slower than the original.
//
//     sdrf_bench [--nodes N] [--per-node M] [--grid SIDE] [--steps K] [--port-steps K]
//                [--threads T] [--quick]
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/sdrf.hpp"

#include "ladder.hpp"
#include "support/graph_factories.hpp"
#include "support/preferential_attachment.hpp"

namespace {

using isthmus::Edge;
using isthmus::Graph;
using isthmus::NodeId;
using isthmus::bench::Seconds;
using isthmus::bench::seconds_of;
using isthmus::rewiring::SdrfMode;
using isthmus::rewiring::SdrfResult;
using isthmus::rewiring::SdrfStep;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

struct Settings {
  NodeId nodes = 3000;
  NodeId per_node = 5;
  NodeId grid = 0;  ///< Side of a grid instead.
  std::int64_t steps = 100;
  std::int64_t port_steps = 2;
  int threads = 1;
};

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--quick") {
      settings = {300, 5, 0, 10, 2, 1};
      continue;
    }
    const int value = i + 1 < argc ? std::atoi(argv[++i]) : 0;
    if (option == "--nodes") {
      settings.nodes = value;
    } else if (option == "--per-node") {
      settings.per_node = value;
    } else if (option == "--grid") {
      settings.grid = value;
    } else if (option == "--steps") {
      settings.steps = value;
    } else if (option == "--port-steps") {
      settings.port_steps = value;
    } else if (option == "--threads") {
      settings.threads = value;
    } else {
      std::fprintf(
          stderr,
          "usage: sdrf_bench [--nodes N] [--per-node M] [--grid SIDE] [--steps K] [--port-steps K] "
          "[--threads T] [--quick]\n");
      std::exit(2);
    }
  }
  return settings;
}

// --- the port ------------------------------------------------------------------------------------

Matrix adjacency(const Graph& graph) {
  Matrix a = Matrix::Zero(graph.num_nodes(), graph.num_nodes());
  for (const auto& [u, v] : graph.arcs()) {
    a(u, v) = 1.0F;
  }
  return a;
}

/// The last terms and the degrees' terms of the formula, of one entry.
double kernel_value(double d_max, double d_min, double a2, double sharp, double lambda) {
  double value = 2.0 / d_max + 2.0 / d_min - 2.0 + (2.0 / d_max + 1.0 / d_min) * a2;
  if (lambda > 0.0) {
    value += sharp / (d_max * lambda);
  }
  return value;
}

/// Pass one: the formula at every entry of the matrix.
Eigen::MatrixXd port_curvatures(const Matrix& a, const Matrix& a2, const Eigen::VectorXf& degree) {
  const Index n = a.rows();
  Eigen::MatrixXd curvature = Eigen::MatrixXd::Zero(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (a(i, j) == 0.0F) {
        continue;  // public code: break
      }
      float sharp = 0.0F;
      float lambda = 0.0F;
      for (Index k = 0; k < n; ++k) {
        for (const float term : {a(k, j) * (a2(i, k) - a(i, k)), a(i, k) * (a2(k, j) - a(k, j))}) {
          sharp += term > 0.0F ? 1.0F : 0.0F;
          lambda = std::max(lambda, term);
        }
      }
      curvature(i, j) = kernel_value(std::max(degree(i), degree(j)), std::min(degree(i), degree(j)),
                                     a2(i, j), sharp, lambda);
    }
  }
  return curvature;
}

std::vector<Index> ball(const Matrix& a, Index centre) {
  std::vector<Index> nodes;
  for (Index z = 0; z < a.rows(); ++z) {
    if (z == centre || a(centre, z) != 0.0F) {
      nodes.push_back(z);
    }
  }
  return nodes;
}

/// Pass two: the score of every candidate i -> j of the entry (x, y). Adjacent pairs: -1000.
Eigen::MatrixXd port_candidates(const Matrix& a, const Matrix& a2, const Eigen::VectorXf& degree,
                                Index x, Index y, const std::vector<Index>& of_x,
                                const std::vector<Index>& of_y) {
  Eigen::MatrixXd score(static_cast<Index>(of_x.size()), static_cast<Index>(of_y.size()));
  for (Index s = 0; s < score.rows(); ++s) {
    for (Index t = 0; t < score.cols(); ++t) {
      const Index i = of_x[static_cast<std::size_t>(s)];
      const Index j = of_y[static_cast<std::size_t>(t)];
      if (i == j || a(i, j) != 0.0F) {
        score(s, t) = -1000.0;
        continue;
      }
      const float a2_xy = a2(x, y) + (i == x ? a(j, y) : j == y ? a(x, i) : 0.0F);
      float sharp = 0.0F;
      float lambda = 0.0F;
      for (Index z = 0; z < a.rows(); ++z) {
        const float a_zy = a(z, y) + (z == i && j == y ? 1.0F : 0.0F);
        const float a_xz = a(x, z) + (i == x && z == j ? 1.0F : 0.0F);
        const float a2_zy = a2(z, y) + (z == i ? a(j, y) : 0.0F) + (j == y ? a(z, i) : 0.0F);
        const float a2_xz = a2(x, z) + (i == x ? a(j, z) : 0.0F) + (z == j ? a(x, i) : 0.0F);
        for (const float term : {a_zy * (a2_xz - a_xz), a_xz * (a2_zy - a_zy)}) {
          sharp += term > 0.0F ? 1.0F : 0.0F;
          lambda = std::max(lambda, term);
        }
      }
      score(s, t) = kernel_value(std::max(degree(x), degree(y)), std::min(degree(x), degree(y)),
                                 a2_xy, sharp, lambda);
    }
  }
  return score;
}

bool is_close(double a, double b) { return std::abs(a - b) <= 1e-9; }

/// One iteration of the port; false if it finds anything else than `step`, whose pair is then taken
/// (among equals the port would take the first of its own order).
bool port_iteration(Matrix& a, const SdrfStep& step) {
  const Matrix a2 = a * a;
  const Eigen::VectorXf degree = a.rowwise().sum();
  const Eigen::MatrixXd curvature = port_curvatures(a, a2, degree);
  double least = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < a.rows(); ++j) {
      least = a(i, j) != 0.0F ? std::min(least, curvature(i, j)) : least;
    }
  }
  const auto [x, y] = step.min_edge;
  const std::vector<Index> of_x = ball(a, x);
  const std::vector<Index> of_y = ball(a, y);
  const Eigen::MatrixXd score = port_candidates(a, a2, degree, x, y, of_x, of_y);
  double of_pair = -1000.0;
  for (std::size_t s = 0; s < of_x.size(); ++s) {
    for (std::size_t t = 0; t < of_y.size(); ++t) {
      const Edge pair{static_cast<NodeId>(std::min(of_x[s], of_y[t])),
                      static_cast<NodeId>(std::max(of_x[s], of_y[t]))};
      if (pair == *step.added) {
        of_pair = std::max(of_pair, score(static_cast<Index>(s), static_cast<Index>(t)));
      }
    }
  }
  a(step.added->u, step.added->v) = a(step.added->v, step.added->u) = 1.0F;
  return is_close(least, step.min_curvature.to_double()) && is_close(curvature(x, y), least) &&
         is_close(score.maxCoeff(), step.after.to_double()) && is_close(of_pair, score.maxCoeff());
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const isthmus::ThreadBudget budget(settings.threads);
  const Graph graph = settings.grid > 0 ? isthmus::test::grid(settings.grid, settings.grid)
                                        : isthmus::test::preferential_attachment(
                                              settings.nodes, settings.per_node, 1);
  (void)graph.is_symmetric();  // remembered by the graph: part of reading it
  std::printf("%d nodes, %lld edges, %d threads\n", graph.num_nodes(),
              static_cast<long long>(graph.num_edges() / 2), settings.threads);
  Seconds each;  // in kernel mode, the curvatures of the start among them
  for (const SdrfMode mode : {SdrfMode::kDefinition, SdrfMode::kKernel}) {
    SdrfResult run;
    const auto steps_of = [&](std::int64_t steps) {
      return seconds_of(
          [&] { run = isthmus::rewiring::sdrf(graph, {.num_steps = steps, .mode = mode}); });
    };
    const Seconds first = steps_of(1);
    const Seconds all = steps_of(settings.steps);
    const auto steps = static_cast<double>(run.steps.size());
    each = {all.wall / steps, all.cpu / steps};
    std::printf(
        "isthmus %-11s: 1 step %.4f s (cpu %.4f); %.0f steps %.4f s (cpu %.4f), %.6f s each "
        "(cpu %.6f)\n",
        std::string(name_of(mode)).c_str(), first.wall, first.cpu, steps, all.wall, all.cpu,
        each.wall, each.cpu);
  }
  if (settings.port_steps <= 0) {
    return 0;
  }
  const SdrfResult own =
      isthmus::rewiring::sdrf(graph, {.num_steps = settings.port_steps, .mode = SdrfMode::kKernel});
  Matrix a = adjacency(graph);
  bool equal = true;
  const Seconds port = seconds_of([&] {
    for (const SdrfStep& step : own.steps) {
      equal = port_iteration(a, step) && equal;
    }
  });
  if (!equal) {
    std::fprintf(stderr, "sdrf_bench: the port finds other minima or scores\n");
    return 1;
  }
  const auto iterations = static_cast<double>(own.steps.size());
  std::printf("port, equal in %.0f iterations: %.4f s each (cpu %.4f); ratio %.0f (cpu %.0f)\n",
              iterations, port.wall / iterations, port.cpu / iterations,
              port.wall / iterations / each.wall, port.cpu / iterations / each.cpu);
  return 0;
}
