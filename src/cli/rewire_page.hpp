#pragma once

#include <string>

#include "isthmus/formats/json.hpp"

#include "graph_argument.hpp"
#include "rewire_call.hpp"
#include "session.hpp"

namespace isthmus::cli {

/// A run of rewire as one HTML page: its facts, the spread of curvature and resistance before and
/// after, R_tot and lambda_2 along the steps, every step, and small graphs as a picture. What the
/// document does not have is measured: the cost is that of metrics, times the points of the curves.
/// @param fields  The document of the run: input, method, steps, result.
[[nodiscard]] std::string rewire_page(Session& session, const GraphArgument& input,
                                      const Rewired& rewired, const formats::Json& fields);

}  // namespace isthmus::cli
