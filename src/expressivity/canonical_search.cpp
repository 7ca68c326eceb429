#include "canonical_search.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "isthmus/graph/traversal.hpp"

#include "index.hpp"
#include "node_union.hpp"
#include "ordered_partition.hpp"
#include "twins.hpp"

namespace isthmus::expressivity {
namespace {

/// Numbers of NodeId that all automorphisms kept may take: 64 MB.
constexpr std::size_t kMaxKept = std::size_t{1} << 24U;

/// A graph's content under the names that an order gives.
class Coder {
 public:
  explicit Coder(const WlGraph& graph) : graph_(&graph), name_(index(graph.graph.num_nodes())) {}

  [[nodiscard]] std::vector<std::uint64_t> code(std::span<const NodeId> order) {
    const CsrView csr = graph_->graph.csr();
    for (std::size_t i = 0; i < order.size(); ++i) {
      name_[index(order[i])] = i;
    }
    std::vector<std::uint64_t> code{order.size(), csr.col.size() / 2};
    code.reserve(2 + 2 * order.size() + csr.col.size());
    for (const NodeId v : order) {
      code.push_back(graph_->node_label.empty() ? 0 : graph_->node_label[index(v)]);
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      row_.clear();
      for (std::int64_t arc = csr.rowptr[index(order[i])]; arc < csr.rowptr[index(order[i]) + 1];
           ++arc) {
        const auto slot = index(arc);
        if (name_[index(csr.col[slot])] > i) {
          row_.emplace_back(name_[index(csr.col[slot])],
                            graph_->edge_label.empty() ? 0 : graph_->edge_label[slot]);
        }
      }
      std::sort(row_.begin(), row_.end());
      code.push_back(row_.size());
      for (const auto& [name, label] : row_) {
        code.push_back(name);
        code.push_back(label);
      }
    }
    return code;
  }

 private:
  const WlGraph* graph_;
  std::vector<std::size_t> name_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> row_;
};

/// A path from the root to a leaf.
struct Leaf {
  std::vector<NodeId> path;                       ///< Nodes individualised.
  std::vector<std::vector<std::uint64_t>> trace;  ///< Of each of them.
  std::vector<NodeId> order;
  std::vector<std::uint64_t> code;
};

/// A node of the tree whose children are being searched.
struct Branch {
  std::size_t mark = 0;            ///< Of the partition.
  std::vector<NodeId> children;    ///< Of the target cell, one of all that are twins.
  std::vector<std::size_t> twins;  ///< [children] How many these are.
  std::size_t next = 0;            ///< The first child not looked at.
  std::vector<NodeId> searched;
  bool first_so_far = true;  ///< Traces equal those of the first leaf.
  int best_so_far = 0;       ///< Sign of the traces against those of the best leaf.
  /// [children] Position of a child of the same orbit, by the automorphisms that fix the path; used
  /// off the first path alone.
  std::vector<std::size_t> same_orbit;
  std::size_t automorphisms_seen = 0;
};

class Search {
 public:
  Search(const WlGraph& graph, std::int64_t max_nodes, const CancelToken& cancel)
      : partition_(graph),
        coder_(graph),
        twin_(smallest_twins(graph)),
        orbits_(twin_.size()),
        max_nodes_(max_nodes),
        cancel_(cancel),
        child_of_twin_(twin_.size(), 0) {}

  CanonicalSearch run() {
    for (std::size_t v = 0; v < twin_.size(); ++v) {
      orbits_.join(static_cast<NodeId>(v), twin_[v]);
    }
    partition_.refine();
    if (may_visit()) {
      visit({});
    }
    while (!branches_.empty() && !stopped_) {
      Branch& branch = branches_.back();
      partition_.undo(branch.mark);
      path_.resize(branches_.size() - 1);
      trace_.resize(branches_.size() - 1);
      const std::size_t child = next_child(branch);
      if (child == branch.children.size()) {
        close(branch);
        continue;
      }
      branch.searched.push_back(branch.children[child]);
      descend(branch, branch.children[child]);
    }
    return result();
  }

 private:
  bool may_visit() {
    stopped_ = nodes_ >= max_nodes_ || cancel_.requested();
    nodes_ += stopped_ ? 0 : 1;
    return !stopped_;
  }

  void descend(const Branch& branch, NodeId child) {
    if (!may_visit()) {
      return;
    }
    TraceGuard guard{.first = {},
                     .best = {},
                     .follows_first = branch.first_so_far,
                     .against_best = branch.best_so_far};
    const std::size_t depth = path_.size();
    if (leaf_found_) {
      guard.first = trace_at(first_, depth);
      guard.best = trace_at(best_, depth);
    }
    path_.push_back(child);
    if (partition_.individualise(child, leaf_found_ ? &guard : nullptr)) {
      trace_.emplace_back(partition_.trace().begin(), partition_.trace().end());
      visit(guard);
    }
  }

  [[nodiscard]] NodeId twin_of(NodeId v) const { return twin_[index(v)]; }

  static std::span<const std::uint64_t> trace_at(const Leaf& leaf, std::size_t depth) {
    return depth < leaf.trace.size() ? std::span<const std::uint64_t>(leaf.trace[depth])
                                     : std::span<const std::uint64_t>();
  }

  /// The node that the partition describes, and how the traces that led to it compare.
  void visit(const TraceGuard& guard) {
    if (partition_.is_discrete()) {
      visit_leaf(guard.follows_first, guard.against_best);
      return;
    }
    Branch branch;
    branch.mark = partition_.mark();
    branch.first_so_far = guard.follows_first;
    branch.best_so_far = guard.against_best;
    for (const NodeId v : partition_.cell(partition_.target_cell())) {
      std::size_t& child = child_of_twin_[index(twin_of(v))];
      if (child >= branch.children.size() || twin_of(branch.children[child]) != twin_of(v)) {
        child = branch.children.size();
        branch.children.push_back(v);
        branch.twins.push_back(0);
      }
      ++branch.twins[child];
    }
    branches_.push_back(std::move(branch));
  }

  void visit_leaf(bool first_so_far, int best_so_far) {
    std::vector<std::uint64_t> code = coder_.code(partition_.order());
    if (!leaf_found_) {
      leaf_found_ = true;
      best_ = leaf_here(std::move(code));
      first_ = best_;
    } else if (first_so_far && code == first_.code) {
      add_automorphism(first_);
    } else if (best_so_far == 0 && code == best_.code) {
      add_automorphism(best_);
    } else if (best_so_far > 0 || (best_so_far == 0 && code > best_.code)) {
      best_ = leaf_here(std::move(code));
      for (Branch& branch : branches_) {
        branch.best_so_far = 0;  // They lie on its path.
      }
    }
  }

  [[nodiscard]] Leaf leaf_here(std::vector<std::uint64_t> code) const {
    const std::span<const NodeId> order = partition_.order();
    return {.path = path_,
            .trace = trace_,
            .order = {order.begin(), order.end()},
            .code = std::move(code)};
  }

  /// The map of an earlier leaf onto the present one. The subtree in which this one lies, below the
  /// node where their paths part, is an image of the earlier one's, which was searched: it is left.
  void add_automorphism(const Leaf& earlier) {
    const std::span<const NodeId> order = partition_.order();
    std::vector<NodeId> image(order.size());
    for (std::size_t i = 0; i < image.size(); ++i) {
      image[index(earlier.order[i])] = order[i];
      orbits_.join(earlier.order[i], order[i]);
    }
    if ((automorphisms_.size() + 1) * image.size() <= kMaxKept) {
      automorphisms_.push_back(std::move(image));
    }
    const auto parting =
        std::mismatch(path_.begin(), path_.end(), earlier.path.begin(), earlier.path.end());
    branches_.resize(static_cast<std::size_t>(parting.first - path_.begin()) + 1);
  }

  [[nodiscard]] bool on_first_path() const {
    return path_.size() <= first_.path.size() &&
           std::equal(path_.begin(), path_.end(), first_.path.begin());
  }

  /// Position of the next child in no orbit of a searched one; their number if there is none.
  std::size_t next_child(Branch& branch) {
    const bool first_path = on_first_path();
    if (!branch.searched.empty() && !first_path) {
      update_orbits(branch);
    }
    for (; branch.next < branch.children.size(); ++branch.next) {
      const NodeId child = branch.children[branch.next];
      const bool known =
          first_path ? std::any_of(
                           branch.searched.begin(), branch.searched.end(),
                           [&](NodeId other) { return orbits_.find(other) == orbits_.find(child); })
                     : !branch.same_orbit.empty() && orbit_is_searched(branch, branch.next);
      if (!known) {
        return branch.next++;
      }
    }
    return branch.children.size();
  }

  static std::size_t root_of(const Branch& branch, std::size_t child) {
    while (branch.same_orbit[child] != child) {
      child = branch.same_orbit[child];
    }
    return child;
  }

  static bool orbit_is_searched(const Branch& branch, std::size_t child) {
    const std::size_t root = root_of(branch, child);
    for (std::size_t other = 0; other < child; ++other) {
      if (root_of(branch, other) == root) {
        return true;  // Searched, or left for one that was.
      }
    }
    return false;
  }

  /// Joins the children that automorphisms that fix the path map onto each other, or onto twins.
  void update_orbits(Branch& branch) {
    const std::size_t count = branch.children.size();
    for (std::size_t i = 0; i < count; ++i) {
      child_of_twin_[index(twin_of(branch.children[i]))] = i;
      if (branch.same_orbit.size() < count) {
        branch.same_orbit.push_back(i);
      }
    }
    for (; branch.automorphisms_seen < automorphisms_.size(); ++branch.automorphisms_seen) {
      const std::vector<NodeId>& image = automorphisms_[branch.automorphisms_seen];
      if (!std::all_of(path_.begin(), path_.end(),
                       [&](NodeId v) { return image[index(v)] == v; })) {
        continue;
      }
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t a = root_of(branch, i);
        const std::size_t b =
            root_of(branch, child_of_twin_[index(twin_of(image[index(branch.children[i])]))]);
        branch.same_orbit[std::max(a, b)] = std::min(a, b);
      }
    }
  }

  /// All children are searched. On the first path, the automorphisms that fix the path so far map
  /// its next node to as many nodes as its orbit has.
  void close(const Branch& branch) {
    if (on_first_path()) {
      const NodeId root = orbits_.find(first_.path[path_.size()]);
      double images = 0.0;
      for (std::size_t i = 0; i < branch.children.size(); ++i) {
        if (orbits_.find(branch.children[i]) == root) {
          images += static_cast<double>(branch.twins[i]);
        }
      }
      count_ *= images;
    }
    branches_.pop_back();
  }

  CanonicalSearch result() {
    CanonicalSearch result;
    result.complete = !stopped_;
    result.nodes = nodes_;
    result.automorphisms = count_;
    if (!leaf_found_) {
      const std::span<const NodeId> order = partition_.order();
      best_.order.assign(order.begin(), order.end());
      best_.code = coder_.code(order);
    }
    result.order = std::move(best_.order);
    result.code = std::move(best_.code);
    for (std::size_t v = 0; v < twin_.size(); ++v) {
      result.orbit.push_back(orbits_.find(static_cast<NodeId>(v)));
    }
    return result;
  }

  OrderedPartition partition_;
  Coder coder_;
  std::vector<NodeId> twin_;
  NodeUnion orbits_;  ///< By twins and all automorphisms found.
  std::int64_t max_nodes_;
  CancelToken cancel_;
  std::vector<std::size_t> child_of_twin_;  ///< [N] By smallest twin, of the branch at work.

  std::vector<Branch> branches_;
  std::vector<NodeId> path_;
  std::vector<std::vector<std::uint64_t>> trace_;
  Leaf first_, best_;
  bool leaf_found_ = false;
  std::vector<std::vector<NodeId>> automorphisms_;  ///< [N] Image of each node.
  double count_ = 1.0;
  std::int64_t nodes_ = 0;
  bool stopped_ = false;
};

/// One component, with its own node numbers.
struct Part {
  WlGraph graph;
  std::vector<NodeId> node;  ///< Of the whole graph.
  CanonicalSearch search;
};

std::vector<Part> parts_of(const WlGraph& graph, const Components& components) {
  std::vector<Part> parts(index(components.count()));
  std::vector<NodeId> name(components.component.size());
  for (std::size_t v = 0; v < name.size(); ++v) {
    std::vector<NodeId>& nodes = parts[index(components.component[v])].node;
    name[v] = static_cast<NodeId>(nodes.size());
    nodes.push_back(static_cast<NodeId>(v));
  }
  const CsrView csr = graph.graph.csr();
  for (Part& part : parts) {
    std::vector<std::int64_t> rowptr{0};
    std::vector<NodeId> col;
    for (const NodeId v : part.node) {
      for (EdgeId arc = csr.rowptr[index(v)]; arc < csr.rowptr[index(v) + 1]; ++arc) {
        col.push_back(name[index(csr.col[index(arc)])]);
        if (!graph.edge_label.empty()) {
          part.graph.edge_label.push_back(graph.edge_label[index(arc)]);
        }
      }
      rowptr.push_back(static_cast<std::int64_t>(col.size()));
      if (!graph.node_label.empty()) {
        part.graph.node_label.push_back(graph.node_label[index(v)]);
      }
    }
    part.graph.graph =
        Graph::from_csr(static_cast<NodeId>(part.node.size()), std::move(rowptr), std::move(col));
  }
  return parts;
}

/// Each component by itself, then those of equal codes as copies of each other.
CanonicalSearch search_parts(const WlGraph& graph, const Components& components,
                             std::int64_t max_nodes, const CancelToken& cancel) {
  std::vector<Part> parts = parts_of(graph, components);
  CanonicalSearch whole;
  whole.complete = true;
  for (Part& part : parts) {
    // A single node takes no search.
    const bool is_single = part.node.size() == 1;
    part.search = Search(part.graph, is_single ? 1 : max_nodes - whole.nodes, cancel).run();
    whole.nodes += is_single ? 0 : part.search.nodes;
    whole.complete = whole.complete && part.search.complete;
    whole.automorphisms *= part.search.automorphisms;
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.search.code < b.search.code; });
  NodeUnion orbits(components.component.size());
  std::size_t copies = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Part& part = parts[p];
    const bool is_copy = p > 0 && parts[p - 1].search.code == part.search.code;
    copies = is_copy ? copies + 1 : 1;
    whole.automorphisms *= static_cast<double>(copies);
    for (std::size_t i = 0; i < part.node.size(); ++i) {
      const NodeId v = part.node[index(part.search.order[i])];
      whole.order.push_back(v);
      orbits.join(part.node[i], part.node[index(part.search.orbit[i])]);
      if (is_copy) {
        orbits.join(v, parts[p - 1].node[index(parts[p - 1].search.order[i])]);
      }
    }
  }
  for (std::size_t v = 0; v < components.component.size(); ++v) {
    whole.orbit.push_back(orbits.find(static_cast<NodeId>(v)));
  }
  whole.code = Coder(graph).code(whole.order);
  return whole;
}

}  // namespace

CanonicalSearch canonical_search(const WlGraph& graph, std::int64_t max_nodes,
                                 const CancelToken& cancel) {
  const Components components = connected_components(graph.graph);
  return components.count() > 1 ? search_parts(graph, components, max_nodes, cancel)
                                : Search(graph, max_nodes, cancel).run();
}

}  // namespace isthmus::expressivity
