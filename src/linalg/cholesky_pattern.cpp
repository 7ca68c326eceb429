#include "cholesky_pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <Eigen/OrderingMethods>
#include <Eigen/SparseCore>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::linalg_detail {
namespace {

constexpr NodeId kNoNode = -1;
/// A column joins the panel before it if at most this share of the panel's numbers becomes zeros
/// that are stored, or the panel is small anyway.
constexpr double kStoredZeros = 0.2;
constexpr std::int64_t kSmallPanel = 8;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The matrix without grounded rows, columns numbered by a given order.
class Columns {
 public:
  Columns(const Graph& graph, std::span<const NodeId> column_of, std::span<const NodeId> node_of)
      : csr_(graph.csr()), column_of_(column_of), node_of_(node_of) {}

  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(node_of_.size()); }

  /// body(row) for each entry of column j off the diagonal.
  template <typename Body>
  void each(std::int64_t j, const Body& body) const {
    for (const NodeId u : csr_.row(node_of_[at(j)])) {
      if (column_of_[at(u)] != kNoNode) {
        body(column_of_[at(u)]);
      }
    }
  }

 private:
  CsrView csr_;
  std::span<const NodeId> column_of_;
  std::span<const NodeId> node_of_;
};

/// parent[j] = first row below the diagonal in column j of the factor. Liu's algorithm.
std::vector<NodeId> elimination_tree(const Columns& columns) {
  std::vector<NodeId> parent(at(columns.count()), kNoNode);
  std::vector<NodeId> ancestor(at(columns.count()), kNoNode);
  for (std::int64_t k = 0; k < columns.count(); ++k) {
    columns.each(k, [&](NodeId row) {
      for (NodeId i = row; i != kNoNode && i < k;) {
        const NodeId next = std::exchange(ancestor[at(i)], static_cast<NodeId>(k));
        if (next == kNoNode) {
          parent[at(i)] = static_cast<NodeId>(k);
        }
        i = next;
      }
    });
  }
  return parent;
}

/// Columns such that every subtree is contiguous and comes before its root.
std::vector<NodeId> postorder(const std::vector<NodeId>& parent) {
  const std::size_t n = parent.size();
  std::vector<NodeId> child(n, kNoNode);
  std::vector<NodeId> sibling(n, kNoNode);
  for (std::size_t j = n; j-- > 0;) {
    if (parent[j] != kNoNode) {
      sibling[j] = std::exchange(child[at(parent[j])], static_cast<NodeId>(j));
    }
  }
  std::vector<NodeId> post;
  post.reserve(n);
  for (std::size_t root = 0; root < n; ++root) {
    if (parent[root] != kNoNode) {
      continue;
    }
    NodeId v = static_cast<NodeId>(root);
    while (v != kNoNode) {
      while (child[at(v)] != kNoNode) {
        v = std::exchange(child[at(v)], kNoNode);
      }
      post.push_back(v);
      v = v == static_cast<NodeId>(root) ? kNoNode
          : sibling[at(v)] != kNoNode    ? sibling[at(v)]
                                         : parent[at(v)];
    }
  }
  return post;
}

/// Entries of each column of the factor, the diagonal included; columns are in postorder.
std::vector<std::int64_t> column_counts(const Columns& columns, const std::vector<NodeId>& parent) {
  const std::size_t n = parent.size();
  std::vector<NodeId> first(n, kNoNode);  // first descendant
  std::vector<std::int64_t> count(n);
  for (std::size_t k = 0; k < n; ++k) {
    count[k] = first[k] == kNoNode ? 1 : 0;
    for (NodeId j = static_cast<NodeId>(k); j != kNoNode && first[at(j)] == kNoNode;
         j = parent[at(j)]) {
      first[at(j)] = static_cast<NodeId>(k);
    }
  }
  std::vector<NodeId> last_first(n, kNoNode);
  std::vector<NodeId> last_leaf(n, kNoNode);
  std::vector<NodeId> ancestor(n);
  for (std::size_t j = 0; j < n; ++j) {
    ancestor[j] = static_cast<NodeId>(j);
  }
  const auto find = [&](NodeId v) {
    NodeId root = v;
    while (ancestor[at(root)] != root) {
      root = ancestor[at(root)];
    }
    while (ancestor[at(v)] != root) {
      v = std::exchange(ancestor[at(v)], root);
    }
    return root;
  };
  for (std::size_t j = 0; j < n; ++j) {
    if (parent[j] != kNoNode) {
      --count[at(parent[j])];
    }
    columns.each(static_cast<std::int64_t>(j), [&](NodeId row) {
      if (row <= static_cast<NodeId>(j) || first[j] <= last_first[at(row)]) {
        return;  // j is no leaf of the row's subtree
      }
      last_first[at(row)] = first[j];
      const NodeId previous = std::exchange(last_leaf[at(row)], static_cast<NodeId>(j));
      ++count[j];
      if (previous != kNoNode) {
        --count[at(find(previous))];
      }
    });
    if (parent[j] != kNoNode) {
      ancestor[j] = parent[j];
    }
  }
  for (std::size_t j = 0; j < n; ++j) {
    if (parent[j] != kNoNode) {
      count[at(parent[j])] += count[j];
    }
  }
  return count;
}

/// Cuts the columns into panels: runs of columns, each the parent of the one before.
void cut_into_supernodes(const std::vector<NodeId>& parent, const std::vector<std::int64_t>& count,
                         CholeskyPattern& pattern) {
  const auto n = static_cast<std::int64_t>(parent.size());
  pattern.owner.resize(parent.size());
  std::int64_t rows = 0;
  for (std::int64_t j = 0; j < n;) {
    Supernode node{.first = j, .width = 1};
    std::int64_t wanted = count[at(j)];
    for (std::int64_t k = j + 1; k < n && parent[at(k - 1)] == k; ++k) {
      const std::int64_t width = node.width + 1;
      const std::int64_t stored = width * (width + 1) / 2 + width * (count[at(k)] - 1);
      const std::int64_t zeros = stored - wanted - count[at(k)];
      if (zeros > 0 && width > kSmallPanel &&
          static_cast<double>(zeros) > kStoredZeros * static_cast<double>(stored)) {
        break;
      }
      if (zeros > 0 && width <= kSmallPanel && zeros > stored / 2) {
        break;
      }
      wanted += count[at(k)];
      node.width = width;
    }
    const std::int64_t last = j + node.width - 1;
    node.below_size = count[at(last)] - 1;
    node.below_begin = rows;
    node.panel = pattern.entries;
    rows += node.below_size;
    pattern.entries += node.rows() * node.width;
    const auto width = static_cast<double>(node.width);
    const auto below = static_cast<double>(node.below_size);
    pattern.multiplications +=
        width * width * width / 6 + width * width * below / 2 + width * below * below / 2;
    for (std::int64_t k = j; k <= last; ++k) {
      pattern.owner[at(k)] = static_cast<std::int64_t>(pattern.supernode.size());
    }
    pattern.supernode.push_back(node);
    j = last + 1;
  }
  for (Supernode& node : pattern.supernode) {
    const NodeId up = parent[at(node.first + node.width - 1)];
    node.parent = up == kNoNode ? -1 : pattern.owner[at(up)];
  }
}

/// Numbers alive at once in fronts and in updates that wait for their parent.
std::int64_t peak_of_fronts(const std::vector<Supernode>& supernodes) {
  std::vector<std::int64_t> waiting(supernodes.size());  // updates of the children of each
  std::int64_t alive = 0;
  std::int64_t peak = 0;
  for (std::size_t s = 0; s < supernodes.size(); ++s) {
    const Supernode& node = supernodes[s];
    peak = std::max(peak, alive + node.rows() * node.rows());
    const std::int64_t update = node.below_size * node.below_size;
    alive += update - waiting[s];
    peak = std::max(peak, alive);
    if (node.parent >= 0) {
      waiting[at(node.parent)] += update;
    }
  }
  return peak;
}

void ground(const Graph& graph, std::span<const NodeId> order, CholeskyPattern& pattern) {
  const Components components = connected_components(graph);
  pattern.grounded.resize(components.size.size());
  for (const NodeId v : order) {
    pattern.grounded[at(components.component[at(v)])] = v;
  }
  std::sort(pattern.grounded.begin(), pattern.grounded.end());
}

void number_columns(std::span<const NodeId> order, CholeskyPattern& pattern) {
  pattern.node_of.clear();
  for (const NodeId v : order) {
    if (!std::binary_search(pattern.grounded.begin(), pattern.grounded.end(), v)) {
      pattern.column_of[at(v)] = static_cast<NodeId>(pattern.node_of.size());
      pattern.node_of.push_back(v);
    }
  }
}

}  // namespace

std::vector<NodeId> minimum_degree_order(const Graph& graph) {
  const CsrView csr = graph.csr();
  if (csr.num_edges() >= std::int64_t{1} << 30U) {
    throw ResourceLimit("predict_fill: the ordering numbers fewer than 2^30 arcs, got " +
                        std::to_string(csr.num_edges()));
  }
  if (csr.num_rows() == 0) {
    return {};
  }
  // With the diagonal: Eigen takes columns without one for dense.
  std::vector<int> begin{0};
  std::vector<int> rows;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    const auto row = csr.row(v);
    const auto later = std::lower_bound(row.begin(), row.end(), v);
    rows.insert(rows.end(), row.begin(), later);
    rows.push_back(v);
    rows.insert(rows.end(), later, row.end());
    begin.push_back(static_cast<int>(rows.size()));
  }
  const std::vector<double> ones(rows.size(), 1.0);
  const Eigen::Map<const Eigen::SparseMatrix<double>> matrix(
      csr.num_rows(), csr.num_rows(), static_cast<Eigen::Index>(rows.size()), begin.data(),
      rows.data(), ones.data());
  Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> permutation;
  Eigen::AMDOrdering<int>()(Eigen::SparseMatrix<double>(matrix), permutation);
  const auto& indices = permutation.indices();
  return {indices.data(), indices.data() + indices.size()};
}

CholeskyPattern cholesky_pattern(const Graph& graph, std::span<const NodeId> order) {
  CholeskyPattern pattern;
  pattern.column_of.assign(at(graph.num_nodes()), kNoNode);
  ground(graph, order, pattern);
  number_columns(order, pattern);
  const std::vector<NodeId> post =
      postorder(elimination_tree(Columns(graph, pattern.column_of, pattern.node_of)));
  std::vector<NodeId> nodes;
  nodes.reserve(post.size());
  for (const NodeId column : post) {
    nodes.push_back(pattern.node_of[at(column)]);
  }
  number_columns(nodes, pattern);
  const Columns columns(graph, pattern.column_of, pattern.node_of);
  const std::vector<NodeId> parent = elimination_tree(columns);
  cut_into_supernodes(parent, column_counts(columns, parent), pattern);
  pattern.peak_front = peak_of_fronts(pattern.supernode);
  return pattern;
}

void fill_rows(const Graph& graph, CholeskyPattern& pattern) {
  const Columns columns(graph, pattern.column_of, pattern.node_of);
  std::int64_t total = 0;
  for (const Supernode& node : pattern.supernode) {
    total += node.below_size;
  }
  pattern.below.resize(at(total));
  std::vector<std::vector<std::int64_t>> children(pattern.supernode.size());
  std::vector<std::int64_t> mark(at(columns.count()), -1);
  std::vector<NodeId> rows;
  for (std::size_t s = 0; s < pattern.supernode.size(); ++s) {
    const Supernode& node = pattern.supernode[s];
    const std::int64_t end = node.first + node.width;
    rows.clear();
    const auto take = [&](NodeId row) {
      if (row >= end && mark[at(row)] != static_cast<std::int64_t>(s)) {
        mark[at(row)] = static_cast<std::int64_t>(s);
        rows.push_back(row);
      }
    };
    for (std::int64_t j = node.first; j < end; ++j) {
      columns.each(j, take);
    }
    for (const std::int64_t child : children[s]) {
      for (const NodeId row : pattern.rows_below(pattern.supernode[at(child)])) {
        take(row);
      }
    }
    ISTHMUS_ASSERT(static_cast<std::int64_t>(rows.size()) == node.below_size);
    std::sort(rows.begin(), rows.end());
    std::copy(rows.begin(), rows.end(), pattern.below.begin() + node.below_begin);
    if (node.parent >= 0) {
      children[at(node.parent)].push_back(static_cast<std::int64_t>(s));
    }
  }
}

}  // namespace isthmus::linalg_detail
