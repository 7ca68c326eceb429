#include "isthmus/expressivity/brec.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/traversal.hpp"

namespace isthmus::expressivity {
namespace {

using datasets::BrecPair;

/// Stream of the random names of nodes: one substream a graph.
constexpr std::uint32_t kBrecNameStream = 0x6578'0001;

constexpr std::array kPublished = {
    BrecPublished{.test = "wl1", .basic = 0, .regular = 0, .extension = 0, .cfi = 0, .total = 0},
    BrecPublished{
        .test = "spdwl", .basic = 16, .regular = 14, .extension = 41, .cfi = 12, .total = 83},
    BrecPublished{
        .test = "kl11", .basic = 60, .regular = 50, .extension = 100, .cfi = 41, .total = 251},
    BrecPublished{
        .test = "swl_vs", .basic = 60, .regular = 50, .extension = 100, .cfi = 41, .total = 251},
    BrecPublished{
        .test = "fwl2", .basic = 60, .regular = 50, .extension = 100, .cfi = 60, .total = 270},
    BrecPublished{
        .test = "s3", .basic = -1, .regular = -1, .extension = -1, .cfi = -1, .total = 105},
    BrecPublished{
        .test = "s4", .basic = -1, .regular = -1, .extension = -1, .cfi = -1, .total = 243},
    BrecPublished{
        .test = "n2", .basic = -1, .regular = -1, .extension = -1, .cfi = -1, .total = 298},
};

/// The paper counts the last two groups among the regular pairs.
std::string_view column_of(const BrecPair& pair) {
  const bool regular = pair.category == "4-Vertex_Condition" || pair.category == "Distance_Regular";
  return regular ? "Regular" : std::string_view(pair.category);
}

bool is_connected(const Graph& graph) { return connected_components(graph).count() <= 1; }

/// The graph with its nodes named anew.
Graph renamed(const Graph& graph, std::uint64_t seed, std::uint32_t which) {
  RandomStream random(seed, kBrecNameStream, which);
  const std::vector<std::int64_t> name = random.permutation(graph.num_nodes());
  std::vector<Edge> edges = graph.edges();
  for (auto& [u, v] : edges) {
    u = static_cast<NodeId>(name[static_cast<std::size_t>(u)]);
    v = static_cast<NodeId>(name[static_cast<std::size_t>(v)]);
  }
  return Graph::from_edges(graph.num_nodes(), edges);
}

/// Whether the stronger test ties, or has no verdict, where the weaker separates.
bool breaks(const PairVerdict& weaker, const PairVerdict& stronger) {
  return weaker.outcome == Outcome::kDistinguished && stronger.outcome == Outcome::kTied;
}

std::size_t index_of(std::span<const TestId> tests, std::string_view id) {
  return static_cast<std::size_t>(
      std::find_if(tests.begin(), tests.end(), [&](const TestId& test) { return test.id == id; }) -
      tests.begin());
}

/// body(i) for each pair, in parallel; tells of progress from this thread.
template <typename Body>
void for_pairs(std::span<const BrecPair> pairs, const ProgressCallback& progress,
               const std::string& detail, const Body& body) {
  // Large graphs first, or one of them would end alone on its thread.
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) {
    return pairs[i].a.num_nodes() > pairs[k].a.num_nodes();
  });
  constexpr std::size_t kPairsOfReport = 20;
  for (std::size_t first = 0; first < order.size(); first += kPairsOfReport) {
    const std::size_t count = std::min(kPairsOfReport, order.size() - first);
    parallel_chunks(static_cast<std::int64_t>(count), [&](std::int64_t chunk) {
      body(order[first + static_cast<std::size_t>(chunk)]);
    });
    report_progress(progress, {.what = "pairs",
                               .done = static_cast<std::int64_t>(first + count),
                               .total = static_cast<std::int64_t>(order.size()),
                               .detail = detail});
  }
}

}  // namespace

std::vector<BrecPair> change_brec(std::span<const BrecPair> pairs, const BrecChange& change) {
  std::vector<BrecPair> changed(pairs.begin(), pairs.end());
  for_pairs(pairs, change.progress, "changed", [&](std::size_t i) {
    const auto first = 2 * static_cast<std::uint32_t>(pairs[i].id);
    for (const auto& [graph, which] :
         {std::pair(&changed[i].a, first), std::pair(&changed[i].b, first + 1)}) {
      if (change.relabel) {
        *graph = renamed(*graph, *change.relabel, which);
      }
      if (change.change) {
        *graph = change.change(*graph);
      }
    }
  });
  return changed;
}

std::vector<PairVerdict> brec_verdicts(std::span<const BrecPair> pairs, const TestId& test,
                                       const BrecOptions& options) {
  std::vector<PairVerdict> verdicts(pairs.size());
  for_pairs(pairs, options.progress, test.name, [&](std::size_t i) {
    const std::array<WlGraph, 2> graphs = {WlGraph{.graph = pairs[i].a},
                                           WlGraph{.graph = pairs[i].b}};
    verdicts[i] = compare(test, graphs, options.refine, options.inputs);
  });
  return verdicts;
}

std::vector<InclusionCheck> check_inclusions(std::span<const BrecPair> pairs,
                                             std::span<const TestId> tests,
                                             std::span<const std::vector<PairVerdict>> verdicts) {
  std::vector<InclusionCheck> checks;
  for (const TestRelation& relation : test_relations()) {
    const std::size_t weaker = index_of(tests, relation.weaker);
    const std::size_t stronger = index_of(tests, relation.stronger);
    if (weaker == tests.size() || stronger == tests.size()) {
      continue;
    }
    InclusionCheck check{.relation = relation, .broken = {}, .out_of_scope = {}};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const PairVerdict& low = verdicts[weaker][i];
      const PairVerdict& high = verdicts[stronger][i];
      if (breaks(low, high) || (relation.equal && breaks(high, low))) {
        const bool in_scope =
            !relation.connected || (is_connected(pairs[i].a) && is_connected(pairs[i].b));
        (in_scope ? check.broken : check.out_of_scope).push_back(pairs[i].id);
      }
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

std::vector<BrecCount> count_brec(std::span<const BrecPair> pairs,
                                  std::span<const PairVerdict> verdicts, BrecGroup group) {
  std::vector<BrecCount> counts;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::string& name =
        group == BrecGroup::kSubcategory ? pairs[i].subcategory : pairs[i].category;
    auto it = std::find_if(counts.begin(), counts.end(),
                           [&](const BrecCount& count) { return count.name == name; });
    if (it == counts.end()) {
      it = counts.insert(counts.end(), {.name = name});
    }
    ++it->total;
    it->separated += verdicts[i].outcome == Outcome::kDistinguished ? 1 : 0;
  }
  return counts;
}

std::span<const BrecPublished> brec_published() { return kPublished; }

std::vector<std::string> unlike_published(std::span<const BrecPair> pairs, const TestId& test,
                                          std::span<const PairVerdict> verdicts) {
  std::vector<std::string> differences;
  const auto* const row =
      std::find_if(kPublished.begin(), kPublished.end(),
                   [&](const BrecPublished& published) { return published.test == test.id; });
  if (row == kPublished.end()) {
    return differences;
  }
  const std::array<std::pair<std::string_view, std::int32_t>, 5> columns = {
      {{"Basic", row->basic},
       {"Regular", row->regular},
       {"Extension", row->extension},
       {"CFI", row->cfi},
       {"total", row->total}}};
  for (const auto& [name, expected] : columns) {
    std::int64_t got = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const bool counts = name == "total" || column_of(pairs[i]) == name;
      got += counts && verdicts[i].outcome == Outcome::kDistinguished ? 1 : 0;
    }
    if (expected >= 0 && got != expected) {
      differences.push_back(test.name + ", " + std::string(name) + ": expected " +
                            std::to_string(expected) + ", got " + std::to_string(got));
    }
  }
  return differences;
}

}  // namespace isthmus::expressivity
