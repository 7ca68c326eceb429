#include "isthmus/linalg/sparse_cholesky.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include <Eigen/Dense>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/available_memory.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "cholesky_pattern.hpp"

namespace isthmus::linalg {

using linalg_detail::CholeskyPattern;
using linalg_detail::Supernode;

struct SparseCholesky::State {
  Conductances network;
  CholeskyPattern pattern;
  std::vector<double> panel;  ///< Of all supernodes, column after column.
};

namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Panel = Eigen::Map<Matrix>;
using ConstPanel = Eigen::Map<const Matrix>;

constexpr std::int64_t kBlockColumns = 8;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

std::vector<NodeId> checked_order(const Graph& graph, std::span<const NodeId> order) {
  check_simple(graph, "predict_fill");
  if (order.empty()) {
    return linalg_detail::minimum_degree_order(graph);
  }
  std::vector<bool> seen(at(graph.num_nodes()));
  bool each_once = order.size() == seen.size();
  for (const NodeId v : order) {
    each_once = each_once && v >= 0 && v < graph.num_nodes() && !seen[at(v)];
    if (each_once) {
      seen[at(v)] = true;
    }
  }
  if (!each_once) {
    throw InvalidArgument("predict_fill: order must hold each of the " +
                          std::to_string(graph.num_nodes()) + " nodes once, got " +
                          std::to_string(order.size()) + " entries");
  }
  return {order.begin(), order.end()};
}

/// Factor, the same again for the selected inverse, fronts, rows and a few arrays of nodes.
std::int64_t bytes_of(const CholeskyPattern& pattern) {
  return 8 * (2 * pattern.entries + 2 * pattern.peak_front) +
         48 * static_cast<std::int64_t>(pattern.column_of.size());
}

void check_weights(const Conductances& network) {
  const auto arcs = at(network.graph.num_edges());
  if (!network.weight.empty() && network.weight.size() != arcs) {
    throw InvalidArgument("SparseCholesky: there must be one weight per arc, " +
                          std::to_string(arcs) + ", got " + std::to_string(network.weight.size()));
  }
  for (const double weight : network.weight) {
    if (!(weight > 0.0) || !std::isfinite(weight)) {
      throw InvalidArgument("SparseCholesky: conductances must be positive and finite, got " +
                            std::to_string(weight));
    }
  }
}

ConstPanel panel_of(const std::vector<double>& values, const Supernode& node) {
  return {values.data() + node.panel, node.rows(), node.width};
}
Panel panel_of(std::vector<double>& values, const Supernode& node) {
  return {values.data() + node.panel, node.rows(), node.width};
}

/// The numeric factor, panel by panel in postorder.
class Factorisation {
 public:
  Factorisation(const Conductances& network, const CholeskyPattern& pattern)
      : network_(network),
        pattern_(pattern),
        strength_(strengths(network)),
        local_(pattern.node_of.size()),
        update_(pattern.supernode.size()),
        children_(pattern.supernode.size()) {}

  std::vector<double> run() {
    std::vector<double> panels(at(pattern_.entries));
    for (std::size_t s = 0; s < pattern_.supernode.size(); ++s) {
      eliminate(s, panels);
    }
    return panels;
  }

 private:
  void eliminate(std::size_t s, std::vector<double>& panels) {
    const Supernode& node = pattern_.supernode[s];
    const auto rows = pattern_.rows_below(node);
    number_rows(node, rows);
    Matrix front = Matrix::Zero(node.rows(), node.rows());
    assemble_network(node, front);
    for (const std::size_t child : children_[s]) {
      assemble_child(child, front);
    }
    auto pivots = front.topLeftCorner(node.width, node.width);
    const Eigen::LLT<Matrix> factor(pivots);
    ISTHMUS_ASSERT(factor.info() == Eigen::Success);
    Panel panel = panel_of(panels, node);
    panel.topRows(node.width) = factor.matrixL();
    if (node.below_size == 0) {
      return;
    }
    panel.bottomRows(node.below_size) =
        factor.matrixL()
            .solve(Matrix(front.bottomLeftCorner(node.below_size, node.width).transpose()))
            .transpose();
    update_[s] = front.bottomRightCorner(node.below_size, node.below_size);
    update_[s].selfadjointView<Eigen::Lower>().rankUpdate(panel.bottomRows(node.below_size), -1.0);
    children_[at(node.parent)].push_back(s);
  }

  void number_rows(const Supernode& node, std::span<const NodeId> rows) {
    for (std::int64_t j = 0; j < node.width; ++j) {
      local_[at(node.first + j)] = j;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      local_[at(rows[i])] = node.width + static_cast<std::int64_t>(i);
    }
  }

  void assemble_network(const Supernode& node, Matrix& front) const {
    const CsrView csr = network_.graph.csr();
    for (std::int64_t j = node.first; j < node.first + node.width; ++j) {
      const auto v = at(pattern_.node_of[at(j)]);
      front(j - node.first, j - node.first) += strength_[v];
      for (EdgeId slot = csr.rowptr[v]; slot < csr.rowptr[v + 1]; ++slot) {
        const NodeId row = pattern_.column_of[at(csr.col[at(slot)])];
        if (row > j) {
          front(local_[at(row)], j - node.first) -= network_.of(slot);
        }
      }
    }
  }

  void assemble_child(std::size_t child, Matrix& front) {
    const auto rows = pattern_.rows_below(pattern_.supernode[child]);
    const Matrix update = std::move(update_[child]);
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const std::int64_t column = local_[at(rows[j])];
      for (std::size_t i = j; i < rows.size(); ++i) {
        front(local_[at(rows[i])], column) += update(static_cast<Index>(i), static_cast<Index>(j));
      }
    }
    update_[child] = Matrix();
  }

  const Conductances& network_;
  const CholeskyPattern& pattern_;
  std::vector<double> strength_;
  std::vector<std::int64_t> local_;  ///< Of the rows of the panel at work.
  std::vector<Matrix> update_;       ///< [supernode] Lower triangles that wait for the parent.
  std::vector<std::vector<std::size_t>> children_;
};

/// G on the pattern of the factor, panel by panel, parents first.
///
/// With the panel's factor [B; C], E = C B^-1 and Z = G on the rows below, known from the parents:
/// G_below,panel = -Z E,   G_panel,panel = (B B')^-1 + E' Z E.
class Selection {
 public:
  Selection(const CholeskyPattern& pattern, const std::vector<double>& factor)
      : pattern_(pattern),
        factor_(factor),
        inverse_(factor.size()),
        local_(pattern.node_of.size()) {}

  std::vector<double> run() {
    for (std::size_t s = pattern_.supernode.size(); s-- > 0;) {
      invert(pattern_.supernode[s]);
    }
    return std::move(inverse_);
  }

 private:
  void invert(const Supernode& node) {
    const ConstPanel panel = panel_of(factor_, node);
    const auto pivots = panel.topRows(node.width).triangularView<Eigen::Lower>();
    const Matrix root = pivots.solve(Matrix::Identity(node.width, node.width));  // B^-1
    Panel result = panel_of(inverse_, node);
    Matrix diagonal = root.transpose() * root;
    if (node.below_size > 0) {
      const Matrix shares = panel.bottomRows(node.below_size) * root;
      const Matrix below = gather(node).selfadjointView<Eigen::Lower>() * shares;
      result.bottomRows(node.below_size) = -below;
      diagonal.noalias() += shares.transpose() * below;
    }
    result.topRows(node.width) = diagonal;
  }

  /// The lower triangle of G on the rows below a panel.
  Matrix gather(const Supernode& node) {
    const auto rows = pattern_.rows_below(node);
    Matrix values(node.below_size, node.below_size);
    std::int64_t numbered = -1;  // supernode whose rows local_ holds
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const std::int64_t owner = pattern_.owner[at(rows[j])];
      const Supernode& above = pattern_.supernode[at(owner)];
      if (owner != numbered) {
        number_rows(above);
        numbered = owner;
      }
      const ConstPanel known = panel_of(std::as_const(inverse_), above);
      const auto column = known.col(rows[j] - above.first);
      for (std::size_t i = j; i < rows.size(); ++i) {
        values(static_cast<Index>(i), static_cast<Index>(j)) = column[local_[at(rows[i])]];
      }
    }
    return values;
  }

  void number_rows(const Supernode& node) {
    for (std::int64_t j = 0; j < node.width; ++j) {
      local_[at(node.first + j)] = j;
    }
    const auto rows = pattern_.rows_below(node);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      local_[at(rows[i])] = node.width + static_cast<std::int64_t>(i);
    }
  }

  const CholeskyPattern& pattern_;
  const std::vector<double>& factor_;
  std::vector<double> inverse_;
  std::vector<std::int64_t> local_;
};

/// x becomes (L L')^-1 x; x has a row per column of the factor.
void solve_block(const CholeskyPattern& pattern, const std::vector<double>& factor, Matrix& x) {
  Matrix part;
  for (const Supernode& node : pattern.supernode) {
    const ConstPanel panel = panel_of(factor, node);
    auto top = x.middleRows(node.first, node.width);
    panel.topRows(node.width).triangularView<Eigen::Lower>().solveInPlace(top);
    part.noalias() = panel.bottomRows(node.below_size) * top;
    const auto rows = pattern.rows_below(node);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      x.row(rows[i]) -= part.row(static_cast<Index>(i));
    }
  }
  for (std::size_t s = pattern.supernode.size(); s-- > 0;) {
    const Supernode& node = pattern.supernode[s];
    const ConstPanel panel = panel_of(factor, node);
    const auto rows = pattern.rows_below(node);
    part.resize(node.below_size, x.cols());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      part.row(static_cast<Index>(i)) = x.row(rows[i]);
    }
    auto top = x.middleRows(node.first, node.width);
    top.noalias() -= panel.bottomRows(node.below_size).transpose() * part;
    panel.topRows(node.width).transpose().triangularView<Eigen::Upper>().solveInPlace(top);
  }
}

}  // namespace

FillPrediction predict_fill(const Graph& graph, std::span<const NodeId> order) {
  FillPrediction prediction;
  prediction.order = checked_order(graph, order);
  const CholeskyPattern pattern = linalg_detail::cholesky_pattern(graph, prediction.order);
  prediction.entries = pattern.entries;
  prediction.multiplications = pattern.multiplications;
  prediction.bytes = bytes_of(pattern);
  return prediction;
}

SparseCholesky::SparseCholesky(const Conductances& network, const SparseCholeskyOptions& options) {
  check_weights(network);
  CholeskyPattern pattern =
      linalg_detail::cholesky_pattern(network.graph, checked_order(network.graph, options.order));
  const std::int64_t available =
      options.memory_limit >= 0 ? options.memory_limit : available_memory();
  if (available >= 0 && bytes_of(pattern) > available) {
    throw ResourceLimit("SparseCholesky: the factor has " + std::to_string(pattern.entries) +
                            " entries and would take " + std::to_string(bytes_of(pattern)) +
                            " bytes, the limit is " + std::to_string(available),
                        "the sketch tier needs no factor");
  }
  linalg_detail::fill_rows(network.graph, pattern);
  std::vector<double> panels = Factorisation(network, pattern).run();
  state_ = std::make_shared<const State>(State{network, std::move(pattern), std::move(panels)});
}

std::vector<double> SparseCholesky::solve(std::span<const double> b, std::int64_t columns) const {
  const CholeskyPattern& pattern = state_->pattern;
  const auto nodes = static_cast<std::int64_t>(pattern.column_of.size());
  if (columns < 0 || static_cast<std::int64_t>(b.size()) != nodes * columns) {
    throw InvalidArgument("SparseCholesky: b must have one row per node, " + std::to_string(nodes) +
                          " x " + std::to_string(columns) + ", got " + std::to_string(b.size()) +
                          " values");
  }
  std::vector<double> x(b.size(), 0.0);
  parallel_chunks((columns + kBlockColumns - 1) / kBlockColumns, [&](std::int64_t chunk) {
    const std::int64_t first = chunk * kBlockColumns;
    const std::int64_t width = std::min(kBlockColumns, columns - first);
    // Always as wide: products of other widths may round otherwise.
    Matrix block = Matrix::Zero(static_cast<Index>(pattern.node_of.size()), kBlockColumns);
    for (std::size_t j = 0; j < pattern.node_of.size(); ++j) {
      for (std::int64_t c = 0; c < width; ++c) {
        block(static_cast<Index>(j), c) = b[at(pattern.node_of[j] * columns + first + c)];
      }
    }
    solve_block(pattern, state_->panel, block);
    for (std::size_t j = 0; j < pattern.node_of.size(); ++j) {
      for (std::int64_t c = 0; c < width; ++c) {
        x[at(pattern.node_of[j] * columns + first + c)] = block(static_cast<Index>(j), c);
      }
    }
  });
  return x;
}

SelectedInverse SparseCholesky::selected_inverse() const {
  const CholeskyPattern& pattern = state_->pattern;
  const std::vector<double> inverse = Selection(pattern, state_->panel).run();
  const CsrView csr = state_->network.graph.csr();
  SelectedInverse selected{std::vector<double>(pattern.column_of.size()),
                           std::vector<double>(csr.col.size())};
  const auto entry = [&](std::int64_t row, std::int64_t column) {
    const Supernode& node = pattern.supernode[at(pattern.owner[at(column)])];
    std::int64_t local = row - node.first;
    if (local >= node.width) {
      const auto rows = pattern.rows_below(node);
      local = node.width + (std::lower_bound(rows.begin(), rows.end(), row) - rows.begin());
    }
    return panel_of(inverse, node)(local, column - node.first);
  };
  for (std::size_t v = 0; v < pattern.column_of.size(); ++v) {
    const std::int64_t mine = pattern.column_of[v];
    if (mine < 0) {
      continue;
    }
    selected.diagonal[v] = entry(mine, mine);
    for (EdgeId slot = csr.rowptr[v]; slot < csr.rowptr[v + 1]; ++slot) {
      const std::int64_t other = pattern.column_of[at(csr.col[at(slot)])];
      if (other >= 0) {
        selected.arc[at(slot)] = entry(std::max(mine, other), std::min(mine, other));
      }
    }
  }
  return selected;
}

const std::vector<NodeId>& SparseCholesky::grounded() const noexcept {
  return state_->pattern.grounded;
}

std::int64_t SparseCholesky::entries() const noexcept { return state_->pattern.entries; }

double SparseCholesky::log_determinant() const {
  double sum = 0.0;
  for (const Supernode& node : state_->pattern.supernode) {
    sum += 2.0 * panel_of(std::as_const(state_->panel), node).diagonal().array().log().sum();
  }
  return sum;
}

}  // namespace isthmus::linalg
