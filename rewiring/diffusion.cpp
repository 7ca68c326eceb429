#include "isthmus/rewiring/diffusion.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "diffusion_push.hpp"
#include "diffusion_series.hpp"
#include "node_loop.hpp"
#include "tied_choice.hpp"

namespace isthmus::rewiring {
namespace {

void require(bool holds, const char* rule, double got) {
  if (!holds) {
    std::ostringstream text;
    text << "diffusion: " << rule << ", got " << got;
    throw InvalidArgument(text.str());
  }
}

void check_arguments(const linalg::Conductances& network, const DiffusionOptions& options) {
  check_simple(network.graph, "diffusion");
  const EdgeId arcs = network.graph.num_edges();
  if (!network.weight.empty() && static_cast<EdgeId>(network.weight.size()) != arcs) {
    throw InvalidArgument("diffusion: weight must have one entry per arc, " + std::to_string(arcs) +
                          ", or none, got " + std::to_string(network.weight.size()));
  }
  for (const double weight : network.weight) {
    require(weight > 0.0 && std::isfinite(weight), "weights must be > 0 and finite", weight);
  }
  require(options.alpha > 0.0 && options.alpha < 1.0, "alpha must be in (0, 1)", options.alpha);
  require(options.time > 0.0 && options.time <= 700.0, "time must be in (0, 700]", options.time);
  require(options.top_k >= 1, "top_k must be >= 1", static_cast<double>(options.top_k));
  require(options.epsilon >= 0.0, "epsilon must be >= 0", options.epsilon);
  require(options.tolerance > 0.0 && options.tolerance < 1.0, "tolerance must be in (0, 1)",
          options.tolerance);
  require(options.max_entries >= 0, "max_entries must be >= 0",
          static_cast<double>(options.max_entries));
}

/// S_uv by rows v, ascending u.
struct Columns {
  std::vector<std::int64_t> rowptr;
  std::vector<NodeId> col;
  std::vector<double> weight;
};

/// Of `kept`, the entries of a column that are known to be there, keeps those that stay, ascending,
/// divided by their sum. Values are negative. @return whether ids decided.
bool keep_of_column(const DiffusionOptions& options, std::vector<Ranked>& kept) {
  if (options.keep == DiffusionKeep::kEpsilon) {
    std::erase_if(kept, [&](const Ranked& entry) { return -entry.value < options.epsilon; });
  }
  bool tied = false;
  if (options.keep == DiffusionKeep::kTopK &&
      static_cast<std::int64_t>(kept.size()) > options.top_k) {
    tied = put_best_first(kept, index(options.top_k));
    kept.resize(index(options.top_k));
  }
  std::sort(kept.begin(), kept.end(), [](const Ranked& a, const Ranked& b) { return a.id < b.id; });
  const double sum =
      std::accumulate(kept.begin(), kept.end(), 0.0,
                      [](double so_far, const Ranked& entry) { return so_far + entry.value; });
  for (Ranked& entry : kept) {
    entry.value /= sum;  // both are negative
  }
  return tied;
}

/// What the columns of a chunk keep.
struct Part {
  std::vector<std::int64_t> size;  ///< Entries of each column, without the diagonal.
  std::vector<NodeId> col;
  std::vector<double> weight;

  /// Puts the next column there but for its diagonal, which it returns; 0 if it did not stay.
  double append(NodeId v, const std::vector<Ranked>& column) {
    double diagonal = 0.0;
    const std::size_t before = col.size();
    for (const Ranked& entry : column) {
      if (entry.id == v) {
        diagonal = entry.value;
      } else {
        col.push_back(entry.id);
        weight.push_back(entry.value);
      }
    }
    size.push_back(static_cast<std::int64_t>(col.size() - before));
    return diagonal;
  }
};

/// Columns of S by either algorithm, the same way for both.
class DiffusionColumns {
 public:
  DiffusionColumns(const DiffusionPlan& plan, std::span<const double> series)
      : tolerance_(plan.options.tolerance) {
    if (series.empty()) {
      push_.emplace(plan);
    } else {
      series_.emplace(plan.network, plan.degree, series);
    }
  }

  /// How many columns are computed together.
  [[nodiscard]] std::int64_t width() const {
    return push_ ? 1 : static_cast<std::int64_t>(DiffusionSeries::kLanes);
  }
  void compute(NodeId first, std::int64_t count) {
    if (push_) {
      push_->column(first);
    } else {
      series_->columns(first, static_cast<std::size_t>(count));
    }
  }
  /// The negated entries of column first + i that are known to be > 0. A push never gives too much,
  /// a series may be off by the tolerance.
  void entries(std::int64_t i, std::vector<Ranked>& found) const {
    found.clear();
    for (const NodeId u : push_ ? push_->reached() : series_->reached()) {
      const double value = push_ ? push_->entry(u) : series_->entry(u, index(i));
      if (value > (push_ ? 0.0 : tolerance_)) {
        found.push_back({-value, u});
      }
    }
  }

 private:
  double tolerance_;
  std::optional<DiffusionPush> push_;
  std::optional<DiffusionSeries> series_;
};

/// The terms of the series, or none where pushes touch fewer arcs at most: they stop where little
/// mass is, however far that is, while the series reaches as far as it has terms.
std::vector<double> series_if_cheaper(const DiffusionPlan& plan) {
  std::vector<double> series = diffusion_series(plan.options);
  const auto arcs = static_cast<double>(plan.network.graph.num_edges());
  double pushed = 1.0 / (plan.options.alpha * plan.options.tolerance);
  if (plan.options.kernel == DiffusionKernel::kHeat) {
    pushed = 0.0;
    for (const double drop : plan.drop) {
      pushed += std::min(1.0 / drop, arcs);
    }
  }
  if (static_cast<double>(series.size()) * arcs > pushed) {
    series.clear();
  }
  return series;
}

Columns joined_columns(std::vector<Part> parts) {
  Columns all{{0}, {}, {}};
  for (Part& part : parts) {
    for (const std::int64_t size : part.size) {
      all.rowptr.push_back(all.rowptr.back() + size);
    }
    all.col.insert(all.col.end(), part.col.begin(), part.col.end());
    all.weight.insert(all.weight.end(), part.weight.begin(), part.weight.end());
    part = {};
  }
  return all;
}

Columns transposed(const Columns& matrix) {
  Columns result{std::vector<std::int64_t>(matrix.rowptr.size()),
                 std::vector<NodeId>(matrix.col.size()), std::vector<double>(matrix.col.size())};
  for (const NodeId u : matrix.col) {
    ++result.rowptr[index(u) + 1];
  }
  std::partial_sum(result.rowptr.begin(), result.rowptr.end(), result.rowptr.begin());
  std::vector<std::int64_t> next(result.rowptr.begin(), result.rowptr.end() - 1);
  for (std::size_t v = 0; v + 1 < matrix.rowptr.size(); ++v) {
    for (auto at = index(matrix.rowptr[v]); at < index(matrix.rowptr[v + 1]); ++at) {
      const auto to = index(next[index(matrix.col[at])]++);
      result.col[to] = static_cast<NodeId>(v);
      result.weight[to] = matrix.weight[at];
    }
  }
  return result;
}

/// (S + S') / 2.
Columns mean_with_transposed(const Columns& matrix) {
  const Columns other = transposed(matrix);
  Columns mean{{0}, {}, {}};
  for (std::size_t v = 0; v + 1 < matrix.rowptr.size(); ++v) {
    auto a = index(matrix.rowptr[v]);
    auto b = index(other.rowptr[v]);
    const auto a_end = index(matrix.rowptr[v + 1]);
    const auto b_end = index(other.rowptr[v + 1]);
    while (a < a_end || b < b_end) {
      const bool from_a = a < a_end && (b == b_end || matrix.col[a] <= other.col[b]);
      const bool from_b = b < b_end && (a == a_end || other.col[b] <= matrix.col[a]);
      mean.col.push_back(from_a ? matrix.col[a] : other.col[b]);
      mean.weight.push_back(((from_a ? matrix.weight[a] : 0.0) + (from_b ? other.weight[b] : 0.0)) /
                            2.0);
      a += from_a ? 1 : 0;
      b += from_b ? 1 : 0;
    }
    mean.rowptr.push_back(static_cast<std::int64_t>(mean.col.size()));
  }
  return mean;
}

}  // namespace

DiffusionResult diffusion(const linalg::Conductances& network, const DiffusionOptions& options) {
  check_arguments(network, options);
  const NodeId nodes = network.graph.num_nodes();
  const DiffusionPlan plan = make_diffusion_plan(network, options);
  DiffusionResult result;
  result.diagonal.resize(index(nodes));
  const std::vector<double> series = series_if_cheaper(plan);
  std::vector<Part> parts(index(chunks_of(nodes)));
  std::atomic<std::int64_t> found = 0;
  std::atomic<std::int64_t> tied = 0;
  const bool done = for_node_chunks(
      nodes, {options.progress, options.cancel}, [&] { return DiffusionColumns(plan, series); },
      [&](DiffusionColumns& columns, std::int64_t chunk, std::int64_t first, std::int64_t last) {
        Part& part = parts[index(chunk)];
        std::vector<Ranked> kept;
        for (std::int64_t v = first; v < last && found <= options.max_entries;
             v += columns.width()) {
          const std::int64_t count = std::min(columns.width(), last - v);
          columns.compute(static_cast<NodeId>(v), count);
          for (std::int64_t i = 0; i < count; ++i) {
            columns.entries(i, kept);
            tied += keep_of_column(options, kept) ? 1 : 0;
            result.diagonal[index(v + i)] = part.append(static_cast<NodeId>(v + i), kept);
            found += part.size.back();
          }
        }
      });
  if (!done) {
    return {
        .graph = Graph::from_edges(nodes, {}), .weight = {}, .diagonal = {}, .stop = Stop::kLimit};
  }
  if (found > options.max_entries) {
    throw ResourceLimit("diffusion: the entries kept exceed max_entries = " +
                        std::to_string(options.max_entries));
  }
  Columns matrix = joined_columns(std::move(parts));
  if (options.symmetrize == DiffusionSymmetrize::kMean) {
    matrix = mean_with_transposed(matrix);
  }
  result.weight = std::move(matrix.weight);
  result.graph = Graph::from_csr(nodes, std::move(matrix.rowptr), std::move(matrix.col));
  result.tied_columns = tied;
  return result;
}

}  // namespace isthmus::rewiring
