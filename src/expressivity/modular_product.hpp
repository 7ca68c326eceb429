#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"

#include "mix.hpp"
#include "tuple_frame.hpp"

namespace isthmus::expressivity {

/// sum_w f(c(u,w)) g(c(w,v)) modulo three primes for all pairs: matrix products in float64, exact
/// since a sum of 256 products of residues is below 2^53 and is reduced then. f and g are functions
/// of (seed, round, prime, colour).
class ModularProduct {
 public:
  ModularProduct(const TupleFrame& frame, std::uint64_t seed);

  /// Writes the three residues of each pair: {r1, 2^32 r2 + r3}.
  void run(std::int32_t round, std::span<const std::uint32_t> colour, const CancelToken& cancel,
           std::span<Signature> sum);

  /// Two pairs with different multisets have equal residues with at most this probability: the
  /// difference is a polynomial of degree 2 that is not 0.
  static double miss();

 private:
  /// Consecutive lines of one graph.
  struct Panel {
    std::size_t graph = 0;
    std::int64_t first = 0;
    std::int64_t rows = 0;
  };

  template <int kPrime>
  void run_modulo(std::uint64_t key, std::span<const std::uint32_t> colour,
                  const CancelToken& cancel, std::span<Signature> sum);

  const TupleFrame& frame_;
  std::uint64_t seed_;
  std::vector<Panel> panels_;
  std::vector<double> right_;  ///< g of each pair.
  std::int64_t workers_ = 0;   ///< Panels multiplied at once, at most.
  std::size_t scratch_size_ = 0;
  std::vector<double> scratch_;  ///< [workers] f of a panel, and its product.
};

}  // namespace isthmus::expressivity
