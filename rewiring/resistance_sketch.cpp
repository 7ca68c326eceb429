#include "resistance_sketch.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <Eigen/Core>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"

#include "index.hpp"
#include "signed_edges.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kFreshStream = 4;   ///< Of the signs of edges that are added.
constexpr std::int64_t kSketchRows = 4096;  ///< Rows written by one chunk.
/// Groups of columns solved at once; each holds a few vectors of eight columns.
constexpr std::int64_t kGroupsAtOnce = 4;

using Values = Eigen::Map<const Eigen::ArrayXd>;

double distance_sq(const double* a, const double* b, std::int64_t size) {
  return (Values(a, size) - Values(b, size)).square().sum();
}

}  // namespace

ResistanceSketch::ResistanceSketch(const linalg::Conductances& network, const PinvSolver& solver,
                                   const Options& options)
    : n_(network.graph.num_nodes()),
      columns_((options.columns + kSketchColumns - 1) / kSketchColumns * kSketchColumns),
      seed_(options.seed),
      rows_(index(2 * columns_ * n_)) {
  const std::vector<Edge> edges = network.graph.edges();
  const std::vector<double> roots = edge_roots(network, edges);
  const std::int64_t half = columns_ / kSketchColumns;
  const double scale = 1.0 / std::sqrt(static_cast<double>(columns_));
  for (std::int64_t first = 0; first < 2 * half && !options.cancel.requested();
       first += kGroupsAtOnce) {
    const std::int64_t now = std::min(kGroupsAtOnce, 2 * half - first);
    std::array<bool, kGroupsAtOnce> converged{};
    parallel_chunks(now, [&](std::int64_t i) {
      const std::int64_t group = first + i;
      const PinvSolver::Answer solved =
          solver.solve(group < half ? signed_nodes(n_, seed_, group)
                                    : signed_edges(n_, edges, roots, seed_, group - half),
                       kSketchColumns, options.tolerance, options.cancel);
      converged[index(i)] = solved.converged;
      for (std::int64_t v = 0; v < n_; ++v) {
        const double* const x = solved.x.data() + v * kSketchColumns;
        std::transform(x, x + kSketchColumns,
                       rows_.begin() + v * 2 * columns_ + group * kSketchColumns,
                       [scale](double value) { return scale * value; });
      }
    });
    converged_ = converged_ && std::all_of(converged.begin(), converged.begin() + now,
                                           [](bool one) { return one; });
    if (options.done) {
      options.done((first + now) * kSketchColumns, 2 * columns_);
    }
  }
}

std::span<const double> ResistanceSketch::row(NodeId v) const noexcept {
  return {rows_.data() + std::int64_t{v} * 2 * columns_, index(2 * columns_)};
}

double ResistanceSketch::biharmonic_sq(NodeId s, NodeId t) const {
  return distance_sq(row(s).data(), row(t).data(), columns_);
}

double ResistanceSketch::resistance(NodeId s, NodeId t) const {
  return distance_sq(row(s).data() + columns_, row(t).data() + columns_, columns_);
}

double ResistanceSketch::score(NodeId s, NodeId t) const {
  return biharmonic_sq(s, t) / (1.0 + resistance(s, t));
}

void ResistanceSketch::add_edge(Edge edge, double weight, std::span<const double> v,
                                std::uint32_t draw) {
  const double c = weight / (1.0 + weight * (v[index(edge.u)] - v[index(edge.v)]));
  const std::span<const double> s = row(edge.u);
  const std::span<const double> t = row(edge.v);
  Eigen::ArrayXd change(2 * columns_);
  for (std::int64_t i = 0; i < 2 * columns_; ++i) {
    change[i] = c * (t[index(i)] - s[index(i)]);
  }
  RandomStream draws(seed_, kFreshStream, draw);
  const double fresh = c / std::sqrt(weight * static_cast<double>(columns_));
  for (std::int64_t i = 0; i < columns_; ++i) {
    change[columns_ + i] += (draws.bits() & 1U) == 0 ? -fresh : fresh;
  }
  parallel_chunks((n_ + kSketchRows - 1) / kSketchRows, [&](std::int64_t chunk) {
    const std::int64_t last = std::min<std::int64_t>(n_, (chunk + 1) * kSketchRows);
    for (std::int64_t x = chunk * kSketchRows; x < last; ++x) {
      Eigen::Map<Eigen::ArrayXd>(rows_.data() + x * 2 * columns_, 2 * columns_) +=
          v[index(x)] * change;
    }
  });
}

}  // namespace isthmus::rewiring
