#pragma once

#include <vector>

#include "isthmus/draw/html_page.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "graph_argument.hpp"
#include "session.hpp"

namespace isthmus::cli {

/// Numbers of the edges of one graph.
struct EdgeValues {
  std::vector<double> curvature;   ///< Ollivier-Ricci at idleness 0.
  std::vector<double> resistance;  ///< In the tier that fits.
  double r_tot = 0.0;
  bool exact = true;  ///< The resistances.
};
[[nodiscard]] EdgeValues measure_edges(Session& session, const linalg::Conductances& network);

/// Histograms of both, of one graph or (unless `after` is empty) of two.
void append_histograms(const EdgeValues& before, const EdgeValues& after, draw::HtmlPage& page);

/// A picture of the input with what `after` has more and less, where it is small enough.
void append_drawing(const GraphArgument& input, const Graph& after, draw::HtmlPage& page);

}  // namespace isthmus::cli
