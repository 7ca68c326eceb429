#pragma once

#include <cstdint>

// Plain data only: the files of every SIMD level read this header.

namespace isthmus::kernels {

/// Memory of one task of the kernels that work per row and head, in arrays of `array` numbers: one
/// number per edge of a block and head, `stride` per edge, and 16 spare ones. The caller sets all
/// of it to zero.
template <typename T>
struct HeadScratch {
  T* memory = nullptr;
  std::int64_t array = 0;  ///< kBlockEdges stride + 16
  /// Numbers per edge: the heads, rounded up to 1, 2, 4, 8 or a multiple of 16.
  std::int64_t stride = 1;
};

/// Which array is which. The first ones hold a number per edge and head; those of rows hold one per
/// head, repeated through 16 lanes where the stride is less.
enum HeadArray : std::int64_t {
  kScores,
  kDots,
  kFactors,
  kEdgeMax,
  kEdgeInverse,
  kEdgeDelta,
  kRowTerm,
  kRowMax,
  kRowSum,
  kRowShrink,
  kRowInverse,
  kRowDelta,
  kRowGrad,
  kHeadArrays,
};

}  // namespace isthmus::kernels
