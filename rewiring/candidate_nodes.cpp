#include "candidate_nodes.hpp"

#include <algorithm>

#include <Eigen/QR>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"

#include "farthest_by_hops.hpp"
#include "index.hpp"
#include "largest_nodes.hpp"

namespace isthmus::rewiring {
namespace {

constexpr Eigen::Index kPrincipal = 8;
constexpr Eigen::Index kRandom = 8;
constexpr std::size_t kExtremes = 8;    ///< Nodes at each end of a direction.
constexpr std::size_t kOutermost = 96;  ///< Nodes far from everything.
constexpr std::size_t kStarts = 8;      ///< Nodes whose farthest ones are looked for,
constexpr std::size_t kFarthest = 8;    ///< as many for each,
constexpr int kRounds = 2;              ///< and again from what was found.
constexpr int kFirstTurns = 4;          ///< Power steps before the first search.
constexpr std::int64_t kRowsOfTurn = 4096;
constexpr std::uint32_t kDirectionStream = 5;

using Rows =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
               Eigen::OuterStride<>>;

/// Y of consecutive nodes, a row each.
Rows rows_of(const ResistanceSketch& sketch, NodeId first, Eigen::Index size) {
  return {sketch.row(first).data(), size, sketch.columns(),
          Eigen::OuterStride<>(2 * sketch.columns())};
}

Eigen::MatrixXd random_signs(Eigen::Index rows, Eigen::Index columns, RandomStream draws) {
  return Eigen::MatrixXd::NullaryExpr(rows, columns,
                                      [&]() { return (draws.bits() & 1U) == 0 ? -1.0 : 1.0; });
}

Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& x) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(x).householderQ() *
         Eigen::MatrixXd::Identity(x.rows(), x.cols());
}

void append(std::vector<NodeId>& nodes, const std::vector<std::vector<NodeId>>& more) {
  for (const std::vector<NodeId>& one : more) {
    nodes.insert(nodes.end(), one.begin(), one.end());
  }
}

void sort_unique(std::vector<NodeId>& nodes) {
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
}

/// Nodes at both ends of each direction, and those where |Y_v|^2 / (1/2 + |Z_v|^2) is largest:
/// of two that are nearly orthogonal, the score lies between their two quotients.
std::vector<NodeId> ends(const ResistanceSketch& sketch, const Eigen::MatrixXd& directions) {
  const Eigen::Index count = directions.cols();
  std::vector<std::vector<NodeId>> largest = largest_nodes(
      sketch.num_nodes(), 2 * count + 1, kOutermost,
      [&](NodeId first, NodeId size, std::span<double> values) {
        Eigen::Map<Eigen::MatrixXd> out(values.data(), size, 2 * count + 1);
        out.leftCols(count).noalias() = rows_of(sketch, first, out.rows()) * directions;
        out.middleCols(count, count) = -out.leftCols(count);
        for (Eigen::Index i = 0; i < out.rows(); ++i) {
          const Eigen::Map<const Eigen::ArrayXd> row(
              sketch.row(static_cast<NodeId>(first + i)).data(), 2 * sketch.columns());
          out(i, 2 * count) = row.head(sketch.columns()).square().sum() /
                              (0.5 + row.tail(sketch.columns()).square().sum());
        }
      });
  for (std::size_t c = 0; c + 1 < largest.size(); ++c) {
    largest[c].resize(std::min(largest[c].size(), kExtremes));
  }
  std::vector<NodeId> nodes;
  append(nodes, largest);
  sort_unique(nodes);
  return nodes;
}

/// The nodes of the best pairs of a set, best first, at most kStarts.
std::vector<NodeId> best_of(const ResistanceSketch& sketch, const std::vector<NodeId>& nodes) {
  struct Reach {
    double score = 0.0;
    NodeId node = 0;
  };
  std::vector<Reach> reach(nodes.size());
  parallel_chunks(static_cast<std::int64_t>(nodes.size()), [&](std::int64_t i) {
    Reach& one = reach[index(i)];
    one.node = nodes[index(i)];
    for (const NodeId other : nodes) {
      one.score = std::max(one.score, sketch.score(one.node, other));
    }
  });
  std::sort(reach.begin(), reach.end(), [](const Reach& a, const Reach& b) {
    return a.score != b.score ? a.score > b.score : a.node < b.node;
  });
  reach.resize(std::min(reach.size(), kStarts));
  std::vector<NodeId> best;
  best.reserve(reach.size());
  for (const Reach& one : reach) {
    best.push_back(one.node);
  }
  return best;
}

/// For each start the nodes of best score with it.
std::vector<std::vector<NodeId>> farthest(const ResistanceSketch& sketch,
                                          const std::vector<NodeId>& starts) {
  return largest_nodes(sketch.num_nodes(), static_cast<std::int64_t>(starts.size()), kFarthest,
                       [&](NodeId first, NodeId size, std::span<double> out) {
                         for (NodeId i = 0; i < size; ++i) {
                           for (std::size_t c = 0; c < starts.size(); ++c) {
                             out[c * index(size) + index(i)] = sketch.score(first + i, starts[c]);
                           }
                         }
                       });
}

}  // namespace

void CandidateNodes::turn_to_principal(const ResistanceSketch& sketch) {
  const Eigen::Index width = std::min(kPrincipal, sketch.columns());
  Eigen::MatrixXd principal;
  int turns = 1;
  if (principal_.empty()) {
    principal =
        orthonormal(random_signs(sketch.columns(), width, RandomStream(seed_, kDirectionStream)));
    turns = kFirstTurns;
  } else {
    principal = Eigen::Map<const Eigen::MatrixXd>(principal_.data(), sketch.columns(), width);
  }
  const std::int64_t n = sketch.num_nodes();
  const std::int64_t chunks = (n + kRowsOfTurn - 1) / kRowsOfTurn;
  for (int turn = 0; turn < turns; ++turn) {
    std::vector<Eigen::MatrixXd> part(index(chunks));
    parallel_chunks(chunks, [&](std::int64_t chunk) {
      const auto first = static_cast<NodeId>(chunk * kRowsOfTurn);
      const Rows rows = rows_of(sketch, first, std::min(kRowsOfTurn, n - first));
      part[index(chunk)] = rows.transpose() * (rows * principal);
    });
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(principal.rows(), principal.cols());
    for (const Eigen::MatrixXd& one : part) {
      sum += one;
    }
    principal = orthonormal(sum);
  }
  principal_.assign(principal.data(), principal.data() + principal.size());
}

std::vector<NodeId> CandidateNodes::find(const ResistanceSketch& sketch, const Graph& graph,
                                         std::uint32_t step, std::span<const NodeId> known) {
  turn_to_principal(sketch);
  const Eigen::Map<const Eigen::MatrixXd> principal(
      principal_.data(), sketch.columns(),
      static_cast<Eigen::Index>(principal_.size()) / sketch.columns());
  Eigen::MatrixXd directions(sketch.columns(), principal.cols() + kRandom);
  directions << principal,
      random_signs(sketch.columns(), kRandom, RandomStream(seed_, kDirectionStream, step + 1));
  std::vector<NodeId> nodes = ends(sketch, directions);
  nodes.insert(nodes.end(), known.begin(), known.end());
  sort_unique(nodes);
  std::vector<NodeId> starts = best_of(sketch, nodes);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::vector<NodeId>> found = farthest(sketch, starts);
    append(nodes, found);
    sort_unique(nodes);
    starts.clear();
    for (const std::vector<NodeId>& one : found) {
      starts.push_back(one.front());
    }
    sort_unique(starts);
  }
  const NodeId one = farthest_by_hops(graph, starts.front());
  nodes.push_back(one);
  nodes.push_back(farthest_by_hops(graph, one));
  sort_unique(nodes);
  return nodes;
}

}  // namespace isthmus::rewiring
