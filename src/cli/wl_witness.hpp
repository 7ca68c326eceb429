#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/expressivity/node_classes.hpp"
#include "isthmus/expressivity/verdicts.hpp"
#include "isthmus/expressivity/witness.hpp"
#include "isthmus/formats/json.hpp"

#include "wl_input.hpp"

namespace isthmus::cli {

/// Why a test tells two graphs apart.
struct WlWitness {
  expressivity::TestId test;
  std::optional<expressivity::ClassWitness> colour;
  std::string tree;  ///< --witness tree, of 1-WL alone.
  std::optional<expressivity::PatternWitness> pattern;
  expressivity::NodeClasses nodes;  ///< What the test says of the nodes of both graphs.
};

/// @param test  One that tells the graphs apart.
[[nodiscard]] WlWitness find_wl_witness(Session& session, const expressivity::TestId& test,
                                        const std::vector<WlInput>& inputs, const TimeLimit& limit);

/// {test, round, kind, colour, count_a, count_b, object_a, object_b, tree, pattern, hom_a, hom_b}.
[[nodiscard]] formats::Json wl_witness_json(const WlWitness& witness);

/// The same for people.
[[nodiscard]] std::string wl_witness_text(const WlWitness& witness);

}  // namespace isthmus::cli
