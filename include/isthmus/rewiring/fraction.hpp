#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace isthmus::rewiring {

/// An exact rational number in lowest terms: what curvatures are.
///
/// Results are formed in 128 bits and reduced; one whose reduced terms leave 64 bits throws
/// ResourceLimit instead of being wrong. Equal numbers are equal objects.
class Fraction {
 public:
  constexpr Fraction() = default;
  /// The integer itself.
  constexpr explicit Fraction(std::int64_t value) : numerator_(value) {}
  /// numerator / denominator, reduced; the sign goes to the numerator.
  /// @throws InvalidArgument  if denominator = 0.
  Fraction(std::int64_t numerator, std::int64_t denominator);

  [[nodiscard]] constexpr std::int64_t numerator() const noexcept { return numerator_; }
  /// >= 1.
  [[nodiscard]] constexpr std::int64_t denominator() const noexcept { return denominator_; }
  /// The nearest double of numerator / nearest double of denominator.
  [[nodiscard]] double to_double() const noexcept {
    return static_cast<double>(numerator_) / static_cast<double>(denominator_);
  }
  /// "p/q", or "p" where q = 1.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Fraction&, const Fraction&) = default;
  friend std::strong_ordering operator<=>(const Fraction& a, const Fraction& b) noexcept;
  /// @throws ResourceLimit  if the result does not fit.
  friend Fraction operator+(const Fraction& a, const Fraction& b);
  friend Fraction operator-(const Fraction& a, const Fraction& b);
  friend Fraction operator*(const Fraction& a, const Fraction& b);
  /// @throws InvalidArgument  if b = 0.
  friend Fraction operator/(const Fraction& a, const Fraction& b);

 private:
  std::int64_t numerator_ = 0;
  std::int64_t denominator_ = 1;
};

/// "p/q", "p" or a finite decimal ("-0.25", ".5"), without blanks, as a fraction.
/// @throws InvalidArgument  naming the text, if it is none of these, q = 0, or it does not fit into
///                          64 bits.
[[nodiscard]] Fraction parse_fraction(std::string_view text);

}  // namespace isthmus::rewiring
