#pragma once

#include <string>

#include "isthmus/formats/json.hpp"

#include "graph_argument.hpp"
#include "session.hpp"

namespace isthmus::cli {

/// --html of metrics: what the document says, with the spread of hops and of edges, for one graph
/// or (`against` not null) two, and then a picture of what lies between them. Curvature and
/// resistance of edges are measured for it.
[[nodiscard]] std::string metrics_page(Session& session, const GraphArgument& input,
                                       const GraphArgument* against, const formats::Json& fields);

}  // namespace isthmus::cli
