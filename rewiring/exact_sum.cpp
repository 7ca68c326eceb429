#include "isthmus/rewiring/exact_sum.hpp"

#include <cstdint>
#include <map>
#include <numeric>

#include <boost/multiprecision/cpp_int.hpp>

namespace isthmus::rewiring {

/// Without expression templates: nothing refers to a temporary.
using Big = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>,
                                          boost::multiprecision::et_off>;

std::string exact_sum(std::span<const Fraction> values) {
  std::map<std::int64_t, Big> by_denominator;
  for (const Fraction& value : values) {
    by_denominator[value.denominator()] += value.numerator();
  }
  Big common = 1;
  for (const auto& [denominator, sum] : by_denominator) {
    const auto rest = static_cast<std::int64_t>(common % denominator);
    common *= denominator / std::gcd(rest, denominator);
  }
  Big numerator = 0;
  for (const auto& [denominator, sum] : by_denominator) {
    numerator += sum * Big(common / denominator);
  }
  const Big divisor = boost::multiprecision::gcd(numerator, common);
  numerator /= divisor;
  common /= divisor;
  return common == 1 ? numerator.str() : numerator.str() + "/" + common.str();
}

}  // namespace isthmus::rewiring
