#include "isthmus/rewiring/budget.hpp"

#include <charconv>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

std::optional<std::int64_t> steps_of_budget(std::string_view text, std::int64_t num_edges) {
  if (!text.ends_with('%')) {
    std::int64_t steps = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), steps);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && steps >= 0 ? std::optional(steps) : std::nullopt;
  }
  try {
    const Fraction share = parse_fraction(text.substr(0, text.size() - 1));
    if (share.numerator() < 0) {
      return std::nullopt;
    }
    const Fraction steps = share * Fraction(num_edges, 100) + Fraction(1, 2);
    return steps.numerator() / steps.denominator();
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace isthmus::rewiring
