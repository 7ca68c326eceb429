#include "isthmus/expressivity/witness.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/graph6.hpp"

#include "index.hpp"
#include "small_patterns.hpp"

namespace isthmus::expressivity {
namespace {

/// The nodes of the tuple at a position of n^arity; see Refinement::colour.
std::vector<NodeId> tuple_at(std::size_t position, std::size_t n, std::size_t arity) {
  std::vector<NodeId> nodes(arity);
  for (std::size_t i = arity; i-- > 0; position /= n) {
    nodes[i] = static_cast<NodeId>(position % n);
  }
  return nodes;
}

/// Nodes a tuple has, from the number of tuples; 0 if none fits.
std::size_t arity_of(std::size_t objects, std::size_t n) {
  std::size_t count = n;
  for (std::size_t arity = 1; arity <= 3; ++arity, count *= n) {
    if (objects == count) {
      return arity;
    }
  }
  return 0;
}

/// The colour with unequal counts that is held least often, with the first place of each graph.
std::optional<ClassWitness> rarest_unequal(const std::array<std::vector<std::uint32_t>, 2>& colour,
                                           const std::array<std::size_t, 2>& n, std::size_t arity) {
  struct Held {
    std::array<std::int64_t, 2> count{};
    std::array<std::size_t, 2> first{};
  };
  std::map<std::uint32_t, Held> held;
  for (std::size_t g = 0; g < 2; ++g) {
    for (std::size_t i = 0; i < colour[g].size(); ++i) {
      Held& of_colour = held[colour[g][i]];
      if (of_colour.count[g]++ == 0) {
        of_colour.first[g] = i;
      }
    }
  }
  std::optional<ClassWitness> best;
  for (const auto& [name, of_colour] : held) {
    const auto [in_a, in_b] = of_colour.count;
    if (in_a == in_b || (best && in_a + in_b >= best->count_a + best->count_b)) {
      continue;
    }
    best = ClassWitness{
        .colour = name, .count_a = in_a, .count_b = in_b, .object_a = {}, .object_b = {}};
    if (in_a > 0) {
      best->object_a = tuple_at(of_colour.first[0], n[0], arity);
    }
    if (in_b > 0) {
      best->object_b = tuple_at(of_colour.first[1], n[1], arity);
    }
  }
  return best;
}

/// The nodes of both graphs numbered by the multiset of colours of their row or column of pairs.
std::array<std::vector<std::uint32_t>, 2> colour_of_lines(const Refinement& refinement,
                                                          const std::array<std::size_t, 2>& n,
                                                          WitnessKind kind) {
  std::array<std::vector<std::vector<std::uint32_t>>, 2> lines;
  std::map<std::vector<std::uint32_t>, std::uint32_t> number;
  for (std::size_t g = 0; g < 2; ++g) {
    for (std::size_t u = 0; u < n[g]; ++u) {
      std::vector<std::uint32_t>& line = lines[g].emplace_back();
      for (std::size_t v = 0; v < n[g]; ++v) {
        line.push_back(
            refinement.colour[g][kind == WitnessKind::kRows ? u * n[g] + v : v * n[g] + u]);
      }
      std::sort(line.begin(), line.end());
      number.try_emplace(line, 0);
    }
  }
  std::uint32_t next = 0;
  for (auto& [line, of_line] : number) {
    of_line = next++;
  }
  std::array<std::vector<std::uint32_t>, 2> colour;
  for (std::size_t g = 0; g < 2; ++g) {
    for (const std::vector<std::uint32_t>& line : lines[g]) {
      colour[g].push_back(number.at(line));
    }
  }
  return colour;
}

std::uint64_t node_label(const WlGraph& graph, NodeId v) {
  return graph.node_label.empty() ? 0 : graph.node_label[index(v)];
}

/// Children that look alike: arc label, then class of the subtree.
using ChildKey = std::pair<std::uint64_t, std::uint32_t>;

/// The unfolding trees of all nodes of a graph, by depth.
class Unfolding {
 public:
  Unfolding(const WlGraph& graph, std::int32_t depth) : graph_(&graph) {
    const auto n = index(graph.graph.num_nodes());
    for (std::int32_t d = 0; d <= depth; ++d) {
      std::vector<std::vector<std::uint64_t>> keys(n);
      for (NodeId v = 0; index(v) < n; ++v) {
        std::vector<std::uint64_t>& key = keys[index(v)];
        key.push_back(node_label(graph, v));
        if (d > 0) {
          for (const auto& [child, count] : children(v, d)) {
            key.insert(key.end(), {child.first, child.second, std::uint64_t{count.size()}});
          }
        }
      }
      std::map<std::vector<std::uint64_t>, std::uint32_t> number;
      for (const auto& key : keys) {
        number.try_emplace(key, 0);
      }
      std::uint32_t next = 0;
      for (auto& [key, of_key] : number) {
        of_key = next++;
      }
      std::vector<std::uint32_t>& of_depth = class_.emplace_back();
      for (const auto& key : keys) {
        of_depth.push_back(number.at(key));
      }
    }
  }

  /// Of the tree of `depth` >= 1 at v: its children by their looks.
  [[nodiscard]] std::map<ChildKey, std::vector<NodeId>> children(NodeId v,
                                                                 std::int32_t depth) const {
    std::map<ChildKey, std::vector<NodeId>> result;
    const CsrView csr = graph_->graph.csr();
    for (EdgeId arc = csr.rowptr[index(v)]; arc < csr.rowptr[index(v) + 1]; ++arc) {
      const NodeId u = csr.col[index(arc)];
      const std::uint64_t label = graph_->edge_label.empty() ? 0 : graph_->edge_label[index(arc)];
      result[{label, class_[index(depth - 1)][index(u)]}].push_back(u);
    }
    return result;
  }

  [[nodiscard]] std::uint32_t class_of(NodeId v, std::int32_t depth) const {
    return class_[index(depth)][index(v)];
  }

 private:
  const WlGraph* graph_;
  std::vector<std::vector<std::uint32_t>> class_;  ///< [depth + 1][N]
};

/// The lines of an unfolding tree.
class TreeText {
 public:
  TreeText(const WlGraph& graph, std::int32_t depth) : graph_(&graph), trees_(graph, depth) {}

  void add(NodeId v, std::int32_t depth, std::int32_t level, const std::string& before) {
    std::string text(2 * index(level), ' ');
    text += before + "node";
    if (!graph_->node_label.empty()) {
      text += " labelled " + std::to_string(node_label(*graph_, v));
    }
    if (depth == 0) {
      lines_.emplace_back(std::move(text), Subtree{});
      return;
    }
    text += " of degree " + std::to_string(graph_->graph.csr().degree(v));
    const Subtree subtree{depth, trees_.class_of(v, depth)};
    const bool is_new = uses_[subtree]++ == 0;
    lines_.emplace_back(std::move(text), subtree);
    if (!is_new) {
      return;
    }
    for (const auto& [child, alike] : trees_.children(v, depth)) {
      std::string lead = std::to_string(alike.size()) + " x ";
      if (!graph_->edge_label.empty()) {
        lead += "over edge label " + std::to_string(child.first) + ": ";
      }
      add(alike.front(), depth - 1, level + 1, lead);
    }
  }

  [[nodiscard]] std::string text(std::int64_t max_lines) const {
    std::map<Subtree, std::string> names;
    std::string text;
    std::int64_t count = 0;
    for (const auto& [line, subtree] : lines_) {
      if (count++ == max_lines) {
        return text + "... " +
               std::to_string(static_cast<std::int64_t>(lines_.size()) - max_lines) +
               " more lines\n";
      }
      text += line;
      if (const auto use = uses_.find(subtree); use != uses_.end() && use->second > 1) {
        const auto [name, is_new] =
            names.try_emplace(subtree, "T" + std::to_string(names.size() + 1));
        text += is_new ? "  [" + name->second + "]" : "  = " + name->second;
      }
      text += "\n";
    }
    return text;
  }

 private:
  /// Depth and class; depth 0: a line without a subtree.
  using Subtree = std::pair<std::int32_t, std::uint32_t>;

  const WlGraph* graph_;
  Unfolding trees_;
  std::vector<std::pair<std::string, Subtree>> lines_;
  std::map<Subtree, std::int64_t> uses_;
};

void check_range(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    throw InvalidArgument(std::string("pattern_witness: ") + name + " must be in " +
                          std::to_string(least) + ".." + std::to_string(most) + ", got " +
                          std::to_string(value));
  }
}

/// Tries patterns on two graphs until one differs or the budget is used up.
class PatternSearch {
 public:
  PatternSearch(const WlGraph& a, const WlGraph& b, const PatternWitnessOptions& options)
      : a_(&a), b_(&b), options_(&options), steps_left_(options.max_steps) {}

  /// Whether the search is over.
  bool try_pattern(const WlGraph& pattern) {
    const bool is_tree = pattern.graph.num_edges() / 2 < pattern.graph.num_nodes();
    const std::int64_t most = std::max(a_->graph.num_nodes(), b_->graph.num_nodes());
    const std::int64_t arcs = std::max(a_->graph.num_edges(), b_->graph.num_edges());
    // In double: n^3 may be beyond 64 bits.
    const double a_node =
        is_tree ? static_cast<double>(most + arcs)
                : static_cast<double>(most) * static_cast<double>(most) * static_cast<double>(most);
    const double steps = a_node * static_cast<double>(pattern.graph.num_nodes());
    if (options_->cancel.requested() || steps > static_cast<double>(steps_left_)) {
      return true;
    }
    steps_left_ -= static_cast<std::int64_t>(steps);
    try {
      const Count in_a = homomorphisms(pattern, *a_);
      const Count in_b = homomorphisms(pattern, *b_);
      if (in_a != in_b) {
        found_ = PatternWitness{.pattern = pattern,
                                .graph6 = datasets::write_graph6(pattern.graph),
                                .hom_a = in_a,
                                .hom_b = in_b};
      }
    } catch (const ResourceLimit&) {
      // 2^128 or more: larger patterns may still be rarer.
    }
    return found_.has_value();
  }

  bool try_all(const std::vector<WlGraph>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [this](const WlGraph& pattern) { return try_pattern(pattern); });
  }

  bool try_trees(std::span<const std::uint64_t> labels) {
    std::vector<WlGraph> trees = one_node_patterns(labels);
    for (std::int32_t nodes = 1; !try_all(trees); ++nodes) {
      if (nodes == options_->max_tree_nodes || trees.size() > kMostLabelledTrees) {
        return false;
      }
      trees = trees_with_one_more(trees, labels);
    }
    return true;
  }

  bool try_cycles() {
    for (NodeId length = 3; length <= options_->max_cycle_nodes; ++length) {
      std::vector<Edge> edges{{0, length - 1}};
      for (NodeId v = 1; v < length; ++v) {
        edges.push_back({v - 1, v});
      }
      if (try_pattern(
              {.graph = Graph::from_edges(length, edges), .node_label = {}, .edge_label = {}})) {
        return true;
      }
    }
    return false;
  }

  /// Trees and cycles are tried already.
  bool try_treewidth_two() {
    std::vector<WlGraph> graphs = one_node_patterns();
    for (std::int32_t nodes = 2; nodes <= options_->max_nodes; ++nodes) {
      graphs = treewidth_two_with_one_more(graphs);
      for (const WlGraph& graph : graphs) {
        const EdgeId edges = graph.graph.num_edges() / 2;
        if (edges >= graph.graph.num_nodes() && try_pattern(graph)) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] std::optional<PatternWitness> take() { return std::move(found_); }

 private:
  /// From this many trees of one size on, no larger ones are made.
  static constexpr std::size_t kMostLabelledTrees = 20'000;

  const WlGraph* a_;
  const WlGraph* b_;
  const PatternWitnessOptions* options_;
  std::int64_t steps_left_;
  std::optional<PatternWitness> found_;
};

}  // namespace

std::optional<ClassWitness> class_witness(const Refinement& refinement, const WlGraph& a,
                                          const WlGraph& b) {
  const std::array<std::size_t, 2> n{index(a.graph.num_nodes()), index(b.graph.num_nodes())};
  if (refinement.colour.size() != 2) {
    throw InvalidArgument("class_witness: refinement must be one of two graphs, got one of " +
                          std::to_string(refinement.colour.size()));
  }
  std::array<std::size_t, 2> arity{};
  for (std::size_t g = 0; g < 2; ++g) {
    arity[g] = arity_of(refinement.colour[g].size(), n[g]);
    if (arity[g] == 0) {
      throw InvalidArgument(
          "class_witness: refinement must have a colour for each node, pair or "
          "triple of its graphs, got " +
          std::to_string(refinement.colour[g].size()) + " for " + std::to_string(n[g]) + " nodes");
    }
  }
  // With one node or none, nodes and tuples are as many: the other graph decides.
  const std::size_t of_both = std::max(arity[0], arity[1]);
  std::optional<ClassWitness> witness =
      rarest_unequal({refinement.colour[0], refinement.colour[1]}, n, of_both);
  for (const WitnessKind kind : {WitnessKind::kRows, WitnessKind::kColumns}) {
    if (!witness && of_both == 2) {
      witness = rarest_unequal(colour_of_lines(refinement, n, kind), n, 1);
      if (witness) {
        witness->kind = kind;
      }
    }
  }
  if (witness) {
    witness->round = refinement.rounds();
  }
  return witness;
}

std::string unfolding_tree(const WlGraph& graph, NodeId node, const UnfoldingTreeOptions& options) {
  check_wl_graph(graph, "unfolding_tree");
  const auto fail = [](const std::string& rule, std::int64_t got) {
    throw InvalidArgument("unfolding_tree: " + rule + ", got " + std::to_string(got));
  };
  if (node < 0 || node >= graph.graph.num_nodes()) {
    fail("node must be in 0.." + std::to_string(graph.graph.num_nodes() - 1), node);
  }
  if (options.depth < 0) {
    fail("depth must be >= 0", options.depth);
  }
  if (options.max_lines < 1) {
    fail("max_lines must be >= 1", options.max_lines);
  }
  const auto depth =
      static_cast<std::int32_t>(std::min<std::int64_t>(options.depth, options.max_lines));
  TreeText text(graph, depth);
  text.add(node, depth, 0, "");
  return text.text(options.max_lines);
}

std::optional<PatternWitness> pattern_witness(const WlGraph& a, const WlGraph& b,
                                              const PatternWitnessOptions& options) {
  check_wl_graph(a, "pattern_witness");
  check_wl_graph(b, "pattern_witness");
  check_range("max_tree_nodes", options.max_tree_nodes, 1, 16);
  check_range("max_cycle_nodes", options.max_cycle_nodes, 0, 64);
  check_range("max_nodes", options.max_nodes, 0, 8);
  if (options.max_steps < 0) {
    throw InvalidArgument("pattern_witness: max_steps must be >= 0, got " +
                          std::to_string(options.max_steps));
  }
  const WlGraph plain_a{.graph = a.graph, .node_label = {}, .edge_label = {}};
  const WlGraph plain_b{.graph = b.graph, .node_label = {}, .edge_label = {}};
  PatternSearch search(plain_a, plain_b, options);
  if (search.try_trees({}) || (options.patterns == PatternClass::kTreewidth2 &&
                               (search.try_cycles() || search.try_treewidth_two()))) {
    return search.take();
  }
  std::vector<std::uint64_t> labels = a.node_label;
  labels.insert(labels.end(), b.node_label.begin(), b.node_label.end());
  if (labels.empty()) {
    return std::nullopt;
  }
  if (a.node_label.empty() || b.node_label.empty()) {
    labels.push_back(0);
  }
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  const WlGraph labelled_a{.graph = a.graph, .node_label = a.node_label, .edge_label = {}};
  const WlGraph labelled_b{.graph = b.graph, .node_label = b.node_label, .edge_label = {}};
  PatternSearch with_labels(labelled_a, labelled_b, options);
  (void)with_labels.try_trees(labels);
  return with_labels.take();
}

}  // namespace isthmus::expressivity
