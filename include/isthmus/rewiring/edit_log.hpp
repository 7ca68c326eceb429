#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// What an edit does.
enum class EditKind : std::uint8_t { kAdd, kRemove };

/// One edge added or removed. A step may hold several (a flip has four), in order of execution.
struct Edit {
  std::int64_t step = 0;  ///< From 1 on.
  EditKind kind = EditKind::kAdd;
  Edge edge = {};         ///< u < v.
  double score = 0.0;     ///< What the method ranked it by; NaN: it ranks nothing.
  std::int64_t tied = 1;  ///< Candidates as good as this one, itself included.
  std::string note = {};  ///< "join", or empty.
};

/// Why a method stopped.
enum class Stop : std::uint8_t {
  kBudget,       ///< All that was asked for is done.
  kTarget,       ///< The quantity aimed at was reached.
  kNoCandidate,  ///< Nothing is left to edit.
  kDegenerate,   ///< The method's own quantities are not defined here.
  kLimit,        ///< A limit of time or memory, or the caller, ended it.
};
/// "budget", "target", "no_candidate", "degenerate", "limit".
[[nodiscard]] std::string_view name_of(Stop stop);

/// All edits of a run.
struct EditLog {
  std::vector<Edit> edits;

  /// The last step; 0 without edits.
  [[nodiscard]] std::int64_t steps() const noexcept {
    return edits.empty() ? 0 : edits.back().step;
  }
};

/// The graph after the steps 1 .. `steps` of a log (-1: all of them).
/// @throws InvalidArgument  if the graph is not simple, an added edge is there already, or a
/// removed
///                          one is not: the log is not of this graph.
/// @par Cost  O(N + E + edits d), d the largest degree.
[[nodiscard]] Graph replay(const Graph& graph, const EditLog& log, std::int64_t steps = -1);

/// Edges that the steps 1 .. `steps` of a log (-1: all of them) added and did not remove again,
/// sorted. One that was there, went and came back is among them: it is a new edge.
/// @par Cost  O(edits log edits).
[[nodiscard]] std::vector<Edge> fresh_edges(const EditLog& log, std::int64_t steps = -1);

}  // namespace isthmus::rewiring
