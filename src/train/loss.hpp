#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "result.hpp"

namespace isthmus::train {

/// Rows of a score tensor and the class that each should get.
struct Targets {
  std::vector<std::int64_t> row;    ///< Ascending or not, each in [0, rows of scores).
  std::vector<std::int64_t> label;  ///< Class of row[i]; with one logit 0 or 1.
  /// Nodes of many graphs: offsets of each graph's targets, from 0 to all; empty: of one.
  std::vector<std::int64_t> graph_ptr;
};

/// A loss and its gradient by the scores.
struct LossAndGradient {
  double loss = 0.0;    ///< Mean over the targets.
  at::Tensor gradient;  ///< Shape and type of the scores; zero outside the targets' rows.
};

/// Mean cross-entropy of scores [R, C] over the targets; with C = 1 binary cross-entropy on logits.
/// Each term is computed in double; terms are summed over fixed blocks in ascending order, so that
/// the bits do not depend on threads. No autograd graph: feed `gradient` to scores.backward().
[[nodiscard]] LossAndGradient loss_and_gradient(const at::Tensor& scores, const Targets& targets);

/// Loss, accuracy and, on request, AUC (two classes) of scores on the targets; with graph_ptr and
/// two classes the graph-wise metrics. No targets: NaN.
[[nodiscard]] SplitMetrics measure(const at::Tensor& scores, const Targets& targets, bool with_auc);

/// Class probabilities [R, classes] in double, row-major; one logit gives two classes.
[[nodiscard]] std::vector<double> probabilities(const at::Tensor& scores);

}  // namespace isthmus::train
