#include "isthmus/core/moments.hpp"

namespace isthmus {

Moments moments(std::span<const double> numbers) {
  Moments result;
  for (const double number : numbers) {
    result.sum += number;
  }
  if (!numbers.empty()) {
    result.mean = result.sum / static_cast<double>(numbers.size());
  }
  for (const double number : numbers) {
    result.squares += (number - result.mean) * (number - result.mean);
  }
  return result;
}

}  // namespace isthmus
