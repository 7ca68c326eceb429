#include "isthmus/rewiring/edge_counts.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "edge_counter.hpp"

namespace isthmus::rewiring {
namespace {

/// Steps of sweeping that a chunk holds at least; its marks, one word a node, must be negligible.
constexpr std::int64_t kStepsOfChunk = std::int64_t{1} << 18U;
constexpr std::int64_t kLargestDegree = std::int64_t{1} << 30U;

/// Sum of the degrees of each node's neighbours: the length of a sweep.
std::vector<std::int64_t> sweep_lengths(const CsrView& csr) {
  std::vector<std::int64_t> length(static_cast<std::size_t>(csr.num_rows()));
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    if (csr.degree(v) >= kLargestDegree) {
      throw ResourceLimit("edge_counts: degrees must be below 2^30, node " + std::to_string(v) +
                          " has " + std::to_string(csr.degree(v)));
    }
    for (const NodeId p : csr.row(v)) {
      length[static_cast<std::size_t>(v)] += csr.degree(p);
    }
  }
  return length;
}

/// One edge, from the end of larger degree (ties: the smaller id) to the other.
struct Task {
  NodeId held = 0;
  NodeId other = 0;
  EdgeId index = 0;  ///< Among the sorted edges.
};

/// Tasks by held node, and where chunks begin among them.
struct Schedule {
  std::vector<Task> tasks;
  std::vector<std::size_t> first;  ///< One more than chunks.
};

bool holds(const CsrView& csr, NodeId u, NodeId v) {
  return std::pair(-csr.degree(u), u) < std::pair(-csr.degree(v), v);
}

/// Steps of the two sweeps around uv: each leaves out the row of the other end.
std::pair<std::int64_t, std::int64_t> sweeps(const CsrView& csr,
                                             const std::vector<std::int64_t>& length, NodeId u,
                                             NodeId v) {
  return {length[static_cast<std::size_t>(u)] - csr.degree(v),
          length[static_cast<std::size_t>(v)] - csr.degree(u)};
}

Schedule schedule_of(const CsrView& csr, const std::vector<std::int64_t>& length,
                     const std::vector<Edge>& edges) {
  std::vector<EdgeId> next(static_cast<std::size_t>(csr.num_rows()) + 1);
  for (const auto& [u, v] : edges) {
    ++next[static_cast<std::size_t>(holds(csr, u, v) ? u : v) + 1];
  }
  for (std::size_t v = 1; v < next.size(); ++v) {
    next[v] += next[v - 1];
  }
  Schedule schedule;
  schedule.tasks.resize(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto [u, v] = edges[i];
    const bool from_u = holds(csr, u, v);
    const NodeId held = from_u ? u : v;
    const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(held)]++);
    schedule.tasks[place] = {held, from_u ? v : u, static_cast<EdgeId>(i)};
  }
  const std::int64_t steps_of_chunk = std::max(kStepsOfChunk, std::int64_t{4} * csr.num_rows());
  std::int64_t steps = steps_of_chunk;
  for (std::size_t i = 0; i < schedule.tasks.size(); ++i) {
    if (steps >= steps_of_chunk) {
      schedule.first.push_back(i);
      steps = 0;
    }
    const Task& task = schedule.tasks[i];
    const auto [from_held, from_other] = sweeps(csr, length, task.held, task.other);
    steps += csr.degree(task.other) + std::min(from_held, from_other);
  }
  schedule.first.push_back(schedule.tasks.size());
  return schedule;
}

}  // namespace

EdgeCountsResult edge_counts(const Graph& graph) {
  check_simple(graph, "edge_counts");
  const CsrView csr = graph.csr();
  const std::vector<std::int64_t> length = sweep_lengths(csr);
  EdgeCountsResult result{graph.edges(), {}};
  result.counts.resize(result.edges.size());
  const Schedule schedule = schedule_of(csr, length, result.edges);

  parallel_chunks(static_cast<std::int64_t>(schedule.first.size()) - 1, [&](std::int64_t chunk) {
    const auto at = static_cast<std::size_t>(chunk);
    EdgeCounter counter(csr.num_rows());
    NodeId held = -1;
    for (std::size_t i = schedule.first[at]; i < schedule.first[at + 1]; ++i) {
      const Task& task = schedule.tasks[i];
      if (task.held != held) {
        if (held >= 0) {
          counter.release(csr, held);
        }
        held = task.held;
        counter.hold(csr, held);
      }
      const auto [from_held, from_other] = sweeps(csr, length, task.held, task.other);
      EdgeCounts counts = counter.count(csr, task.held, task.other, from_held <= from_other);
      const auto index = static_cast<std::size_t>(task.index);
      if (result.edges[index].u != task.held) {
        std::swap(counts.degree_u, counts.degree_v);
        std::swap(counts.s_u, counts.s_v);
      }
      result.counts[index] = counts;
    }
  });
  return result;
}

}  // namespace isthmus::rewiring
