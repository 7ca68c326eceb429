#pragma once

#include <span>

#include "isthmus/expressivity/verdicts.hpp"

namespace isthmus::expressivity {

/// The function behind a row of the table of tests, called. @pre test.row is one of its rows.
[[nodiscard]] Refinement run_row(const TestId& test, std::span<const WlGraph> graphs,
                                 const RefineOptions& options, const TestInputs& inputs);

}  // namespace isthmus::expressivity
