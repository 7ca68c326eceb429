#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/verdicts.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "session.hpp"
#include "time_limit.hpp"

namespace isthmus::cli {

/// A graph of wl, and where it came from.
struct WlInput {
  std::string file;  ///< As the user wrote it, without #INDEX.
  std::int64_t index = 0;
  expressivity::WlGraph graph;

  /// "file#index".
  [[nodiscard]] std::string name() const { return file + "#" + std::to_string(index); }
};

/// What a word without #INDEX stands for where it holds many graphs.
enum class WordMeans : std::uint8_t { kOneGraph, kAllGraphs };

/// Reads the graphs of the words under --labels, --edge-labels, --simplify, --directed, --ids and
/// the data roots.
/// @param labels  What --labels and --edge-labels are where they are not given: "auto" or "none".
/// @throws InvalidArgument  as split_graph_word(); for auto labels of different sets, which cannot
///                          be compared.
/// @throws DataError        for broken files; for loops, parallel edges and directed graphs that
///                          were not allowed; for labels of another number than nodes or edges.
[[nodiscard]] std::vector<WlInput> read_wl_inputs(Session& session,
                                                  std::span<const std::string> words,
                                                  WordMeans meaning, const char* labels);

/// {file, index, n, m, components}.
[[nodiscard]] formats::Json wl_input_json(const WlInput& input);

/// The graphs alone.
[[nodiscard]] std::vector<expressivity::WlGraph> graphs_of(const std::vector<WlInput>& inputs);

/// --time-limit as a limit from now on. @throws InvalidArgument  unless a number >= 0.
[[nodiscard]] std::optional<double> time_limit_of(const Arguments& arguments);

/// --rounds: a number >= 0 or stable. @throws InvalidArgument
[[nodiscard]] std::int32_t rounds_of(const Arguments& arguments);

/// --rounds, --exact, --max-tuples and the limit.
[[nodiscard]] expressivity::RefineOptions refine_options(const Arguments& arguments,
                                                         const TimeLimit& limit);

/// What a test needs besides: --pool, --rd, and the file of its id: of gdwl an .npy file with the
/// n^2 numbers of each graph, row by row, graph after graph; of gsn a file of graphs.
/// @param nodes  Of each graph.
/// @throws DataError  for a broken file, or one with another number of numbers.
[[nodiscard]] expressivity::TestInputs test_inputs(Session& session,
                                                   const expressivity::TestId& test,
                                                   std::span<const std::int64_t> nodes);

}  // namespace isthmus::cli
