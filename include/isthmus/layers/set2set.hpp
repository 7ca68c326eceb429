#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/initializer.hpp"

namespace isthmus::layers {

/// The weights of one LSTM layer [in -> hidden], named and laid out as torch::nn::LSTM's: gates in
/// the order input, forget, cell, output.
class LstmCellImpl : public torch::nn::Cloneable<LstmCellImpl> {
 public:
  LstmCellImpl(std::int64_t in_channels, std::int64_t hidden_channels);

  void reset() override;
  /// U(-b, b), b = 1 / sqrt(hidden), for each.
  void reset_parameters(Initializer& init);
  /// One step: state [B, hidden] for the input x [B, in]; `cell` is moved on.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& hidden, at::Tensor& cell);

  std::int64_t in_channels;
  std::int64_t hidden_channels;
  at::Tensor weight_ih_l0;  ///< [4 hidden, in]
  at::Tensor weight_hh_l0;  ///< [4 hidden, hidden]
  at::Tensor bias_ih_l0;    ///< [4 hidden]
  at::Tensor bias_hh_l0;    ///< [4 hidden]
};
TORCH_MODULE(LstmCell);

/// Readout by repeated attention. [N, C] -> [G, 2 C]; T times, from q* = 0:
///
///     q = LSTM(q*),   r_g = sum over nodes n of graph g of p_n x_n,   p = softmax(q_g . x_n),
///     q* = [q, r]
///
/// A graph without nodes has r = 0. Tensors: lstm.weight_ih_l0 [4 C, 2 C], lstm.weight_hh_l0 [4 C,
/// C], lstm.bias_ih_l0, lstm.bias_hh_l0 [4 C].
///
/// @par Source  Vinyals, Bengio, Kudlur: Order Matters: Sequence to Sequence for Sets, ICLR 2016
///              (arXiv:1511.06391). As PyG's Set2Set(C, processing_steps).
class Set2SetImpl : public torch::nn::Cloneable<Set2SetImpl> {
 public:
  /// @param channels  C >= 1. @param processing_steps  T >= 1. @param seed  Of the initial values.
  Set2SetImpl(std::int64_t channels, std::int64_t processing_steps, std::uint64_t seed = 0);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;
  /// @param ptr  G + 1 offsets, ptr[0] = 0, ending at N.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr);

  std::int64_t channels;
  std::int64_t processing_steps;
  std::uint64_t seed;
  LstmCell lstm{nullptr};
};
TORCH_MODULE(Set2Set);

}  // namespace isthmus::layers
