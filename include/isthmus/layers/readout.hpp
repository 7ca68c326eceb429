#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace isthmus::layers {

/// How the nodes of one graph become one row. kNone: rows stay nodes.
enum class Pooling : std::uint8_t { kNone, kSum, kMean, kMax };

/// Readout: rows ptr[g] .. ptr[g+1)-1 of x [N, C] to row g of [G, C]. A graph without nodes gives a
/// row of zeros, for kMax too. Without parameters.
class ReadoutImpl : public torch::nn::Cloneable<ReadoutImpl> {
 public:
  explicit ReadoutImpl(Pooling pooling = Pooling::kSum);

  void reset() override {}
  void pretty_print(std::ostream& stream) const override;
  /// @param ptr  G + 1 offsets, ptr[0] = 0, ending at N; not used by kNone.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr);

  Pooling pooling;
};
TORCH_MODULE(Readout);

}  // namespace isthmus::layers
