#include "attention_heads.hpp"

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

namespace isthmus::layers {

void check_heads(std::string_view who, std::int64_t heads, std::int64_t out_channels,
                 double dropout) {
  TORCH_CHECK(heads >= 1, who, ": heads must be >= 1, got ", heads);
  TORCH_CHECK(out_channels >= 1, who, ": out_channels must be >= 1, got ", out_channels);
  TORCH_CHECK(dropout >= 0.0 && dropout < 1.0, who, ": dropout must be in [0, 1), got ", dropout);
}

at::Tensor join_heads(const at::Tensor& x, std::int64_t heads, bool concat) {
  return concat ? x : x.view({x.size(0), heads, x.size(1) / heads}).mean(1);
}

at::Tensor head_dot_weight(const at::Tensor& att) {
  const std::int64_t heads = att.size(-2);
  const std::int64_t channels = att.size(-1);
  const at::Tensor own = at::eye(heads, att.options().requires_grad(false)).unsqueeze(2);
  return (own * att.reshape({1, heads, channels})).reshape({heads, heads * channels});
}

}  // namespace isthmus::layers
