#pragma once

#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

#include "support/subprocess.hpp"

namespace isthmus::cli {

/// Runs the built program `isthmus` with these words. Colours and progress are as a user has them.
[[nodiscard]] test::ProcessResult run_isthmus(const std::vector<std::string>& words,
                                              test::ProcessOptions options = {});

/// stdout as one JSON document that keeps the schema of that name in share/isthmus/schema; the test
/// fails, and null comes back, if it is not one.
[[nodiscard]] formats::Json valid_document(const std::string& text, const std::string& schema);

/// Folder of the data sets for tests; empty if there is none.
[[nodiscard]] std::string test_data();

}  // namespace isthmus::cli
