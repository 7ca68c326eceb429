#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mix.hpp"

namespace isthmus::expressivity {

/// What number_signatures() gives.
struct Numbering {
  std::vector<std::uint32_t> colour;  ///< Of each object: the rank of its signature, from 0.
  std::int64_t classes = 0;           ///< Different signatures.
};

/// Numbers signatures by their rank among the different ones: equal signatures get equal colours,
/// in whatever order and from however many graphs they come.
///
/// @par Cost  O(n), n signatures below 2^32, where they are as good as random; else O(n log n).
///            Memory 28 to 52 bytes a signature.
[[nodiscard]] Numbering number_signatures(std::span<const Signature> signatures);

/// The same, quicker where most signatures differ.
///
/// @par Cost  O(n) where they differ and are as good as random; else O(n log n). Memory 12 bytes a
///            signature.
[[nodiscard]] Numbering rank_signatures(std::span<const Signature> signatures);

}  // namespace isthmus::expressivity
