#include "resistance_numbers.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/rewiring/resistance.hpp"

#include "index.hpp"
#include "modular_inverse.hpp"
#include "rank_values.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kInfinite = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kPrimeBound = std::uint32_t{1} << 31U;
constexpr double kFloatStep = 1e-9;
/// Larger components are eliminated by all threads, one component after another.
constexpr std::int64_t kLargeComponent = 256;

/// A connected component of one of the graphs.
struct Component {
  std::size_t graph = 0;
  std::vector<NodeId> nodes;
};

std::vector<Component> components_of(std::span<const WlGraph> graphs) {
  std::vector<Component> all;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const Components parts = connected_components(graphs[g].graph);
    const std::size_t first = all.size();
    all.resize(first + parts.size.size(), {g, {}});
    for (NodeId v = 0; v < graphs[g].graph.num_nodes(); ++v) {
      all[first + index(parts.component[index(v)])].nodes.push_back(v);
    }
  }
  return all;
}

/// Entries of the result: [G][pairs].
using Keys = std::vector<std::vector<std::uint64_t>>;

Keys infinite_keys(std::span<const WlGraph> graphs, ResistancePairs pairs) {
  Keys keys;
  for (const WlGraph& graph : graphs) {
    const std::int64_t n = graph.graph.num_nodes();
    keys.emplace_back(index(pairs == ResistancePairs::kAll ? n * n : graph.graph.num_edges()),
                      kInfinite);
  }
  return keys;
}

/// Inverse of the Laplacian of a component without its last node.
InverseOutcome invert_grounded(const Graph& graph, const Component& component, std::uint32_t p,
                               std::vector<std::uint64_t>& inverse, const CancelToken& cancel) {
  const auto size = static_cast<std::int64_t>(component.nodes.size()) - 1;
  inverse.assign(index(size * size), 0);
  for (std::int64_t i = 0; i < size; ++i) {
    std::uint64_t* const row = inverse.data() + i * size;
    const std::span<const NodeId> neighbours = graph.csr().row(component.nodes[index(i)]);
    row[i] = neighbours.size() % p;
    for (const NodeId u : neighbours) {
      const auto place = std::ranges::lower_bound(component.nodes, u) - component.nodes.begin();
      if (place < size) {
        row[place] = p - 1;
      }
    }
  }
  return invert_modulo(inverse, size, p, cancel);
}

/// R(u,v) modulo p for the pairs of a component.
class Residues {
 public:
  Residues(const std::vector<std::uint64_t>& inverse, std::int64_t size, std::uint64_t p)
      : inverse_(inverse), size_(size), p_(p) {}

  [[nodiscard]] std::uint64_t operator()(std::int64_t i, std::int64_t j) const {
    return (entry(i, i) + entry(j, j) + 2 * (p_ - entry(i, j))) % p_;
  }

 private:
  [[nodiscard]] std::uint64_t entry(std::int64_t i, std::int64_t j) const {
    return i < size_ && j < size_ ? inverse_[index(i * size_ + j)] : 0;
  }

  const std::vector<std::uint64_t>& inverse_;
  std::int64_t size_;
  std::uint64_t p_;
};

void write_residues(const Graph& graph, const Component& component, ResistancePairs pairs,
                    const Residues& residues, std::vector<std::uint64_t>& out) {
  const std::int64_t n = graph.num_nodes();
  const auto count = static_cast<std::int64_t>(component.nodes.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const NodeId v = component.nodes[index(i)];
    if (pairs == ResistancePairs::kAll) {
      for (std::int64_t j = 0; j < count; ++j) {
        out[index(v * n + component.nodes[index(j)])] = residues(i, j);
      }
      continue;
    }
    std::int64_t slot = graph.csr().rowptr[index(v)];
    for (const NodeId u : graph.csr().row(v)) {
      out[index(slot++)] =
          residues(i, std::ranges::lower_bound(component.nodes, u) - component.nodes.begin());
    }
  }
}

/// Fills `out` with residues modulo p; kSingular if p divides a number of spanning trees.
InverseOutcome residues_modulo(std::span<const WlGraph> graphs,
                               const std::vector<Component>& components, ResistancePairs pairs,
                               std::uint32_t p, const CancelToken& cancel, Keys& out) {
  std::atomic<bool> singular = false;
  std::atomic<bool> cancelled = false;
  const auto invert = [&](const Component& component) {
    if (singular || cancelled) {
      return;
    }
    std::vector<std::uint64_t> inverse;
    const Graph& graph = graphs[component.graph].graph;
    switch (invert_grounded(graph, component, p, inverse, cancel)) {
      case InverseOutcome::kSingular:
        singular = true;
        return;
      case InverseOutcome::kCancelled:
        cancelled = true;
        return;
      case InverseOutcome::kDone:
        const auto size = static_cast<std::int64_t>(component.nodes.size()) - 1;
        write_residues(graph, component, pairs, Residues(inverse, size, p), out[component.graph]);
    }
  };
  const auto is_large = [](const Component& component) {
    return static_cast<std::int64_t>(component.nodes.size()) > kLargeComponent;
  };
  parallel_chunks(static_cast<std::int64_t>(components.size()), [&](std::int64_t c) {
    if (!is_large(components[index(c)])) {
      invert(components[index(c)]);
    }
  });
  for (const Component& component : components) {
    if (is_large(component)) {
      invert(component);
    }
  }
  return cancelled  ? InverseOutcome::kCancelled
         : singular ? InverseOutcome::kSingular
                    : InverseOutcome::kDone;
}

/// Replaces keys by their ranks, infinity by the last of them; gives how many there are.
std::int64_t rank_keys(Keys& keys) {
  std::vector<std::uint64_t> all;
  for (const std::vector<std::uint64_t>& of_graph : keys) {
    all.insert(all.end(), of_graph.begin(), of_graph.end());
  }
  const Numbering ranks = rank_values<std::uint64_t>(all);
  auto next = ranks.colour.begin();
  for (std::vector<std::uint64_t>& of_graph : keys) {
    for (std::uint64_t& key : of_graph) {
      key = *next++;
    }
  }
  return ranks.classes;
}

/// Primes whose product proves that two resistances that agree modulo each are equal.
std::int64_t primes_of_proof(std::span<const WlGraph> graphs,
                             const std::vector<Component>& components) {
  double bits = 0.0;
  for (const Component& component : components) {
    double trees = 0.0;
    for (const NodeId v : component.nodes) {
      const auto degree = graphs[component.graph].graph.csr().degree(v);
      trees += std::log2(static_cast<double>(std::max<std::int64_t>(degree, 1)));
    }
    bits = std::max(bits, 2 * trees + std::log2(static_cast<double>(component.nodes.size())));
  }
  // The primes used are above 2^30.9; a bit more than enough covers the rounding of logarithms.
  return static_cast<std::int64_t>(bits * (1 + 1e-9) / 30.9) + 2;
}

ResistanceNumbers finish(Keys& keys) {
  ResistanceNumbers result;
  result.count = rank_keys(keys);
  for (const std::vector<std::uint64_t>& of_graph : keys) {
    result.number.emplace_back(of_graph.begin(), of_graph.end());
  }
  return result;
}

ResistanceNumbers by_primes(std::span<const WlGraph> graphs,
                            const std::vector<Component>& components, ResistancePairs pairs,
                            bool proof, const CancelToken& cancel) {
  constexpr std::int64_t kPrimes = 2;
  const std::int64_t wanted = proof ? primes_of_proof(graphs, components) : kPrimes;
  Keys keys = infinite_keys(graphs, pairs);
  Keys residues = keys;
  std::uint32_t p = kPrimeBound;
  double miss = 1.0;
  for (std::int64_t done = 0; done < wanted;) {
    p = prime_below(p);
    const InverseOutcome outcome = residues_modulo(graphs, components, pairs, p, cancel, residues);
    if (outcome == InverseOutcome::kCancelled) {
      return {.cancelled = true};
    }
    if (outcome == InverseOutcome::kSingular) {
      continue;
    }
    if (done >= kPrimes) {
      (void)rank_keys(keys);
    }
    for (std::size_t g = 0; g < keys.size(); ++g) {
      for (std::size_t i = 0; i < keys[g].size(); ++i) {
        const bool infinite = residues[g][i] == kInfinite;
        keys[g][i] = infinite    ? kInfinite
                     : done == 0 ? residues[g][i]
                                 : keys[g][i] << 31U | residues[g][i];
      }
    }
    miss /= p;
    ++done;
  }
  ResistanceNumbers result = finish(keys);
  const auto count = static_cast<double>(result.count);
  result.certain = proof;
  result.error_bound = proof ? 0.0 : std::min(1.0, count * count / 2 * miss);
  return result;
}

std::uint64_t float_key(double resistance) {
  // A quarter of a step keeps whole and half steps off the borders.
  return std::isinf(resistance)
             ? kInfinite
             : static_cast<std::uint64_t>(std::floor(resistance / kFloatStep + 0.25) + 1);
}

ResistanceNumbers by_doubles(std::span<const WlGraph> graphs, ResistancePairs pairs,
                             const CancelToken& cancel) {
  Keys keys = infinite_keys(graphs, pairs);
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    if (cancel.requested()) {
      return {.cancelled = true};
    }
    const Graph& graph = graphs[g].graph;
    if (pairs == ResistancePairs::kAll) {
      std::ranges::transform(rewiring::resistance_matrix({graph, {}}, graph.num_nodes()),
                             keys[g].begin(), float_key);
      continue;
    }
    // Not kAuto: that would estimate where neither of the exact tiers fits.
    const rewiring::ResistanceResult found =
        rewiring::resistance({graph, {}}, {.tier = rewiring::ResistanceTier::kSparse});
    std::size_t slot = 0;
    for (const auto& [u, v] : graph.arcs()) {
      const Edge edge{std::min(u, v), std::max(u, v)};
      const auto place = std::ranges::lower_bound(found.edges, edge) - found.edges.begin();
      keys[g][slot++] = float_key(found.edge_resistance[index(place)]);
    }
  }
  ResistanceNumbers result = finish(keys);
  result.error_bound = 1.0;
  return result;
}

}  // namespace

ResistanceNumbers number_resistances(std::span<const WlGraph> graphs, ResistancePairs pairs,
                                     const ResistanceLabelOptions& options, bool proof,
                                     const CancelToken& cancel) {
  const std::vector<Component> components = components_of(graphs);
  const bool fits = std::ranges::all_of(components, [&](const Component& component) {
    return static_cast<std::int64_t>(component.nodes.size()) <= options.max_modular_nodes;
  });
  const bool modular = options.arithmetic == ResistanceArithmetic::kModular ||
                       (options.arithmetic == ResistanceArithmetic::kAuto && fits);
  return modular ? by_primes(graphs, components, pairs, proof, cancel)
                 : by_doubles(graphs, pairs, cancel);
}

}  // namespace isthmus::expressivity
