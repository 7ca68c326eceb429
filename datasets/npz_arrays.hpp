#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/formats/npy.hpp"

namespace isthmus::datasets {

/// An extent that any value satisfies.
inline constexpr std::int64_t kAnyExtent = -1;

/// Requires a shape, e.g. {kAnyExtent, 2}. @throws DataError "ORIGIN: shape must be ..., got ...".
void check_shape(const formats::NpyArray& array, const std::vector<std::int64_t>& expected);

/// Requires that every value lies in 0..limit-1. `what` names a value in the message.
/// @throws DataError "ORIGIN: ... at position K ...".
void check_ids(std::span<const std::int64_t> values, std::int64_t limit, const std::string& what,
               const std::string& origin);

/// Requires that every value is finite. @throws DataError.
void check_finite(std::span<const float> values, const std::string& origin);

}  // namespace isthmus::datasets
