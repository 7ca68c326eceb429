#pragma once

#include <cstdint>
#include <string_view>

#include <ATen/core/Tensor.h>

namespace isthmus::layers {

/// Refuses what no attention layer can have: heads or out_channels below 1, dropout outside [0, 1).
void check_heads(std::string_view who, std::int64_t heads, std::int64_t out_channels,
                 double dropout);

/// Columns of the result of H heads of D.
[[nodiscard]] constexpr std::int64_t head_columns(std::int64_t heads, std::int64_t out_channels,
                                                  bool concat) {
  return concat ? heads * out_channels : out_channels;
}

/// [N, H D] -> the same, or without concat the mean over heads, [N, D].
[[nodiscard]] at::Tensor join_heads(const at::Tensor& x, std::int64_t heads, bool concat);

/// The weight [H, H D] that gives each head's dot product with its own vector of att [.., H, D].
[[nodiscard]] at::Tensor head_dot_weight(const at::Tensor& att);

}  // namespace isthmus::layers
