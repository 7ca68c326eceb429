#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace isthmus::explain {

/// What is explained: what the model says, or what is so.
enum class ExplanationType : std::uint8_t { kModel, kPhenomenon };

/// Class probabilities that a model gives one target: of the whole input G, without the
/// explanation S, and of S alone.
struct FidelityProbe {
  std::vector<double> whole;
  std::vector<double> without;
  std::vector<double> only;
  std::int64_t label = -1;  ///< True class; -1: unknown. Only for kPhenomenon.
  double share = 0.0;       ///< |S| / E.
};

/// How well explanations hold, over targets. With y(.) the most probable class (the first of equal
/// ones) and c the predicted class (kModel) or the true one (kPhenomenon):
///
///     kModel:       fid+ = 1 - mean 1(y(G \ S) = y(G))      fid- = 1 - mean 1(y(S) = y(G))
///     kPhenomenon:  fid+ = mean |1(y(G) = c) - 1(y(G \ S) = c)|,  fid- the same with S
///     probability forms: mean of p_c(G) - p_c(G \ S), and of p_c(G) - p_c(S)
///     characterisation 1 / (0.5 / fid+ + 0.5 / (1 - fid-)), 0 where fid+ = 0 or fid- = 1
///     unfaithfulness mean of 1 - exp(-KL(p(G) || p(S)));   sparsity mean of 1 - |S| / E
///
/// Good explanations have fid+ near 1, fid- near 0.
///
/// @par Source  Amara et al.: GraphFramEx, LoG 2022 (arXiv:2206.09677); Agarwal et al.: Evaluating
///              explainability for graph neural networks (arXiv:2208.09339).
/// @par Differs from PyG  its unfaithfulness takes KL(p(S) || p(G)).
struct Fidelity {
  std::int64_t targets = 0;
  double plus = 0.0;
  double minus = 0.0;
  double plus_probability = 0.0;
  double minus_probability = 0.0;
  double characterisation = 0.0;
  double unfaithfulness = 0.0;
  double sparsity = 0.0;
};

/// @throws InvalidArgument  for probes of differing numbers of classes, or kPhenomenon of a target
///                          without a label. No probes: NaN everywhere.
[[nodiscard]] Fidelity fidelity(std::span<const FidelityProbe> probes, ExplanationType type);

/// Mean height of a curve over the range of x, by trapezoids; NaN for fewer than two points.
/// @throws InvalidArgument  if the sizes differ, or x does not ascend.
[[nodiscard]] double curve_area(std::span<const double> x, std::span<const double> y);

}  // namespace isthmus::explain
