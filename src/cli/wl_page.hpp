#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

#include "wl_input.hpp"
#include "wl_witness.hpp"

namespace isthmus::cli {

/// A comparison as one HTML page: the verdicts, and where a test tells the graphs apart both of
/// them side by side in the colours that do, small graphs alone.
/// @param fields   The document of wl compare.
/// @param witness  Of its cheapest test; empty if none tells the graphs apart.
[[nodiscard]] std::string wl_compare_page(const std::vector<WlInput>& inputs,
                                          const formats::Json& fields,
                                          const std::optional<WlWitness>& witness);

/// Verdicts on BREC as one HTML page: tests by category and subcategory, relations of tests, and
/// what rewiring changed.
/// @param fields  The document of wl brec.
[[nodiscard]] std::string wl_brec_page(const formats::Json& fields);

/// Tests of a document of wl brec against the categories and the total: "16 of 60".
/// @param key  "by_category" or "by_subcategory".
[[nodiscard]] std::vector<std::vector<std::string>> wl_brec_rows(const formats::Json& fields,
                                                                 const char* key);

}  // namespace isthmus::cli
