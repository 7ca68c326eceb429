#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace isthmus::layers {

/// Draws the initial values of a model's parameters. The k-th parameter that is drawn takes its
/// values from stream (seed, "INIT", k) in row-major order, in double, then rounded to the
/// parameter's type: same seed and same architecture give the same bits with every LibTorch. No
/// global generator.
class Initializer {
 public:
  explicit Initializer(std::uint64_t seed) noexcept : seed_(seed) {}

  /// U(-bound, bound).
  void uniform(const at::Tensor& parameter, double bound);
  /// torch::nn::Linear's default: bound 1 / sqrt(fan_in). `parameter` is the weight [out, in] or a
  /// bias, whose fan_in is the weight's; fan_in 0 gives zeros.
  void kaiming_uniform(const at::Tensor& parameter, std::int64_t fan_in);
  /// Glorot: bound sqrt(6 / (in + out)) for a weight [out, in].
  void glorot(const at::Tensor& weight);
  /// A constant; takes no stream.
  static void fill(const at::Tensor& parameter, double value);

  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// Parameters drawn so far.
  [[nodiscard]] std::uint32_t drawn() const noexcept { return drawn_; }

 private:
  std::uint64_t seed_;
  std::uint32_t drawn_ = 0;
};

}  // namespace isthmus::layers
