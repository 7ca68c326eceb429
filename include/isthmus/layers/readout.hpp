#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/attentional_aggregation.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/set2set.hpp"

namespace isthmus::layers {

/// How the nodes of one graph become one row. kNone: rows stay nodes.
enum class Pooling : std::uint8_t {
  kNone,
  kSum,
  kMean,
  kMax,
  kAttention,  ///< AttentionalAggregation
  kSet2Set,    ///< Set2Set with 3 steps; rows twice as wide
};

/// Whether a readout has parameters of its own, made for one width.
[[nodiscard]] constexpr bool has_parameters(Pooling pooling) {
  return pooling == Pooling::kAttention || pooling == Pooling::kSet2Set;
}

/// Columns of a readout of `channels` columns.
[[nodiscard]] constexpr std::int64_t readout_columns(Pooling pooling, std::int64_t channels) {
  return pooling == Pooling::kSet2Set ? 2 * channels : channels;
}

/// Readout: rows ptr[g] .. ptr[g+1)-1 of x [N, C] to row g of [G, readout_columns()]. A graph
/// without nodes gives a row of zeros, for kMax too (kSet2Set: what its network makes of nothing).
/// Parameters: none, or those of the module named `attention` or `set2set`.
class ReadoutImpl : public torch::nn::Cloneable<ReadoutImpl> {
 public:
  /// @param channels  C; only looked at where the readout has parameters, then >= 1.
  explicit ReadoutImpl(Pooling pooling = Pooling::kSum, std::int64_t channels = 0);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;
  /// @param ptr  G + 1 offsets, ptr[0] = 0, ending at N; not used by kNone.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr);

  Pooling pooling;
  std::int64_t channels;
  AttentionalAggregation attention{nullptr};
  Set2Set set2set{nullptr};
};
TORCH_MODULE(Readout);

}  // namespace isthmus::layers
