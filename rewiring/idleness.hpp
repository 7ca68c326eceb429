#pragma once

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

inline void check_idleness(const Fraction& idleness, const char* function) {
  if (idleness < Fraction() || idleness > Fraction(1)) {
    throw InvalidArgument(std::string(function) + ": idleness must be within 0 .. 1, got " +
                          idleness.to_string());
  }
}

}  // namespace isthmus::rewiring
