#pragma once

#include <cstdint>

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// Dense product for narrow right-hand sides, C = A B + start, for row i and column j:
///
///     c_ij = fma chain over k = 0, 1, ..., K-1 of a_ik b_kj, begun at start_ij
///     start = bias_j, or c_ij with `accumulate`, or 0
///
/// and with `relu` max(0, c_ij), where NaN stays NaN.
///
/// One chain per element in ascending k, hence the same bits at every SIMD level and thread count.
/// A has free strides, so a transposed A costs no copy; rows of B and C are contiguous.
template <typename T>
struct PanelGemm {
  std::int64_t rows = 0;     ///< M
  std::int64_t columns = 0;  ///< N
  std::int64_t depth = 0;    ///< K
  const T* a = nullptr;      ///< a_ik at i a_row + k a_col
  std::int64_t a_row = 0;
  std::int64_t a_col = 0;
  const T* b = nullptr;  ///< b_kj at k b_row + j
  std::int64_t b_row = 0;
  T* c = nullptr;  ///< c_ij at i c_row + j; overlaps no input.
  std::int64_t c_row = 0;
  const T* bias = nullptr;  ///< [N] or none: start of each chain.
  bool accumulate = false;  ///< Start from what C holds; excludes a bias.
  bool relu = false;
};

/// Tall contractions (gradients of weights): K is cut into blocks of at least this many.
inline constexpr std::int64_t kContractionBlock = 1024;

/// C = A B + bias; parallel over fixed blocks of rows.
/// @throws InvalidArgument  if a size is negative, a row of B or C is shorter than N, or both bias
///                          and accumulate are given.
void panel_gemm(const PanelGemm<float>& args);
void panel_gemm(const PanelGemm<double>& args);

/// The same product for long K and small M x N: chains over fixed blocks of K, whose partial
/// results are added in ascending order. Parallel over blocks; at most 64 partial copies of C are
/// held. Without bias, accumulate and relu. The same bits for any thread count, but not those of
/// panel_gemm().
void panel_gemm_tall(const PanelGemm<float>& args);
void panel_gemm_tall(const PanelGemm<double>& args);

}  // namespace isthmus::kernels
