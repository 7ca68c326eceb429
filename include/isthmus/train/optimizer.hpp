#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace isthmus::train {

enum class OptimizerKind : std::uint8_t { kAdam, kSgd };

/// Options of Optimizer, with torch's defaults.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdam;
  double beta1 = 0.9;     ///< Adam, [0, 1)
  double beta2 = 0.999;   ///< Adam, [0, 1)
  double eps = 1e-8;      ///< Adam, >= 0
  double momentum = 0.0;  ///< SGD, >= 0
};

/// Parameters that share a weight decay (an L2 term: decay * parameter is added to the gradient).
struct ParameterGroup {
  std::vector<at::Tensor> parameters;
  double weight_decay = 0.0;
};

/// Adam and SGD by torch's formulas. With g = gradient + decay * p, at step t = 1, 2, ...:
///
///     Adam:  m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2
///            p -= lr / (1-b1^t) * m / (sqrt(v) / sqrt(1-b2^t) + eps)
///     SGD:   m = g at t = 1, then momentum m + g;  p -= lr m
///
/// One pass per parameter, element by element: same bits for any number of threads. A parameter
/// without a gradient is left alone; t counts per parameter, as in torch.
class Optimizer {
 public:
  /// @throws c10::Error  unless the parameters are contiguous float or double tensors.
  Optimizer(std::vector<ParameterGroup> groups, const OptimizerOptions& options = {});

  void step(double lr);
  void zero_grad();

  /// Moments and step counts by name ("0.m", "0.v", "0.t"): what a checkpoint keeps.
  [[nodiscard]] std::map<std::string, at::Tensor, std::less<>> state() const;
  /// @throws DataError  if a name is missing or mis-shaped.
  void restore(const std::map<std::string, at::Tensor, std::less<>>& state);

 private:
  struct Slot {
    at::Tensor parameter;
    double weight_decay = 0.0;
    std::int64_t steps = 0;
    at::Tensor m;
    at::Tensor v;
  };
  std::vector<Slot> slots_;
  OptimizerOptions options_;
};

}  // namespace isthmus::train
