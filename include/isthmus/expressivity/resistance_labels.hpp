#pragma once

#include <cstdint>

#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// How effective resistances, which are rationals, are compared.
enum class ResistanceArithmetic : std::uint8_t {
  /// Modulo primes below 2^31 where every component fits, else kFloat.
  kAuto,
  /// Modulo primes: equal rationals always agree, different ones fail to differ with a probability
  /// of about 2^-62.
  kModular,
  /// Doubles in steps of 1e-9: neither verdict is certain.
  kFloat,
};

/// Options of tests that label by effective resistance.
struct ResistanceLabelOptions {
  ResistanceArithmetic arithmetic = ResistanceArithmetic::kAuto;
  /// kAuto: nodes of the largest component that is still computed modulo primes, >= 0. One of 2000
  /// takes 2 n^3 = 1.6e10 multiplications.
  NodeId max_modular_nodes = 2'000;
};

}  // namespace isthmus::expressivity
