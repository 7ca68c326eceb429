#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace isthmus::ops {

// Streams of reversible networks in whole numbers of units 2^-bits, bits in [12, 24]: tensors of
// int32, contiguous. See kernels/fixed_stream.hpp for what is exact. No autograd.

/// x += round(f 2^bits) in place, to nearest, ties to even. x int32 and f float of one size.
/// @returns false if an f is not finite or a sum leaves the 32 bits: x is then of no use.
[[nodiscard]] bool fixed_add(const at::Tensor& x, const at::Tensor& f, int bits);
/// Undoes fixed_add() of the same f, bit by bit.
[[nodiscard]] bool fixed_subtract(const at::Tensor& x, const at::Tensor& f, int bits);
/// x 2^-bits as float.
[[nodiscard]] at::Tensor fixed_to_float(const at::Tensor& x, int bits);
/// (sum of the terms) 2^-bits as float, summed without rounding. At least one term, one size.
[[nodiscard]] at::Tensor fixed_sum_to_float(const std::vector<at::Tensor>& terms, int bits);
/// Of values and their positions first, first + 1, ...; those of parts add up.
[[nodiscard]] std::uint64_t fixed_checksum(const at::Tensor& x, std::uint64_t first);

}  // namespace isthmus::ops
