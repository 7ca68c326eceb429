#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::layers {

/// A graph with the types of its edges, as a layer saw them last.
struct TypedEdges {
  TypedEdges() = default;
  TypedEdges(const Graph& of, const at::Tensor& types);

  /// Whether these are the very same: neither another graph or tensor, nor written to since.
  [[nodiscard]] bool are(const Graph& of, const at::Tensor& types) const;

  Graph graph;
  at::Tensor type;  ///< [E] int64; undefined before the first.
  /// Of `type`, which tells changes in place; tensors of inference mode have none: -1, never equal.
  std::int64_t version = -1;
};

/// One graph for each group of edge types, all with the same nodes. What was made last is kept, as
/// long as graph and types stay the same.
class EdgeParts {
 public:
  struct Part {
    Graph graph;
    at::Tensor edges;  ///< [E_p] int64: the places of its edges in the caller's edge order.
  };

  /// @param layer      Whose edges, for messages.
  /// @param edge_type  [E] int64 in the caller's edge order, each in 0..part_of.size() - 1.
  /// @param part_of    [types] The part of each type.
  /// @return           [1 + largest of part_of] Parts; edges of each in the order of its rows.
  /// @throws c10::Error  naming the type and the edge, for a type that has no part.
  /// @par Cost  O(N parts + E) when graph or types are new.
  [[nodiscard]] const std::vector<Part>& of(std::string_view layer, const Graph& graph,
                                            const at::Tensor& edge_type,
                                            std::span<const std::size_t> part_of);

 private:
  TypedEdges seen_;
  std::vector<Part> parts_;
};

}  // namespace isthmus::layers
