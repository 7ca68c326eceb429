#include "isthmus/expressivity/isomorphism.hpp"

#include <cstddef>
#include <utility>

#include "isthmus/core/error.hpp"

#include "canonical_search.hpp"
#include "joint_descent.hpp"
#include "nauty_form.hpp"

namespace isthmus::expressivity {
namespace {

/// The map that takes each node to the one of the same canonical name.
std::vector<NodeId> map_by_name(const std::vector<NodeId>& from, const std::vector<NodeId>& to) {
  std::vector<NodeId> mapping(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    mapping[static_cast<std::size_t>(from[i])] = to[i];
  }
  return mapping;
}

IsomorphismResult undecided(std::int64_t nodes, const IsomorphismOptions& options) {
  IsomorphismResult result;
  result.nodes = nodes;
  result.undecided = options.cancel.requested()
                         ? "stopped from outside"
                         : "max_nodes = " + std::to_string(options.max_nodes) + " was reached";
  return result;
}

IsomorphismResult compare_forms(bool equal, const std::vector<NodeId>& order_a,
                                const std::vector<NodeId>& order_b, std::int64_t nodes) {
  IsomorphismResult result;
  result.isomorphic = equal ? Isomorphic::kYes : Isomorphic::kNo;
  result.nodes = nodes;
  if (equal) {
    result.mapping = map_by_name(order_a, order_b);
  }
  return result;
}

IsomorphismResult search(const WlGraph& a, const WlGraph& b, const IsomorphismOptions& options) {
  JointDescent descent = joint_descent(a, b, options.max_nodes, options.cancel);
  switch (descent.outcome) {
    case Descent::kStopped:
      return undecided(descent.nodes, options);
    case Descent::kDifferent:
      return compare_forms(false, {}, {}, descent.nodes);
    case Descent::kMapped: {
      IsomorphismResult result = compare_forms(true, {}, {}, descent.nodes);
      result.mapping = std::move(descent.mapping);
      return result;
    }
    case Descent::kFailed:
      break;
  }
  const CanonicalSearch form_a =
      canonical_search(a, options.max_nodes - descent.nodes, options.cancel);
  const std::int64_t nodes = descent.nodes + form_a.nodes;
  if (!form_a.complete) {
    return undecided(nodes, options);
  }
  const CanonicalSearch form_b = canonical_search(b, options.max_nodes - nodes, options.cancel);
  if (!form_b.complete) {
    return undecided(nodes + form_b.nodes, options);
  }
  return compare_forms(form_a.code == form_b.code, form_a.order, form_b.order,
                       nodes + form_b.nodes);
}

IsomorphismResult ask_nauty(const WlGraph& a, const WlGraph& b) {
  const NautyForm form_a = nauty_form(a);
  const NautyForm form_b = nauty_form(b);
  return compare_forms(form_a.code == form_b.code, form_a.order, form_b.order, 0);
}

}  // namespace

IsomorphismResult isomorphism(const WlGraph& a, const WlGraph& b,
                              const IsomorphismOptions& options) {
  check_wl_graph(a, "isomorphism");
  check_wl_graph(b, "isomorphism");
  if (options.max_nodes < 0) {
    throw InvalidArgument("isomorphism: max_nodes must be >= 0, got " +
                          std::to_string(options.max_nodes));
  }
  IsomorphismResult result =
      options.engine == IsomorphismEngine::kNauty ? ask_nauty(a, b) : search(a, b, options);
  if (result.isomorphic == Isomorphic::kYes && !is_isomorphism(a, b, result.mapping)) {
    result.isomorphic = Isomorphic::kUndecided;
    result.mapping.clear();
    result.undecided = "a mapping was found that is none";
  }
  return result;
}

}  // namespace isthmus::expressivity
