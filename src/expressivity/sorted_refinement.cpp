#include "sorted_refinement.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::size_t kSortedNodesPerChunk = 1024;

/// What a node hears along one arc.
struct Heard {
  std::uint64_t label = 0;
  std::uint32_t colour = 0;

  friend auto operator<=>(const Heard&, const Heard&) = default;
};

/// The sorted rows of one round.
class SortedRows {
 public:
  explicit SortedRows(const JointRows& rows) : rows_(rows), heard_(rows.csr.col.size()) {}

  void listen(std::span<const std::uint32_t> colour) {
    const std::size_t nodes = rows_.num_nodes();
    const std::size_t chunks = (nodes + kSortedNodesPerChunk - 1) / kSortedNodesPerChunk;
    parallel_chunks(static_cast<std::int64_t>(chunks), [&](std::int64_t chunk) {
      const std::size_t begin = static_cast<std::size_t>(chunk) * kSortedNodesPerChunk;
      for (std::size_t v = begin; v < std::min(nodes, begin + kSortedNodesPerChunk); ++v) {
        const auto first = static_cast<std::size_t>(rows_.csr.rowptr[v]);
        const auto last = static_cast<std::size_t>(rows_.csr.rowptr[v + 1]);
        for (std::size_t arc = first; arc < last; ++arc) {
          heard_[arc] = {rows_.edge_label.empty() ? 0 : rows_.edge_label[arc],
                         colour[static_cast<std::size_t>(rows_.csr.col[arc])]};
        }
        std::sort(heard_.begin() + static_cast<std::ptrdiff_t>(first),
                  heard_.begin() + static_cast<std::ptrdiff_t>(last));
      }
    });
  }

  [[nodiscard]] std::span<const Heard> row(std::size_t v) const {
    const auto first = static_cast<std::size_t>(rows_.csr.rowptr[v]);
    return std::span(heard_).subspan(first,
                                     static_cast<std::size_t>(rows_.csr.rowptr[v + 1]) - first);
  }

 private:
  const JointRows& rows_;
  std::vector<Heard> heard_;
};

/// Ranks 0.. of items that `less` orders; classes = how many.
template <typename Less>
std::int64_t rank_items(std::span<std::uint32_t> order, const Less& less,
                        std::vector<std::uint32_t>& rank) {
  std::sort(order.begin(), order.end(), less);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    next += i > 0 && less(order[i - 1], order[i]) ? 1 : 0;
    rank[order[i]] = next;
  }
  return order.empty() ? 0 : std::int64_t{next} + 1;
}

/// Whether the nodes hear the same as the first of them. `expected` is all 0 and is left so.
bool hear_alike(const JointRows& rows, std::span<const std::uint32_t> class_of,
                std::span<const std::uint32_t> nodes, std::vector<std::uint32_t>& expected) {
  const auto neighbours = [&](std::uint32_t v) { return rows.csr.row(static_cast<NodeId>(v)); };
  const auto colour = [&](NodeId u) { return class_of[static_cast<std::size_t>(u)]; };
  for (const NodeId u : neighbours(nodes[0])) {
    ++expected[colour(u)];
  }
  bool alike = true;
  for (std::size_t i = 1; i < nodes.size() && alike; ++i) {
    const std::span<const NodeId> row = neighbours(nodes[i]);
    alike = row.size() == neighbours(nodes[0]).size();
    std::size_t taken = 0;
    while (alike && taken < row.size()) {
      alike = expected[colour(row[taken])] > 0;
      if (alike) {
        --expected[colour(row[taken++])];
      }
    }
    for (std::size_t j = 0; j < taken; ++j) {
      ++expected[colour(row[j])];
    }
  }
  for (const NodeId u : neighbours(nodes[0])) {
    expected[colour(u)] = 0;
  }
  return alike;
}

/// The same with edge labels.
bool hear_alike_along(const JointRows& rows, std::span<const std::uint32_t> class_of,
                      std::span<const std::uint32_t> nodes) {
  const auto sorted = [&](std::uint32_t v) {
    std::vector<Heard> heard;
    for (auto arc = static_cast<std::size_t>(rows.csr.rowptr[v]);
         arc < static_cast<std::size_t>(rows.csr.rowptr[v + 1]); ++arc) {
      heard.push_back(
          {rows.edge_label[arc], class_of[static_cast<std::size_t>(rows.csr.col[arc])]});
    }
    std::sort(heard.begin(), heard.end());
    return heard;
  };
  const std::vector<Heard> expected = sorted(nodes[0]);
  return std::all_of(nodes.begin() + 1, nodes.end(),
                     [&](std::uint32_t v) { return sorted(v) == expected; });
}

}  // namespace

std::vector<std::uint32_t> classes_of_graphs(const JointRows& rows,
                                             std::span<const std::uint32_t> colour) {
  std::vector<std::vector<std::uint32_t>> sorted = cut_by_graph(colour, rows.offset);
  for (std::vector<std::uint32_t>& one : sorted) {
    std::sort(one.begin(), one.end());
  }
  std::vector<std::uint32_t> order(sorted.size());
  std::iota(order.begin(), order.end(), 0U);
  std::vector<std::uint32_t> rank(sorted.size());
  rank_items(
      std::span(order), [&](std::uint32_t g, std::uint32_t h) { return sorted[g] < sorted[h]; },
      rank);
  return rank;
}

Refinement sorted_refinement(const JointRows& rows, std::span<const std::uint32_t> start,
                             const RefineOptions& options) {
  const std::size_t n = rows.num_nodes();
  Refinement result;
  std::vector<std::uint32_t> colour(start.begin(), start.end());
  std::vector<std::uint32_t> next(n);
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  result.classes.push_back(
      colour.empty() ? 0 : std::int64_t{*std::max_element(colour.begin(), colour.end())} + 1);
  result.graph_class.push_back(classes_of_graphs(rows, colour));
  SortedRows heard(rows);
  while (options.rounds == kUntilStable || result.rounds() < options.rounds) {
    if (options.until_graphs_differ && any_differ(result.graph_class.back())) {
      break;
    }
    if (options.cancel.requested()) {
      result.undecided = "cancelled after " + std::to_string(result.rounds()) + " rounds";
      break;
    }
    heard.listen(colour);
    const std::int64_t classes = rank_items(
        std::span(order),
        [&](std::uint32_t v, std::uint32_t w) {
          if (colour[v] != colour[w]) {
            return colour[v] < colour[w];
          }
          const std::span<const Heard> a = heard.row(v);
          const std::span<const Heard> b = heard.row(w);
          return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
        },
        next);
    if (classes == result.classes.back()) {
      result.stable = true;
      break;
    }
    std::swap(colour, next);
    result.classes.push_back(classes);
    result.graph_class.push_back(classes_of_graphs(rows, colour));
  }
  result.colour = cut_by_graph(colour, rows.offset);
  return result;
}

bool is_equitable(const JointRows& rows, std::span<const std::uint32_t> class_of,
                  std::span<const std::uint32_t> element, std::span<const std::uint32_t> first,
                  std::span<const std::uint32_t> size) {
  // Few chunks: each needs a count for every class.
  const std::size_t chunks = class_of.size() < 65'536 ? 1 : 8;
  std::atomic<bool> equitable{true};
  parallel_chunks(static_cast<std::int64_t>(chunks), [&](std::int64_t chunk) {
    std::vector<std::uint32_t> expected(rows.edge_label.empty() ? first.size() : 0, 0);
    // Chunks take turns: classes split off late are the small ones.
    for (std::size_t c = static_cast<std::size_t>(chunk); c < first.size(); c += chunks) {
      if (size[c] > 1 && equitable.load(std::memory_order_relaxed)) {
        const auto nodes = element.subspan(first[c], size[c]);
        if (!(rows.edge_label.empty() ? hear_alike(rows, class_of, nodes, expected)
                                      : hear_alike_along(rows, class_of, nodes))) {
          equitable.store(false, std::memory_order_relaxed);
        }
      }
    }
  });
  return equitable.load();
}

bool any_differ(std::span<const std::uint32_t> graph_class) {
  return std::any_of(graph_class.begin(), graph_class.end(),
                     [&](std::uint32_t c) { return c != graph_class[0]; });
}

}  // namespace isthmus::expressivity
