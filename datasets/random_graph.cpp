#include "isthmus/datasets/random_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"

#include "require_option.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

/// Pairs per random stream of their own: which thread draws a block changes nothing.
constexpr std::int64_t kBlock = std::int64_t{1} << 16;

void check(const RandomGraphOptions& o) {
  require_option("random_graph",
                 o.num_nodes >= 2 && o.num_nodes <= std::numeric_limits<NodeId>::max(), "num_nodes",
                 "in 2 .. 2^31 - 1", o.num_nodes);
  require_option("random_graph", o.num_arcs >= 0, "num_arcs", ">= 0", o.num_arcs);
  if (o.kind == RandomGraphKind::kChungLu) {
    require_option("random_graph", o.num_arcs % 2 == 0, "num_arcs", "even with kChungLu",
                   o.num_arcs);
    require_option("random_graph", o.gamma > 2.0, "gamma", "> 2", o.gamma);
  }
  if (o.kind == RandomGraphKind::kRmat) {
    require_option("random_graph", (o.num_nodes & (o.num_nodes - 1)) == 0, "num_nodes",
                   "a power of two with kRmat", o.num_nodes);
    require_option("random_graph", o.a >= 0.0, "a", ">= 0", o.a);
    require_option("random_graph", o.b >= 0.0, "b", ">= 0", o.b);
    require_option("random_graph", o.c >= 0.0, "c", ">= 0", o.c);
    const double sum = o.a + o.b + o.c;
    require_option("random_graph", sum <= 1.0 && o.b + o.c > 0.0, "a + b + c",
                   "at most 1, with b + c > 0", sum);
  }
}

/// Ends of one arc, drawn by the law of the options.
class Law {
 public:
  explicit Law(const RandomGraphOptions& options)
      : options_(options), bound_(1.0 / (1.0 - 1.0 / (options.gamma - 1.0))) {
    while ((std::int64_t{1} << levels_) < options.num_nodes) {
      ++levels_;
    }
  }

  Edge draw(RandomStream& random) const {
    switch (options_.kind) {
      case RandomGraphKind::kUniform:
        break;
      case RandomGraphKind::kChungLu:
        return {by_weight(random), by_weight(random)};
      case RandomGraphKind::kRmat:
        return by_quadrants(random);
    }
    return {static_cast<NodeId>(random.integer(options_.num_nodes)),
            static_cast<NodeId>(random.integer(options_.num_nodes))};
  }

 private:
  /// Inverse of the cumulative weight of x^-s, s = 1 / (gamma - 1), on [0, N]: N u^(1 / (1 - s)).
  NodeId by_weight(RandomStream& random) const {
    const auto n = static_cast<double>(options_.num_nodes);
    const auto i = static_cast<std::int64_t>(n * std::pow(random.uniform(), bound_));
    return static_cast<NodeId>(std::min(i, options_.num_nodes - 1));
  }

  Edge by_quadrants(RandomStream& random) const {
    std::int64_t u = 0;
    std::int64_t v = 0;
    for (int level = 0; level < levels_; ++level) {
      const double draw = static_cast<double>(random.bits()) * 0x1p-32;
      const bool lower = draw >= options_.a + options_.b;
      const bool right = lower ? draw >= options_.a + options_.b + options_.c : draw >= options_.a;
      u = 2 * u + (lower ? 1 : 0);
      v = 2 * v + (right ? 1 : 0);
    }
    return {static_cast<NodeId>(u), static_cast<NodeId>(v)};
  }

  const RandomGraphOptions& options_;
  double bound_;
  int levels_ = 0;
};

}  // namespace

Graph random_graph(const RandomGraphOptions& options) {
  check(options);
  const bool undirected = options.kind == RandomGraphKind::kChungLu;
  const std::int64_t pairs = undirected ? options.num_arcs / 2 : options.num_arcs;
  std::vector<std::int64_t> name;
  if (options.shuffled && options.kind != RandomGraphKind::kUniform) {
    name = RandomStream(options.seed, kGraphNameStream).permutation(options.num_nodes);
  }
  const Law law(options);
  const auto size = static_cast<std::size_t>(options.num_arcs);
  std::vector<NodeId> src(size);
  std::vector<NodeId> dst(size);
  parallel_chunks((pairs + kBlock - 1) / kBlock, [&](std::int64_t block) {
    RandomStream random(options.seed, kGraphArcStream, static_cast<std::uint32_t>(block));
    for (std::int64_t i = block * kBlock; i < std::min(pairs, (block + 1) * kBlock); ++i) {
      Edge arc{};
      do {
        arc = law.draw(random);
      } while (arc.u == arc.v);
      if (!name.empty()) {
        arc = {static_cast<NodeId>(name[static_cast<std::size_t>(arc.u)]),
               static_cast<NodeId>(name[static_cast<std::size_t>(arc.v)])};
      }
      const auto slot = static_cast<std::size_t>(undirected ? 2 * i : i);
      src[slot] = arc.u;
      dst[slot] = arc.v;
      if (undirected) {
        src[slot + 1] = arc.v;
        dst[slot + 1] = arc.u;
      }
    }
  });
  return Graph::from_coo(static_cast<NodeId>(options.num_nodes), src, dst);
}

}  // namespace isthmus::datasets
