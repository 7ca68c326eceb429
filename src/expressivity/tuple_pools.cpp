#include "tuple_pools.hpp"

#include <algorithm>
#include <numeric>

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kPooledTuple = 0x70A1;
constexpr std::uint64_t kPooledLine = 0x70A2;

using Multiset = std::span<const std::uint32_t>;  // sorted

/// The rank of each multiset among the different ones.
std::vector<std::uint32_t> rank_multisets(const std::vector<Multiset>& multisets) {
  std::vector<std::uint32_t> order(multisets.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto less = [&](std::uint32_t i, std::uint32_t j) {
    return std::lexicographical_compare(multisets[i].begin(), multisets[i].end(),
                                        multisets[j].begin(), multisets[j].end());
  };
  std::sort(order.begin(), order.end(), less);
  std::vector<std::uint32_t> rank(order.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    rank[order[i]] = rank[order[i - 1]] + (less(order[i - 1], order[i]) ? 1 : 0);
  }
  return rank;
}

}  // namespace

TuplePools::TuplePools(const TupleFrame& frame, TuplePooling pooling, bool exact)
    : frame_(frame),
      pooling_(pooling),
      exact_(exact),
      line_(index(frame.lines())),
      graph_(frame.graphs().size()) {}

std::vector<std::uint32_t> TuplePools::classes(std::span<const std::uint32_t> colour) {
  return exact_ ? sorted(colour) : hashed(colour);
}

std::vector<std::uint32_t> TuplePools::hashed(std::span<const std::uint32_t> colour) {
  const std::span<const TupleGraph> graphs = frame_.graphs();
  const bool columns = pooling_ == TuplePooling::kColumns;
  frame_.for_lines({}, [&](std::size_t g, std::int64_t line) {
    const TupleGraph& graph = graphs[g];
    const std::uint32_t* const c = colour.data() + graph.first + (columns ? line : line * graph.n);
    const std::int64_t step = columns ? graph.n : 1;
    Signature sum;
    for (std::int64_t i = 0; i < graph.n; ++i) {
      sum += mix(c[i * step], kPooledTuple);
    }
    line_[index(graph.first_line + line)] = sum;
  });
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    Signature sum;
    for (std::int64_t line = 0; line < graphs[g].lines; ++line) {
      const Signature& one = line_[index(graphs[g].first_line + line)];
      sum += pooling_ == TuplePooling::kAll ? one : mix(one, kPooledLine);
    }
    graph_[g] = beside(static_cast<std::uint32_t>(graphs[g].n), sum);
  }
  std::vector<std::uint32_t> result(graphs.size());
  (void)ranks_.number(graph_, result);
  return result;
}

std::vector<std::uint32_t> TuplePools::sorted(std::span<const std::uint32_t> colour) {
  const std::span<const TupleGraph> graphs = frame_.graphs();
  std::vector<std::uint32_t> members(colour.begin(), colour.end());
  if (pooling_ != TuplePooling::kAll) {
    const bool columns = pooling_ == TuplePooling::kColumns;
    std::vector<Multiset> lines(line_.size());
    frame_.for_lines({}, [&](std::size_t g, std::int64_t line) {
      const TupleGraph& graph = graphs[g];
      const auto out = members.begin() + graph.first + line * graph.n;
      for (std::int64_t i = 0; columns && i < graph.n; ++i) {
        out[i] = colour[index(graph.first + i * graph.n + line)];
      }
      std::sort(out, out + graph.n);
      lines[index(graph.first_line + line)] = {out, out + graph.n};
    });
    members = rank_multisets(lines);
  }
  std::vector<Multiset> of_graphs;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const bool all = pooling_ == TuplePooling::kAll;
    const auto out = members.begin() + (all ? graphs[g].first : graphs[g].first_line);
    const auto end = out + (all ? graphs[g].tuples() : graphs[g].lines);
    std::sort(out, end);
    of_graphs.emplace_back(out, end);
  }
  return rank_multisets(of_graphs);
}

}  // namespace isthmus::expressivity
