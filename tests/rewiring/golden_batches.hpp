#pragma once

#include <algorithm>

#include <gtest/gtest.h>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/borf.hpp"

#include "golden_values.hpp"

namespace isthmus::test {

/// check(graph, options, golden) for the first batch of BORF with h = 3 and k = 1 of every graph
/// that the golden values have it of. @return how many.
template <typename Check>
int for_golden_batches(const Check& check) {
  const formats::Json graphs = golden("graphs");
  const formats::Json algorithms = golden("algorithms");
  int count = 0;
  for (const auto& [name, methods] : algorithms.as_object()) {
    if (const formats::Json* const batch = methods.find("borf_first_batch_h3_k1")) {
      SCOPED_TRACE(name);
      ++count;
      check(golden_graph(graphs.at(name)),
            rewiring::BorfOptions{.num_batches = 1,
                                  .add = batch->at("h").as_integer(),
                                  .remove = batch->at("k").as_integer()},
            *batch);
    }
  }
  return count;
}

/// Whether some optimal plan supports the golden edge at `place` by this pair.
template <typename Support>
[[nodiscard]] bool is_acceptable(const Support& support, const formats::Json& batch,
                                 std::size_t place) {
  const auto& members = batch.at("additions").as_array()[place].at("acceptable").as_array();
  return std::any_of(members.begin(), members.end(), [&](const formats::Json& member) {
    return golden_edge(member.at("pq")) == Edge{support.p, support.q} &&
           member.at("d").as_double() == static_cast<double>(support.distance) &&
           member.at("already_edge").as_bool() == (support.distance == 1);
  });
}

}  // namespace isthmus::test
