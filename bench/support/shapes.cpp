#include "shapes.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/random_graph.hpp"
#include "isthmus/graph/batch.hpp"

namespace isthmus::bench {
namespace {

using datasets::random_graph;
using datasets::RandomGraphKind;
using datasets::RandomGraphOptions;

constexpr std::uint32_t kBotnetStream = 0x6265'0001;
constexpr std::uint32_t kSmallStream = 0x6265'0002;

RandomGraphOptions arxiv_like(bool shuffled) {
  return {.kind = RandomGraphKind::kChungLu,
          .num_nodes = 169'343,
          .num_arcs = 2'332'486,
          .shuffled = shuffled,
          .seed = 1};
}

RandomGraphOptions rmat19(bool shuffled) {
  return {.kind = RandomGraphKind::kRmat,
          .num_nodes = 524'288,
          .num_arcs = 8'388'608,
          .shuffled = shuffled,
          .seed = 1};
}

/// One XG-BoT graph: a directed background where few nodes both send and receive (40 % send, 55 %
/// receive, 5 % do both), senders and receivers drawn by weights i^(-1/1.2) of their own orders,
/// and over 7 % of the nodes an overlay in which word w of a de Bruijn graph points to w shifted.
Graph botnet_like(std::uint64_t seed) {
  constexpr std::int64_t kNodes = 144'051;
  constexpr std::int64_t kArcs = 1'600'000;
  constexpr std::int64_t kBots = 10'083;
  constexpr std::int64_t kLetters = 9;  // arcs of a bot to bots
  constexpr std::int64_t kOverlay = kBots * kLetters;
  constexpr std::int64_t kSenders = kNodes * 45 / 100;
  constexpr std::int64_t kReceivers = kNodes * 60 / 100;
  RandomStream random(seed, kBotnetStream);
  const std::vector<std::int64_t> place = random.permutation(kNodes);
  const std::vector<std::int64_t> send_rank = random.permutation(kSenders);
  const std::vector<std::int64_t> receive_rank = random.permutation(kReceivers);
  const auto by_weight = [&](std::int64_t n) {  // weights x^(-1/1.2) on [0, n]
    const double x = static_cast<double>(n) * std::pow(random.uniform(), 6.0);
    return static_cast<std::size_t>(std::min(static_cast<std::int64_t>(x), n - 1));
  };
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  src.reserve(kArcs);
  dst.reserve(kArcs);
  const auto add = [&](std::int64_t u, std::int64_t v) {
    src.push_back(static_cast<NodeId>(place[static_cast<std::size_t>(u)]));
    dst.push_back(static_cast<NodeId>(place[static_cast<std::size_t>(v)]));
  };
  for (std::int64_t i = 0; i < kArcs - kOverlay; ++i) {
    // Senders are the first places, receivers the last: the middle 5 % are both.
    add(send_rank[by_weight(kSenders)], kNodes - kReceivers + receive_rank[by_weight(kReceivers)]);
  }
  const std::vector<std::int64_t> bots = random.sample(kNodes, kBots);
  for (std::int64_t w = 0; w < kBots; ++w) {
    for (std::int64_t c = 0; c < kLetters; ++c) {
      add(bots[static_cast<std::size_t>(w)],
          bots[static_cast<std::size_t>((w * kLetters + c) % kBots)]);
    }
  }
  return Graph::from_coo(static_cast<NodeId>(kNodes), src, dst);
}

std::vector<Shape> make_shapes() {
  const std::vector<std::int64_t> three{32, 64, 128};
  const std::vector<std::int64_t> five{4, 32, 64, 128, 256};
  return {
      {"pyg-spmm", three,
       [] { return random_graph({.num_nodes = 10'000, .num_arcs = 200'000, .seed = 1}); }},
      {"pyg-ei", three,
       [] { return random_graph({.num_nodes = 20'000, .num_arcs = 200'000, .seed = 1}); }},
      {"arxiv-like", five, [] { return random_graph(arxiv_like(false)); }},
      {"arxiv-like-shuffled", five, [] { return random_graph(arxiv_like(true)); }},
      {"rmat19", three, [] { return random_graph(rmat19(false)); }},
      {"rmat19-shuffled", three, [] { return random_graph(rmat19(true)); }},
      {"botnet-like", three, [] { return botnet_like(1); }},
      {"botnet-like-x12", three,
       [] {
         std::vector<Graph> graphs;
         for (std::uint64_t seed = 1; seed <= 12; ++seed) {
           graphs.push_back(botnet_like(seed));
         }
         return batch_graphs(graphs).graph;
       }},
  };
}

}  // namespace

std::span<const Shape> all_shapes() {
  static const std::vector<Shape> shapes = make_shapes();
  return shapes;
}

const Shape& find_shape(std::string_view name) {
  std::string names;
  for (const Shape& shape : all_shapes()) {
    if (shape.name == name) {
      return shape;
    }
    names += (names.empty() ? "" : ", ") + std::string(shape.name);
  }
  throw InvalidArgument("--shapes must be among " + names + ", got " + std::string(name));
}

std::vector<Graph> small_graphs(std::int64_t count, std::uint64_t seed) {
  std::vector<Graph> graphs;
  for (std::int64_t g = 0; g < count; ++g) {
    RandomStream random(seed, kSmallStream, static_cast<std::uint32_t>(g));
    const std::int64_t nodes = 15 + random.integer(21);
    std::vector<Edge> edges;
    for (std::int64_t v = 1; v < nodes; ++v) {
      edges.push_back({static_cast<NodeId>(random.integer(v)), static_cast<NodeId>(v)});
    }
    for (std::int64_t i = 0; i < nodes / 3; ++i) {
      const std::int64_t v = 1 + random.integer(nodes - 1);
      edges.push_back({static_cast<NodeId>(random.integer(v)), static_cast<NodeId>(v)});
    }
    graphs.push_back(Graph::from_edges(static_cast<NodeId>(nodes), edges));
  }
  return graphs;
}

}  // namespace isthmus::bench
