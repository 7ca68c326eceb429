#include "isthmus/expressivity/canonical_form.hpp"

#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "canonical_search.hpp"

namespace isthmus::expressivity {

CanonicalForm canonical_form(const WlGraph& graph, const CanonicalFormOptions& options) {
  check_wl_graph(graph, "canonical_form");
  if (options.max_nodes < 0) {
    throw InvalidArgument("canonical_form: max_nodes must be >= 0, got " +
                          std::to_string(options.max_nodes));
  }
  CanonicalSearch search = canonical_search(graph, options.max_nodes, options.cancel);
  return {.code = std::move(search.code),
          .order = std::move(search.order),
          .complete = search.complete,
          .nodes = search.nodes};
}

}  // namespace isthmus::expressivity
