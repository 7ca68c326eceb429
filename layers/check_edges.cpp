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

void check_edge_type(std::string_view who, const at::Tensor& edge_type, const Graph& graph) {
  TORCH_CHECK(edge_type.defined(), who, ": edge_type must be [", graph.num_edges(),
              "], got an undefined tensor");
  TORCH_CHECK(edge_type.dim() == 1 && edge_type.size(0) == graph.num_edges() &&
                  edge_type.scalar_type() == at::kLong,
              who, ": edge_type must be Long [", graph.num_edges(), "], got ",
              edge_type.scalar_type(), " ", edge_type.sizes());
}

}  // namespace isthmus::layers
