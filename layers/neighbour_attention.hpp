#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/ops/attention.hpp"

namespace isthmus::layers {

/// ops::gat_attention() over the context's graph; with an edge mask w, sum of p_e w_e x_j. Masks
/// come after the softmax and leave it as it is. The masked way holds the scores, [E, H].
[[nodiscard]] at::Tensor neighbour_gat(const at::Tensor& x, const at::Tensor& src_score,
                                       const at::Tensor& dst_score, const ConvContext& context,
                                       const ops::AttentionOptions& options);
/// ops::gatv2_attention(), likewise; masked it holds [E, H D].
[[nodiscard]] at::Tensor neighbour_gatv2(const at::Tensor& src, const at::Tensor& dst,
                                         const at::Tensor& att, const ConvContext& context,
                                         const ops::AttentionOptions& options);
/// ops::dot_attention(), likewise; masked it holds the scores.
[[nodiscard]] at::Tensor neighbour_dot(const ops::DotAttentionInputs& inputs,
                                       const ConvContext& context,
                                       const ops::AttentionOptions& options);

}  // namespace isthmus::layers
