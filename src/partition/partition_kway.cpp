#include "isthmus/partition/partition_kway.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <sstream>
#include <utility>

#include "isthmus/core/available_memory.hpp"
#include "isthmus/core/error.hpp"

#include "metis_call.hpp"

namespace isthmus::partition {
namespace {

using partition_detail::MetisAnswer;
using partition_detail::MetisCall;

void refuse(const std::string& rule, const std::string& got) {
  throw InvalidArgument("partition_kway: " + rule + ", got " + got);
}

std::string text_of(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

void check_options(const Graph& graph, const PartitionOptions& options) {
  if (graph.is_bipartite()) {
    refuse("the graph must not be bipartite", std::to_string(graph.num_src()) + " sources and " +
                                                  std::to_string(graph.num_dst()) +
                                                  " destinations");
  }
  if (options.parts < 1) {
    refuse("parts must be >= 1", std::to_string(options.parts));
  }
  if (graph.num_nodes() > 0 && options.parts > graph.num_nodes()) {
    refuse("parts must be at most the number of nodes, " + std::to_string(graph.num_nodes()),
           std::to_string(options.parts));
  }
  if (!(options.imbalance > 1.0 && options.imbalance <= 1000.0)) {
    refuse("imbalance must be in (1, 1000]", text_of(options.imbalance));
  }
  if (options.seed < -1) {
    refuse("seed must be >= -1", std::to_string(options.seed));
  }
  if (options.iterations < 1) {
    refuse("iterations must be >= 1", std::to_string(options.iterations));
  }
  if (options.memory_limit < -1) {
    refuse("memory_limit must be >= -1", std::to_string(options.memory_limit));
  }
  if (options.cuts < 1) {
    refuse("cuts must be >= 1", std::to_string(options.cuts));
  }
}

bool balances_edges(const CsrView& csr, Balance balance) {
  if (balance != Balance::kAutomatic) {
    return balance == Balance::kNodesAndEdges;
  }
  constexpr double kSkewed = 20.0;
  std::int64_t largest = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    largest = std::max(largest, csr.degree(v));
  }
  return static_cast<double>(largest) * csr.num_rows() >
         kSkewed * static_cast<double>(csr.num_edges());
}

MetisAnswer ask_metis(const CsrView& csr, const PartitionOptions& options) {
  MetisCall call;
  call.graph = csr;
  call.parts = options.parts;
  call.ufactor = std::max(1, static_cast<std::int32_t>(std::lround((options.imbalance - 1) * 1e3)));
  call.seed = options.seed;
  call.iterations = options.iterations;
  call.cuts = options.cuts;
  std::vector<std::int64_t> weight;
  if (balances_edges(csr, options.balance)) {
    call.constraints = 2;
    for (NodeId v = 0; v < csr.num_rows(); ++v) {
      weight.push_back(1);
      weight.push_back(csr.degree(v));
    }
    call.weight = weight;
  }
  MetisAnswer answer = partition_detail::call_metis(call);
  for (std::size_t v = 0; v < answer.part.size(); ++v) {
    if (answer.part[v] < 0 || answer.part[v] >= options.parts) {
      throw RunFailed("partition_kway: METIS put node " + std::to_string(v) + " into part " +
                      std::to_string(answer.part[v]) + " of " + std::to_string(options.parts));
    }
  }
  return answer;
}

std::int64_t count_cut(const CsrView& csr, const std::vector<std::int32_t>& part) {
  std::int64_t ends = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    for (const NodeId u : csr.row(v)) {
      ends += part[static_cast<std::size_t>(u)] != part[static_cast<std::size_t>(v)] ? 1 : 0;
    }
  }
  return ends / 2;
}

/// The node of `part` with the fewest neighbours inside it.
NodeId loosest_node(const CsrView& csr, const std::vector<std::int32_t>& part, std::int32_t of) {
  NodeId loosest = -1;
  std::int64_t fewest = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    if (part[static_cast<std::size_t>(v)] == of) {
      const auto row = csr.row(v);
      const std::int64_t inside = std::count_if(row.begin(), row.end(), [&](NodeId u) {
        return part[static_cast<std::size_t>(u)] == of;
      });
      if (loosest < 0 || inside < fewest) {
        loosest = v;
        fewest = inside;
      }
    }
  }
  return loosest;
}

void fill_empty_parts(const CsrView& csr, PartitionResult& result) {
  for (std::size_t p = 0; p < result.size.size(); ++p) {
    if (result.size[p] == 0) {
      const auto largest = std::max_element(result.size.begin(), result.size.end());
      const auto from = static_cast<std::int32_t>(largest - result.size.begin());
      const NodeId v = loosest_node(csr, result.part, from);
      result.part[static_cast<std::size_t>(v)] = static_cast<std::int32_t>(p);
      ++result.size[p];
      --*largest;
      ++result.repaired_nodes;
    }
  }
}

double over_mean(const std::vector<std::int64_t>& amounts) {
  const std::int64_t total = std::accumulate(amounts.begin(), amounts.end(), std::int64_t{0});
  return total == 0 ? 1.0
                    : static_cast<double>(*std::max_element(amounts.begin(), amounts.end())) *
                          static_cast<double>(amounts.size()) / static_cast<double>(total);
}

/// Node v into the part that holds its share of the ids: what a graph without edges gets, and the
/// only answer for one part or one node each.
std::vector<std::int32_t> ranges(NodeId nodes, std::int64_t parts) {
  std::vector<std::int32_t> part(static_cast<std::size_t>(nodes));
  for (std::size_t v = 0; v < part.size(); ++v) {
    part[v] = static_cast<std::int32_t>(static_cast<std::int64_t>(v) * parts / nodes);
  }
  return part;
}

}  // namespace

PartitionResult partition_kway(const Graph& graph, const PartitionOptions& options) {
  check_options(graph, options);
  // What is too wide already is refused before any work; taking arcs both ways may double it.
  partition_detail::check_width(graph.num_nodes(), "nodes");
  partition_detail::check_width(graph.num_edges(), "directed edges");
  const Graph simple = graph.symmetrised().without_self_loops();
  const CsrView csr = simple.csr();
  partition_detail::check_width(csr.num_edges(), "directed edges");

  PartitionResult result;
  result.library = partition_detail::metis_version();
  const bool known = options.parts == 1 || options.parts >= csr.num_rows() || csr.num_edges() == 0;
  if (known) {
    result.part = ranges(csr.num_rows(), options.parts);
  } else {
    partition_detail::check_memory(
        csr.num_rows(), csr.num_edges(),
        options.memory_limit >= 0 ? options.memory_limit : available_memory());
    MetisAnswer answer = ask_metis(csr, options);
    result.part = std::move(answer.part);
    const std::int64_t counted = count_cut(csr, result.part);
    if (counted != answer.cut) {
      throw RunFailed("partition_kway: METIS reports a cut of " + std::to_string(answer.cut) +
                      ", its parts have one of " + std::to_string(counted));
    }
  }

  result.size.assign(static_cast<std::size_t>(options.parts), 0);
  for (const std::int32_t p : result.part) {
    ++result.size[static_cast<std::size_t>(p)];
  }
  if (options.repair && csr.num_rows() > 0) {
    fill_empty_parts(csr, result);
  }
  result.empty_parts = std::count(result.size.begin(), result.size.end(), 0);
  result.edge_cut = count_cut(csr, result.part);
  result.node_imbalance = over_mean(result.size);
  std::vector<std::int64_t> degrees(result.size.size());
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    degrees[static_cast<std::size_t>(result.part[static_cast<std::size_t>(v)])] += csr.degree(v);
  }
  result.edge_imbalance = over_mean(degrees);
  return result;
}

}  // namespace isthmus::partition
