#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/json.hpp"

namespace isthmus::cli {

/// A failure in the words of the command line.
struct Failure {
  ExitCode exit = ExitCode::kFailed;
  std::string message = {};
  std::string hint = {};
  DataLocation location = {};  ///< Of a DataError; its file is empty otherwise.
};

/// What any exception means to the user: isthmus' own carry their code; memory that is not to be
/// had is a resource limit; everything else is a failed run.
[[nodiscard]] Failure describe(const std::exception& error);

/// Keys that every JSON document of the command line starts with.
[[nodiscard]] formats::Json envelope(std::string_view schema, const std::vector<std::string>& args,
                                     std::uint64_t seed, const std::vector<std::string>& warnings);

/// The document `isthmus.error/1`.
[[nodiscard]] formats::Json error_document(const Failure& failure,
                                           const std::vector<std::string>& args, std::uint64_t seed,
                                           const std::vector<std::string>& warnings);

/// "isthmus: message", then the lines of the hint indented by two. `colour` marks the first word.
[[nodiscard]] std::string error_text(const Failure& failure, bool colour);

}  // namespace isthmus::cli
