#include "isthmus/expressivity/homomorphisms.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

__extension__ using Wide = unsigned __int128;

[[noreturn]] void fail_overflow() {
  throw ResourceLimit("homomorphisms: the count, or a partial one, must be below 2^128");
}

void multiply(Wide& value, Wide by) {
  if (__builtin_mul_overflow(value, by, &value)) {
    fail_overflow();
  }
}

void add_product(Wide& sum, Wide a, Wide b) {
  multiply(a, b);
  if (__builtin_add_overflow(sum, a, &sum)) {
    fail_overflow();
  }
}

std::uint64_t label_at(const std::vector<std::uint64_t>& labels, std::int64_t i) {
  return labels.empty() ? 0 : labels[index(i)];
}

/// How many ways there are for a pair of nodes of the pattern, by the images x and y of the two.
struct PairFactor {
  NodeId u = 0;  ///< Rows.
  NodeId v = 0;  ///< Columns.
  /// No matrix: 1 where x and y are joined by an arc of `label`.
  std::uint64_t label = 0;
  std::vector<Wide> matrix;  ///< [N, N]

  [[nodiscard]] bool is_edge() const noexcept { return matrix.empty(); }
};

/// The pattern with the nodes that are not yet summed out. It has treewidth 2 or less, so that a
/// node of fewest neighbours has no more than two.
class Elimination {
 public:
  Elimination(const WlGraph& pattern, const WlGraph& target)
      : target_(&target), n_(target.graph.num_nodes()) {
    const NodeId count = pattern.graph.num_nodes();
    for (NodeId v = 0; v < count; ++v) {
      std::vector<Wide>& weight = weight_.emplace_back(index(n_), 0);
      for (NodeId x = 0; x < n_; ++x) {
        weight[index(x)] =
            label_at(pattern.node_label, v) == label_at(target.node_label, x) ? 1 : 0;
      }
      left_.push_back(v);
    }
    const CsrView csr = pattern.graph.csr();
    for (NodeId v = 0; v < count; ++v) {
      for (EdgeId arc = csr.rowptr[index(v)]; arc < csr.rowptr[index(v) + 1]; ++arc) {
        if (csr.col[index(arc)] < v) {
          factors_.push_back({.u = csr.col[index(arc)],
                              .v = v,
                              .label = label_at(pattern.edge_label, arc),
                              .matrix = {}});
        }
      }
    }
  }

  Wide run() {
    while (!left_.empty()) {
      const auto node = std::min_element(
          left_.begin(), left_.end(), [this](NodeId a, NodeId b) { return degree(a) < degree(b); });
      const NodeId v = *node;
      left_.erase(node);
      std::vector<PairFactor> around = take_factors(v);
      const std::vector<Wide> weight = std::move(weight_[index(v)]);
      if (around.empty()) {
        Wide sum = 0;
        for (const Wide value : weight) {
          add_product(sum, value, 1);
        }
        multiply(total_, sum);
      } else if (around.size() == 1) {
        sum_into_node(v, weight, around.front());
      } else {
        sum_into_pair(v, weight, around[0], around[1]);
      }
    }
    return total_;
  }

 private:
  [[nodiscard]] std::size_t degree(NodeId v) const {
    return static_cast<std::size_t>(
        std::count_if(factors_.begin(), factors_.end(),
                      [v](const PairFactor& factor) { return factor.u == v || factor.v == v; }));
  }

  std::vector<PairFactor> take_factors(NodeId v) {
    std::vector<PairFactor> taken;
    std::vector<PairFactor> kept;
    for (PairFactor& factor : factors_) {
      (factor.u == v || factor.v == v ? taken : kept).push_back(std::move(factor));
    }
    factors_ = std::move(kept);
    return taken;
  }

  /// Calls visit(y, ways) for the images y of the factor's other node, given image x of `node`.
  template <typename Visit>
  void for_each(const PairFactor& factor, NodeId node, NodeId x, const Visit& visit) const {
    if (factor.is_edge()) {
      const CsrView csr = target_->graph.csr();
      for (EdgeId arc = csr.rowptr[index(x)]; arc < csr.rowptr[index(x) + 1]; ++arc) {
        if (label_at(target_->edge_label, arc) == factor.label) {
          visit(csr.col[index(arc)], Wide{1});
        }
      }
      return;
    }
    const std::size_t first = factor.u == node ? index(x) * index(n_) : index(x);
    const std::size_t stride = factor.u == node ? 1 : index(n_);
    for (NodeId y = 0; y < n_; ++y) {
      const Wide ways = factor.matrix[first + index(y) * stride];
      if (ways != 0) {
        visit(y, ways);
      }
    }
  }

  void sum_into_node(NodeId v, const std::vector<Wide>& weight, const PairFactor& factor) {
    const NodeId u = factor.u == v ? factor.v : factor.u;
    for (NodeId x = 0; x < n_; ++x) {
      Wide& of_u = weight_[index(u)][index(x)];
      if (of_u == 0) {
        continue;
      }
      Wide sum = 0;
      for_each(factor, u, x,
               [&](NodeId y, Wide ways) { add_product(sum, ways, weight[index(y)]); });
      multiply(of_u, sum);
    }
  }

  void sum_into_pair(NodeId v, const std::vector<Wide>& weight, const PairFactor& first,
                     const PairFactor& second) {
    PairFactor joined{.u = first.u == v ? first.v : first.u,
                      .v = second.u == v ? second.v : second.u,
                      .matrix = std::vector<Wide>(index(n_) * index(n_), 0)};
    for (NodeId x = 0; x < n_; ++x) {
      Wide* const row = joined.matrix.data() + index(x) * index(n_);
      for_each(first, joined.u, x, [&](NodeId y, Wide ways) {
        if (weight[index(y)] == 0) {
          return;
        }
        multiply(ways, weight[index(y)]);
        for_each(second, v, y, [&](NodeId z, Wide more) { add_product(row[z], ways, more); });
      });
    }
    const auto same = std::find_if(factors_.begin(), factors_.end(), [&](const PairFactor& other) {
      return (other.u == joined.u && other.v == joined.v) ||
             (other.u == joined.v && other.v == joined.u);
    });
    if (same != factors_.end()) {
      const PairFactor other = std::move(*same);
      factors_.erase(same);
      std::vector<Wide> product(joined.matrix.size(), 0);
      for (NodeId x = 0; x < n_; ++x) {
        for_each(other, joined.u, x, [&](NodeId z, Wide ways) {
          const std::size_t at = index(x) * index(n_) + index(z);
          add_product(product[at], joined.matrix[at], ways);
        });
      }
      joined.matrix = std::move(product);
    }
    factors_.push_back(std::move(joined));
  }

  const WlGraph* target_;
  NodeId n_;
  std::vector<std::vector<Wide>> weight_;  ///< [pattern nodes][N] Ways by the image of a node.
  std::vector<PairFactor> factors_;
  std::vector<NodeId> left_;
  Wide total_ = 1;
};

}  // namespace

std::string Count::text() const {
  Wide value = (Wide{high} << 64U) + low;
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

bool has_treewidth_two(const Graph& graph) {
  check_simple(graph, "has_treewidth_two");
  std::vector<std::set<NodeId>> around(index(graph.num_nodes()));
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    const std::span<const NodeId> row = graph.csr().row(v);
    around[index(v)].insert(row.begin(), row.end());
  }
  std::vector<NodeId> ready;
  const auto note = [&](NodeId v) {
    if (around[index(v)].size() <= 2) {
      ready.push_back(v);
    }
  };
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    note(v);
  }
  std::vector<std::uint8_t> is_gone(around.size(), 0);
  std::size_t gone = 0;
  while (!ready.empty()) {
    const NodeId v = ready.back();
    ready.pop_back();
    if (std::exchange(is_gone[index(v)], 1) != 0) {
      continue;
    }
    ++gone;
    const std::vector<NodeId> ends(around[index(v)].begin(), around[index(v)].end());
    for (const NodeId u : ends) {
      around[index(u)].erase(v);
    }
    if (ends.size() == 2) {
      around[index(ends[0])].insert(ends[1]);
      around[index(ends[1])].insert(ends[0]);
    }
    for (const NodeId u : ends) {
      note(u);
    }
  }
  return gone == around.size();
}

Count homomorphisms(const WlGraph& pattern, const WlGraph& target) {
  check_wl_graph(pattern, "homomorphisms");
  check_wl_graph(target, "homomorphisms");
  if (!has_treewidth_two(pattern.graph)) {
    throw InvalidArgument("homomorphisms: pattern must have treewidth <= 2");
  }
  if (target.graph.num_nodes() == 0) {
    return {.high = 0, .low = pattern.graph.num_nodes() == 0 ? 1U : 0U};
  }
  const Wide count = Elimination(pattern, target).run();
  return {.high = static_cast<std::uint64_t>(count >> 64U),
          .low = static_cast<std::uint64_t>(count)};
}

}  // namespace isthmus::expressivity
