#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/datasets/dataset.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/train/rewire_config.hpp"

namespace isthmus::train {

/// What rewiring did to a set: sums over its graphs.
struct RewireFacts {
  std::string method;
  std::string budget;
  bool control = false;
  std::int64_t edges_before = 0;  ///< Pairs of nodes that are joined, loops not counted.
  std::int64_t edges_after = 0;
  std::int64_t added = 0;  ///< Of these.
  std::int64_t removed = 0;
  std::int64_t virtual_nodes = 0;  ///< Appended by cgp.
  std::int64_t arcs_before = 0;
  std::int64_t arcs_after = 0;
  std::int64_t graphs_changed = 0;

  /// "fosr, budget 10: edges 3371 -> 5251 (1880 added, 0 removed) in 188 graphs".
  [[nodiscard]] std::string summary() const;
};

/// Which types the edges of the set have after it.
enum class OwnTypes : std::uint8_t {
  kKeep,  ///< Those of the set, 0 where it has none; then the method's.
  kDrop,  ///< 0; then the method's: rings are told by their hop.
};

/// Options of rewire_set() that are no keys of a config.
struct RewireSetOptions {
  OwnTypes own_types = OwnTypes::kKeep;
  ProgressCallback progress = {};  ///< "rewire": graphs done.
  CancelToken cancel = {};
};

struct RewiredSet {
  datasets::Dataset dataset;
  RewireFacts facts;
};

/// A set with each of its graphs rewired, and edge_label the types of edges: those of the set (0
/// if it has none) and, from T = 1 + the largest of them on, those of the method's own edges. New
/// edges have zeros for attributes. With gdc edges are replaced: types and attributes go, the
/// weight is the one attribute. Nodes that cgp appends have zeros for features and no label, and
/// follow those of their graph.
///
/// Loops and parallel arcs of the input stay, beside an edge that stays; with directed =
/// "as-undirected" missing reverses are added to them. Equal graphs are rewired once. In parallel
/// over graphs; the same bits for any number of threads. A folder in `cache` is looked at first.
///
/// @throws InvalidArgument  for graphs with arcs one way only unless directed says otherwise, and
///                          for nodes appended to a set whose every node needs a label.
/// @throws DataError  as EditStore::read(). @throws Interrupted  on cancel.
[[nodiscard]] RewiredSet rewire_set(const datasets::Dataset& dataset, const RewireConfig& config,
                                    const RewireSetOptions& options = {});

/// The simple graphs of a set. @throws InvalidArgument  naming the graph, as above; `reader` is
/// what needs them.
[[nodiscard]] std::vector<Graph> simple_graphs(const datasets::Dataset& dataset,
                                               const std::string& directed,
                                               const std::string& reader);

}  // namespace isthmus::train
