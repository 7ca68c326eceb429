#include "npz_arrays.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isthmus/core/error.hpp"

namespace isthmus::datasets {
namespace {

/// "[N, 2]" with '*' for any extent; numpy's own notation would be "(N, 2)".
std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) {
    text += (text.size() > 1 ? ", " : "") +
            (extent == kAnyExtent ? std::string("*") : std::to_string(extent));
  }
  return text + "]";
}

}  // namespace

void check_shape(const formats::NpyArray& array, const std::vector<std::int64_t>& expected) {
  bool fits = array.shape.size() == expected.size();
  for (std::size_t i = 0; fits && i < expected.size(); ++i) {
    fits = expected[i] == kAnyExtent || expected[i] == array.shape[i];
  }
  if (!fits) {
    throw DataError({.file = array.origin}, "shape is wrong (expected " + shape_text(expected) +
                                                ", got " + shape_text(array.shape) + ")");
  }
}

void check_ids(std::span<const std::int64_t> values, std::int64_t limit, const std::string& what,
               const std::string& origin) {
  const auto bad = std::find_if(values.begin(), values.end(), [limit](std::int64_t value) {
    return value < 0 || value >= limit;
  });
  if (bad != values.end()) {
    throw DataError({.file = origin},
                    what + " at position " + std::to_string(bad - values.begin()) +
                        " is out of range (expected 0.." + std::to_string(limit - 1) + ", got " +
                        std::to_string(*bad) + ")");
  }
}

void check_finite(std::span<const float> values, const std::string& origin) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad != values.end()) {
    throw DataError({.file = origin}, "value at position " + std::to_string(bad - values.begin()) +
                                          " is not finite (expected a finite number, got " +
                                          std::to_string(*bad) + ")");
  }
}

}  // namespace isthmus::datasets
