#pragma once

#include <string>

#include "isthmus/partition/locality_order.hpp"

#include "session.hpp"

namespace isthmus::cli {

/// The --model of eval and predict. @throws InvalidArgument if it is missing.
[[nodiscard]] std::string model_argument(const Session& session);

/// Their --order.
[[nodiscard]] partition::NodeOrder order_argument(const Session& session);

}  // namespace isthmus::cli
