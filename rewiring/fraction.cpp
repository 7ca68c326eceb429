#include "isthmus/rewiring/fraction.hpp"

#include <charconv>
#include <limits>
#include <numeric>
#include <optional>

#include "isthmus/core/error.hpp"

namespace isthmus::rewiring {
namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
constexpr auto kSmallest = std::numeric_limits<std::int64_t>::min();

bool fits(Wide value) { return value >= kSmallest && value <= kLargest; }

UnsignedWide magnitude(Wide value) {
  return value < 0 ? -static_cast<UnsignedWide>(value) : static_cast<UnsignedWide>(value);
}

/// Euclid, in 64 bits as soon as they suffice: a division of 128 bits costs ten times as much.
UnsignedWide greatest_common_divisor(UnsignedWide a, UnsignedWide b) {
  constexpr UnsignedWide kNarrow = std::numeric_limits<std::uint64_t>::max();
  while (b != 0) {
    if (a <= kNarrow && b <= kNarrow) {
      return std::gcd(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b));
    }
    const UnsignedWide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

struct Terms {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
};

/// In lowest terms; nothing if they leave 64 bits. Denominator not 0.
std::optional<Terms> reduced(Wide numerator, Wide denominator) {
  const UnsignedWide common = greatest_common_divisor(magnitude(numerator), magnitude(denominator));
  const auto divisor = static_cast<Wide>(common);
  const Wide sign = denominator < 0 ? -1 : 1;
  const Wide p = sign * (numerator / divisor);
  const Wide q = sign * (denominator / divisor);
  if (!fits(p) || !fits(q)) {
    return std::nullopt;
  }
  return Terms{static_cast<std::int64_t>(p), static_cast<std::int64_t>(q)};
}

Fraction result_of(Wide numerator, Wide denominator, const Fraction& a, char sign,
                   const Fraction& b) {
  const std::optional<Terms> terms = reduced(numerator, denominator);
  if (!terms) {
    throw ResourceLimit("Fraction: numerator and denominator must fit into 64 bits, got " +
                        a.to_string() + ' ' + sign + ' ' + b.to_string());
  }
  return {terms->numerator, terms->denominator};
}

/// All of `text` as digits.
std::optional<std::int64_t> integer_in(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool whole = error == std::errc() && stop == end && text.front() != '-';
  return whole ? std::optional(value) : std::nullopt;
}

/// `text` without its sign.
std::optional<Terms> terms_in(std::string_view text) {
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const auto p = integer_in(text.substr(0, slash));
    const auto q = integer_in(text.substr(slash + 1));
    return p && q && *q != 0 ? reduced(*p, *q) : std::nullopt;
  }
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) {
    const auto p = integer_in(text);
    return p ? std::optional(Terms{*p, 1}) : std::nullopt;
  }
  std::string digits(text.substr(0, point));
  std::string_view decimals = text.substr(point + 1);
  while (decimals.ends_with('0') && decimals.size() > 1) {
    decimals.remove_suffix(1);
  }
  if (decimals.size() > 18 || (digits.empty() && decimals.empty())) {
    return std::nullopt;
  }
  digits += decimals;
  std::int64_t power = 1;
  for (std::size_t i = 0; i < decimals.size(); ++i) {
    power *= 10;
  }
  const auto p = integer_in(digits);
  return p ? reduced(*p, power) : std::nullopt;
}

}  // namespace

Fraction::Fraction(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) {
    throw InvalidArgument("Fraction: denominator must not be 0, got " + std::to_string(numerator) +
                          "/0");
  }
  const std::optional<Terms> terms = reduced(numerator, denominator);
  if (!terms) {
    throw ResourceLimit("Fraction: numerator and denominator must fit into 64 bits, got " +
                        std::to_string(numerator) + '/' + std::to_string(denominator));
  }
  numerator_ = terms->numerator;
  denominator_ = terms->denominator;
}

std::string Fraction::to_string() const {
  const std::string p = std::to_string(numerator_);
  return denominator_ == 1 ? p : p + '/' + std::to_string(denominator_);
}

std::strong_ordering operator<=>(const Fraction& a, const Fraction& b) noexcept {
  const Wide left = Wide{a.numerator_} * b.denominator_;
  const Wide right = Wide{b.numerator_} * a.denominator_;
  return left < right   ? std::strong_ordering::less
         : left > right ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

Fraction operator+(const Fraction& a, const Fraction& b) {
  return result_of(Wide{a.numerator_} * b.denominator_ + Wide{b.numerator_} * a.denominator_,
                   Wide{a.denominator_} * b.denominator_, a, '+', b);
}

Fraction operator-(const Fraction& a, const Fraction& b) {
  return result_of(Wide{a.numerator_} * b.denominator_ - Wide{b.numerator_} * a.denominator_,
                   Wide{a.denominator_} * b.denominator_, a, '-', b);
}

Fraction operator*(const Fraction& a, const Fraction& b) {
  return result_of(Wide{a.numerator_} * b.numerator_, Wide{a.denominator_} * b.denominator_, a, '*',
                   b);
}

Fraction operator/(const Fraction& a, const Fraction& b) {
  if (b.numerator_ == 0) {
    throw InvalidArgument("Fraction: divisor must not be 0, got " + a.to_string() + " / 0");
  }
  return result_of(Wide{a.numerator_} * b.denominator_, Wide{a.denominator_} * b.numerator_, a, '/',
                   b);
}

Fraction parse_fraction(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::optional<Terms> terms = terms_in(text.substr(negative ? 1 : 0));
  if (!terms) {
    throw InvalidArgument(
        "parse_fraction: text must be \"p/q\", an integer or a finite decimal within 64 bits, "
        "got \"" +
        std::string(text) + '"');
  }
  return {negative ? -terms->numerator : terms->numerator, terms->denominator};
}

}  // namespace isthmus::rewiring
