#pragma once

#include <cmath>
#include <cstdint>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::cli {

/// [u, v].
[[nodiscard]] inline formats::Json edge_json(const Edge& edge) {
  formats::Json json = formats::Json::array();
  json.push_back(std::int64_t{edge.u});
  json.push_back(std::int64_t{edge.v});
  return json;
}

/// What is not finite is null in a document.
[[nodiscard]] inline formats::Json number_or_null(double number) {
  return std::isfinite(number) ? formats::Json(number) : formats::Json();
}

}  // namespace isthmus::cli
