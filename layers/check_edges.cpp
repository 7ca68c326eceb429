#include "check_edges.hpp"

#include <c10/util/Exception.h>

namespace isthmus::layers {

void check_edge_attr(std::string_view who, const at::Tensor& edge_attr, const Graph& graph,
                     std::int64_t channels) {
  TORCH_CHECK(edge_attr.defined(), who, ": edge_attr must be [", graph.num_edges(), ", ", channels,
              "], got an undefined tensor");
  const bool fits = edge_attr.dim() == 2 && at::isFloatingType(edge_attr.scalar_type()) &&
                    edge_attr.size(0) == graph.num_edges() && edge_attr.size(1) == channels;
  TORCH_CHECK(fits, who, ": edge_attr must be floating [", graph.num_edges(), ", ", channels,
              "], got ", edge_attr.scalar_type(), " ", edge_attr.sizes());
}

}  // namespace isthmus::layers
