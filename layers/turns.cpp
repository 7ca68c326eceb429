#include "turns.hpp"

#include <cstddef>
#include <vector>

#include <ATen/Functions.h>

#include "check_edges.hpp"

namespace isthmus::layers {

std::array<ConvContext, 2> contexts_by_turns(std::string_view layer, const ConvContext& whole,
                                             std::int64_t num_relations, EdgeParts& parts) {
  check_edge_type(layer, whole.edge_type, whole.graph);
  std::vector<std::size_t> part_of(static_cast<std::size_t>(num_relations), 0);
  part_of.back() = 1;
  const std::vector<EdgeParts::Part>& both = parts.of(layer, whole.graph, whole.edge_type, part_of);
  const auto context_of = [&whole](const EdgeParts::Part& part) {
    ConvContext context(part.graph);
    const auto cut = [&part](const at::Tensor& of_edges) {
      return of_edges.defined() ? of_edges.index_select(0, part.edges) : of_edges;
    };
    context.edge_attr = cut(whole.edge_attr);
    context.edge_type = cut(whole.edge_type);
    context.edge_mask = cut(whole.edge_mask);
    context.constant = whole.constant;
    return context;
  };
  return {context_of(both[0]), context_of(both[1])};
}

}  // namespace isthmus::layers
