#include "joint_descent.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "isthmus/graph/arc_slot.hpp"

#include "index.hpp"
#include "ordered_partition.hpp"

namespace isthmus::expressivity {
namespace {

std::uint64_t label_of(const std::vector<std::uint64_t>& labels, std::int64_t i) {
  return labels.empty() ? 0 : labels[static_cast<std::size_t>(i)];
}

bool equal_traces(const OrderedPartition& a, const OrderedPartition& b) {
  const std::span<const std::uint64_t> of_a = a.trace();
  return std::equal(of_a.begin(), of_a.end(), b.trace().begin(), b.trace().end());
}

}  // namespace

bool is_isomorphism(const WlGraph& a, const WlGraph& b, const std::vector<NodeId>& mapping) {
  const CsrView from = a.graph.csr();
  const CsrView to = b.graph.csr();
  const auto n = static_cast<std::size_t>(from.num_rows());
  if (mapping.size() != n || to.num_rows() != from.num_rows() ||
      from.num_edges() != to.num_edges()) {
    return false;
  }
  std::vector<std::uint8_t> is_image(n, 0);
  for (std::size_t v = 0; v < n; ++v) {
    const NodeId image = mapping[v];
    if (image < 0 || index(image) >= n || std::exchange(is_image[index(image)], 1) != 0 ||
        label_of(a.node_label, static_cast<std::int64_t>(v)) != label_of(b.node_label, image)) {
      return false;
    }
  }
  // As many arcs on both sides, and different ones have different images: one direction is enough.
  for (NodeId v = 0; v < from.num_rows(); ++v) {
    for (std::int64_t arc = from.rowptr[index(v)]; arc < from.rowptr[index(v) + 1]; ++arc) {
      const EdgeId image = arc_slot(to, mapping[index(v)], mapping[index(from.col[index(arc)])]);
      if (image < 0 || label_of(a.edge_label, arc) != label_of(b.edge_label, image)) {
        return false;
      }
    }
  }
  return true;
}

JointDescent joint_descent(const WlGraph& a, const WlGraph& b, std::int64_t max_nodes,
                           const CancelToken& cancel) {
  JointDescent result;
  const auto stop = [&] {
    if (result.nodes >= max_nodes || cancel.requested()) {
      result.outcome = Descent::kStopped;
      return true;
    }
    ++result.nodes;
    return false;
  };
  if (a.graph.num_nodes() != b.graph.num_nodes() || a.graph.num_edges() != b.graph.num_edges()) {
    result.outcome = Descent::kDifferent;
    return result;
  }
  OrderedPartition in_a(a);
  OrderedPartition in_b(b);
  if (stop()) {
    return result;
  }
  in_a.refine();
  if (stop()) {
    return result;
  }
  // Nothing was chosen yet: what differs here differs in all numberings.
  in_b.refine();
  if (!equal_traces(in_a, in_b)) {
    result.outcome = Descent::kDifferent;
    return result;
  }
  bool chosen = false;
  while (!in_a.is_discrete()) {
    const std::size_t target = in_a.target_cell();
    if (in_b.cell(target).size() != in_a.cell(target).size()) {
      return result;
    }
    if (stop()) {
      return result;
    }
    (void)in_a.individualise(in_a.cell(target).front());
    const std::size_t mark = in_b.mark();
    const auto follows = [&](NodeId candidate) {
      in_b.undo(mark);
      TraceGuard guard{.first = in_a.trace(), .best = {}, .against_best = -1};
      return in_b.individualise(candidate, &guard);
    };
    // Most often the first will do. Going back changes the order inside the cell.
    if (stop()) {
      return result;
    }
    const NodeId first = in_b.cell(target).front();
    bool followed = follows(first);
    if (!followed) {
      in_b.undo(mark);
      const std::span<const NodeId> cell = in_b.cell(target);
      for (const NodeId candidate : std::vector<NodeId>(cell.begin(), cell.end())) {
        if (candidate == first) {
          continue;
        }
        if (stop()) {
          return result;
        }
        followed = follows(candidate);
        if (followed) {
          break;
        }
      }
    }
    if (!followed) {
      result.outcome = chosen ? Descent::kFailed : Descent::kDifferent;
      return result;
    }
    chosen = true;
  }
  result.mapping.resize(in_a.order().size());
  for (std::size_t i = 0; i < result.mapping.size(); ++i) {
    result.mapping[index(in_a.order()[i])] = in_b.order()[i];
  }
  if (is_isomorphism(a, b, result.mapping)) {
    result.outcome = Descent::kMapped;
  } else {
    result.mapping.clear();
    result.outcome = chosen ? Descent::kFailed : Descent::kDifferent;
  }
  return result;
}

}  // namespace isthmus::expressivity
