#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/formats/edge_list.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "session.hpp"

namespace isthmus::cli {

/// "cora#3": name and index.
struct GraphWord {
  std::string name;
  std::optional<std::int64_t> index;
};

/// @throws InvalidArgument  for an index that is no number; a file may have # in its name.
[[nodiscard]] GraphWord split_graph_word(const std::string& word);

/// The set of a name, or of a file that holds one; nothing for any other file: a list of edges.
/// @throws InvalidArgument  for an unknown set. @throws DataError  for a missing or broken file.
[[nodiscard]] std::optional<datasets::Dataset> read_set_word(Session& session,
                                                             const std::string& name);

/// Which graph of a set is meant. @throws InvalidArgument  for a missing or surplus index.
[[nodiscard]] std::size_t index_in_set(const GraphWord& word, const datasets::Dataset& set);

/// The graph that a verb works on: a set, a file, or one graph of either.
struct GraphArgument {
  std::string name;  ///< As the user wrote it.
  SimpleGraph simple;
  WeightUnit unit = WeightUnit::kIgnore;  ///< What --weights says.
  /// Edges (u < v) and self-loops of the input by (u, v, type), each once, with their weights.
  std::vector<formats::EdgeRow> rows;
  std::vector<std::string> names;    ///< [N] The file's ids; empty: they are 0 .. N-1.
  std::vector<std::int64_t> labels;  ///< [N] Class of each node; empty: not every node has one.
  std::string hash;                  ///< Of nodes, edges and weights.
  formats::Json json;                ///< The key `input` of the verb's document.
};

/// Reads GRAPH under --directed, --weights, --ids and the data roots. GRAPH is the name of a set,
/// a file, or either with #INDEX behind it where it holds many graphs.
/// @throws InvalidArgument  for an unknown set, a missing or surplus index, weights without
///                          --weights.
/// @throws DataError        for a missing or broken file; for directed input without --directed.
[[nodiscard]] GraphArgument read_graph_argument(Session& session, const std::string& word);

/// @throws InvalidArgument  unless --weights is `unit` or ignore. `reader` is what reads them.
void expect_unit(const GraphArgument& graph, WeightUnit unit, const std::string& reader);
/// @throws InvalidArgument  unless --weights is ignore, or was not needed.
void expect_no_unit(const GraphArgument& graph, const std::string& reader);

}  // namespace isthmus::cli
