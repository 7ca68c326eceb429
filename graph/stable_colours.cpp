#include "isthmus/graph/stable_colours.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

namespace isthmus {
namespace {

using Colours = std::vector<std::int64_t>;

/// Neighbours' colours of every node in ascending order, in the place of the neighbours.
void sort_neighbour_colours(const CsrView& rows, const Colours& colour, Colours& around) {
  for (std::size_t v = 0; v + 1 < rows.rowptr.size(); ++v) {
    const auto first = static_cast<std::ptrdiff_t>(rows.rowptr[v]);
    const auto last = static_cast<std::ptrdiff_t>(rows.rowptr[v + 1]);
    for (std::ptrdiff_t slot = first; slot < last; ++slot) {
      const auto neighbour = static_cast<std::size_t>(rows.col[static_cast<std::size_t>(slot)]);
      around[static_cast<std::size_t>(slot)] = colour[neighbour];
    }
    std::sort(around.begin() + first, around.begin() + last);
  }
}

}  // namespace

StableColours stable_colours(const Graph& graph, const CancelToken& cancel) {
  check_simple(graph, "stable_colours");
  const CsrView rows = graph.csr();
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  StableColours result{.colour = Colours(n, 0), .count = n == 0 ? 0 : 1};
  Colours around(rows.col.size());
  Colours next(n);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto neighbours = [&](std::size_t v) {
    return std::span<const std::int64_t>(around).subspan(
        static_cast<std::size_t>(rows.rowptr[v]),
        static_cast<std::size_t>(rows.degree(static_cast<NodeId>(v))));
  };
  const auto compare = [&](std::size_t a, std::size_t b) {
    if (result.colour[a] != result.colour[b]) {
      return result.colour[a] < result.colour[b] ? -1 : 1;
    }
    const auto left = neighbours(a);
    const auto right = neighbours(b);
    if (std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end())) {
      return -1;
    }
    return std::equal(left.begin(), left.end(), right.begin(), right.end()) ? 0 : 1;
  };
  while (true) {
    if (cancel.requested()) {
      throw Interrupted("stable_colours: interrupted");
    }
    sort_neighbour_colours(rows, result.colour, around);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return compare(a, b) < 0; });
    std::int64_t count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      count += i == 0 || compare(order[i - 1], order[i]) != 0 ? 1 : 0;
      next[order[i]] = count - 1;
    }
    if (count == result.count) {
      return result;
    }
    std::swap(result.colour, next);
    result.count = count;
    ++result.rounds;
  }
}

}  // namespace isthmus
