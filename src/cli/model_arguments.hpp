#pragma once

#include <string>

#include "session.hpp"

namespace isthmus::cli {

/// --model of a verb that cannot do without. @throws InvalidArgument if it is missing.
[[nodiscard]] std::string model_argument(const Session& session);

}  // namespace isthmus::cli
