#include "geometric_rounds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hop_distances.hpp"
#include "index.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kColourSalt = 1;
constexpr std::uint64_t kNestedSalt = 2;
constexpr std::uint64_t kVectorSalt = 3;
constexpr std::uint64_t kEntrySalt = 4;
constexpr std::uint64_t kSubsetSalt = 5;

/// A quarter of a step keeps whole and half steps, which data are full of, off the borders.
std::uint64_t rounded(double coordinate, double step) {
  return static_cast<std::uint64_t>(
      static_cast<std::int64_t>(std::floor(coordinate / step + 0.25)));
}

void sort_unique(std::vector<Vector3>& vectors) {
  std::sort(vectors.begin(), vectors.end());
  vectors.erase(std::unique(vectors.begin(), vectors.end()), vectors.end());
}

}  // namespace

GeometricRounds::GeometricRounds(const GeometricGraph& graph, const GeometricWlOptions& options,
                                 StepBudget& budget)
    : csr_(graph.graph.graph.csr()),
      edge_label_(graph.graph.edge_label),
      dimension_(graph.dimension),
      options_(options),
      budget_(budget),
      hops_(hop_distances(graph.graph.graph)) {
  const std::vector<Vector3> position = positions_of(graph);
  for (const auto& [u, v] : graph.graph.graph.arcs()) {
    vector_.push_back(minus(position[index(u)], position[index(v)]));
  }
  for (const std::uint16_t d : hops_) {
    diameter_ = std::max<std::int32_t>(diameter_, d == kNoPath ? 0 : d);
  }
}

GeometricObject GeometricRounds::object(
    NodeId v, std::span<const std::span<const std::uint32_t>> history) const {
  if (options_.test == GeometricTest::kGwl) {
    return nested(v, history);
  }
  const std::span<const std::uint32_t> colour = history.back();
  GeometricObject result;
  result.colour = mix(colour[index(v)], kColourSalt);
  if (options_.test == GeometricTest::kIgwlBody) {
    result.colour += subsets(v, colour);
    return result;
  }
  std::vector<EdgeId> slots(index(csr_.degree(v)));
  std::iota(slots.begin(), slots.end(), csr_.rowptr[index(v)]);
  result.colour += mix(orbit_of(slots, colour), kNestedSalt);
  return result;
}

/// Nodes at most `hops` away from v.
std::vector<NodeId> GeometricRounds::within(NodeId v, std::int32_t hops) const {
  std::vector<NodeId> nodes;
  for (NodeId u = 0; u < csr_.num_rows(); ++u) {
    const std::uint16_t d = hops_[index(std::int64_t{v} * csr_.num_rows() + u)];
    if (d != kNoPath && d <= hops) {
      nodes.push_back(u);
    }
  }
  return nodes;
}

/// A neighbour as an entry of a multiset, in a frame.
Signature GeometricRounds::entry(EdgeId slot, const Signature& node, const Frame& frame) const {
  Signature word = mix(node, kEntrySalt);
  const Vector3 x = coordinates(frame, vector_[index(slot)]);
  for (std::size_t axis = 0; axis < x.size(); ++axis) {
    word += mix_pair(rounded(x[axis], options_.tolerance), axis, kVectorSalt);
  }
  if (!edge_label_.empty()) {
    word += mix_pair(edge_label_[index(slot)], x.size(), kVectorSalt);
  }
  return mix(word, kEntrySalt);
}

GeometricObject GeometricRounds::nested(
    NodeId v, std::span<const std::span<const std::uint32_t>> history) const {
  const auto round = static_cast<std::int32_t>(history.size());
  std::vector<Vector3> vectors;
  for (const NodeId u : within(v, round - 1)) {
    vectors.insert(vectors.end(), vector_.begin() + csr_.rowptr[index(u)],
                   vector_.begin() + csr_.rowptr[index(u) + 1]);
  }
  sort_unique(vectors);
  const std::vector<NodeId> inside = within(v, round);
  GeometricObject result;
  std::vector<Signature> before(index(csr_.num_rows()));
  std::vector<Signature> now(index(csr_.num_rows()));
  for (const Frame& frame : frames_of(vectors, dimension_, options_.group, options_.tolerance)) {
    for (const NodeId u : inside) {
      now[index(u)] = mix(history[0][index(u)], kColourSalt);
    }
    for (std::int32_t r = 1; r <= round; ++r) {
      std::swap(before, now);
      std::int64_t steps = 0;
      for (const NodeId u : within(v, round - r)) {
        Signature sum = mix(history[index(r - 1)][index(u)], kColourSalt);
        sum += mix(before[index(u)], kNestedSalt);
        for (EdgeId slot = csr_.rowptr[index(u)]; slot < csr_.rowptr[index(u) + 1]; ++slot) {
          const std::size_t w = index(csr_.col[index(slot)]);
          Signature node = mix(history[index(r - 1)][w], kColourSalt);
          node += mix(before[w], kNestedSalt);
          sum += entry(slot, node, frame);
          ++steps;
        }
        now[index(u)] = sum;
      }
      if (!budget_.spend(steps)) {
        return {};
      }
    }
    result.encodings.push_back(now[index(v)]);
  }
  result.colour = *std::ranges::min_element(result.encodings);
  return result;
}

/// The orbit of some neighbours with their colours: the least encoding over frames.
Signature GeometricRounds::orbit_of(std::span<const EdgeId> slots,
                                    std::span<const std::uint32_t> colour) const {
  std::vector<Vector3> vectors;
  for (const EdgeId slot : slots) {
    vectors.push_back(vector_[index(slot)]);
  }
  sort_unique(vectors);
  const std::vector<Frame> frames =
      frames_of(vectors, dimension_, options_.group, options_.tolerance);
  if (!budget_.spend(static_cast<std::int64_t>(frames.size() * slots.size()))) {
    return {};
  }
  Signature least = {~std::uint64_t{0}, ~std::uint64_t{0}};
  for (const Frame& frame : frames) {
    Signature sum;
    for (const EdgeId slot : slots) {
      const NodeId u = csr_.col[index(slot)];
      sum += entry(slot, mix(colour[index(u)], kColourSalt), frame);
    }
    least = std::min(least, sum);
  }
  return least;
}

/// Sum over the subsets of k - 1 neighbours, or of all where there are fewer.
Signature GeometricRounds::subsets(NodeId v, std::span<const std::uint32_t> colour) const {
  const std::int64_t degree = csr_.degree(v);
  const auto size = index(std::min<std::int64_t>(options_.body - 1, degree));
  std::vector<EdgeId> slots(size);
  std::iota(slots.begin(), slots.end(), csr_.rowptr[index(v)]);
  const EdgeId end = csr_.rowptr[index(v) + 1];
  Signature sum;
  while (!budget_.stopped()) {
    sum += mix(orbit_of(slots, colour), kSubsetSalt);
    // The next subset in lexicographic order: the last slot that can move on does.
    std::size_t i = size;
    while (i > 0 && slots[i - 1] == end - static_cast<EdgeId>(size - i + 1)) {
      --i;
    }
    if (i == 0) {
      break;
    }
    std::iota(slots.begin() + static_cast<std::ptrdiff_t>(i) - 1, slots.end(), slots[i - 1] + 1);
  }
  return sum;
}

}  // namespace isthmus::expressivity
