#include "loss.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <ATen/ATen.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/train/metrics.hpp"

namespace isthmus::train {
namespace {

constexpr std::int64_t kBlock = 1024;  ///< Targets per partial sum; part of the result's bits.

/// Sum of term(i) for i in [0, count): blocks in parallel, partial sums added in ascending order.
double ordered_sum(std::int64_t count, const std::function<double(std::int64_t)>& term) {
  const std::int64_t blocks = (count + kBlock - 1) / kBlock;
  std::vector<double> partial(static_cast<std::size_t>(blocks), 0.0);
  const auto run = [&](std::int64_t block) {
    double sum = 0.0;
    for (std::int64_t i = block * kBlock; i < std::min(count, (block + 1) * kBlock); ++i) {
      sum += term(i);
    }
    partial[static_cast<std::size_t>(block)] = sum;
  };
  if (blocks == 1) {
    run(0);
  } else {
    parallel_chunks(blocks, run);
  }
  double sum = 0.0;
  for (const double part : partial) {
    sum += part;
  }
  return sum;
}

/// log(1 + exp(-|z|)) + max(z, 0) - z y: never overflows.
double binary_loss(double z, double y) {
  return std::max(z, 0.0) - z * y + std::log1p(std::exp(-std::abs(z)));
}

double sigmoid(double z) {
  const double e = std::exp(-std::abs(z));
  return z >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

/// log sum exp of one row. A NaN anywhere comes through.
template <typename T>
double log_sum_exp(const T* row, std::int64_t classes) {
  double top = static_cast<double>(row[0]);
  for (std::int64_t c = 1; c < classes; ++c) {
    top = std::max(top, static_cast<double>(row[c]));
  }
  double sum = 0.0;
  for (std::int64_t c = 0; c < classes; ++c) {
    sum += std::exp(static_cast<double>(row[c]) - top);
  }
  return top + std::log(sum);
}

/// Loss of one row; adds scale * gradient to `gradient` unless that is null.
template <typename T>
double row_loss(const T* row, std::int64_t classes, std::int64_t label, double scale, T* gradient) {
  if (classes == 1) {
    const auto z = static_cast<double>(row[0]);
    const auto y = static_cast<double>(label);
    if (gradient != nullptr) {
      gradient[0] += static_cast<T>(scale * (sigmoid(z) - y));
    }
    return binary_loss(z, y);
  }
  const double total = log_sum_exp(row, classes);
  if (gradient != nullptr) {
    for (std::int64_t c = 0; c < classes; ++c) {
      const double p = std::exp(static_cast<double>(row[c]) - total);
      gradient[c] += static_cast<T>(scale * (p - (c == label ? 1.0 : 0.0)));
    }
  }
  return total - static_cast<double>(row[label]);
}

/// Calls f with a typed pointer to contiguous scores.
template <typename Function>
auto with_scores(const at::Tensor& scores, Function f) {
  const at::Tensor plain = scores.detach().contiguous();
  if (plain.scalar_type() == at::kDouble) {
    return f(plain.data_ptr<double>());
  }
  return f(plain.data_ptr<float>());
}

template <typename T>
std::int64_t predicted_class(const T* row, std::int64_t classes) {
  if (classes == 1) {
    return row[0] > T{0} ? 1 : 0;
  }
  return std::max_element(row, row + classes) - row;
}

}  // namespace

LossAndGradient loss_and_gradient(const at::Tensor& scores, const Targets& targets) {
  LossAndGradient result;
  result.gradient = at::zeros_like(scores.detach(), at::MemoryFormat::Contiguous);
  const std::int64_t classes = scores.size(1);
  const auto count = static_cast<std::int64_t>(targets.row.size());
  const double scale = 1.0 / static_cast<double>(count);
  const double sum = with_scores(scores, [&](const auto* data) {
    using T = std::remove_cv_t<std::remove_pointer_t<decltype(data)>>;
    T* gradient = result.gradient.data_ptr<T>();
    return ordered_sum(count, [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      const std::int64_t offset = targets.row[at] * classes;
      return row_loss<T>(data + offset, classes, targets.label[at], scale, gradient + offset);
    });
  });
  result.loss = sum * scale;
  return result;
}

SplitMetrics measure(const at::Tensor& scores, const Targets& targets, bool with_auc) {
  SplitMetrics metrics;
  const auto count = static_cast<std::int64_t>(targets.row.size());
  if (count == 0) {
    metrics.loss = metrics.accuracy = std::numeric_limits<double>::quiet_NaN();
    if (with_auc) {
      metrics.auc = std::numeric_limits<double>::quiet_NaN();
    }
    return metrics;
  }
  const std::int64_t classes = scores.size(1);
  const bool graphwise = !targets.graph_ptr.empty() && classes <= 2;
  const bool with_margin = with_auc || graphwise;
  std::vector<std::int64_t> predicted(targets.row.size());
  std::vector<double> margin(with_margin ? targets.row.size() : 0);
  std::vector<std::uint8_t> positive(margin.size());
  const double sum = with_scores(scores, [&](const auto* data) {
    using T = std::remove_cv_t<std::remove_pointer_t<decltype(data)>>;
    return ordered_sum(count, [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      const T* row = data + targets.row[at] * classes;
      predicted[at] = predicted_class(row, classes);
      if (with_margin) {
        margin[at] = classes == 1 ? static_cast<double>(row[0])
                                  : static_cast<double>(row[1]) - static_cast<double>(row[0]);
        positive[at] = targets.label[at] == 1 ? 1 : 0;
      }
      return row_loss<T>(row, classes, targets.label[at], 0.0, nullptr);
    });
  });
  metrics.loss = sum / static_cast<double>(count);
  metrics.accuracy = accuracy(predicted, targets.label);
  if (with_auc) {
    metrics.auc = roc_auc(margin, positive);
  }
  if (graphwise) {
    metrics.graphwise = graphwise_metrics(margin, positive, targets.graph_ptr);
  }
  return metrics;
}

std::vector<double> probabilities(const at::Tensor& scores) {
  const std::int64_t rows = scores.size(0);
  const std::int64_t columns = scores.size(1);
  const std::int64_t classes = columns == 1 ? 2 : columns;
  std::vector<double> p(static_cast<std::size_t>(rows * classes));
  with_scores(scores, [&](const auto* data) {
    for (std::int64_t r = 0; r < rows; ++r) {
      double* out = p.data() + r * classes;
      if (columns == 1) {
        out[1] = sigmoid(static_cast<double>(data[r]));
        out[0] = 1.0 - out[1];
        continue;
      }
      const double total = log_sum_exp(data + r * columns, columns);
      for (std::int64_t c = 0; c < columns; ++c) {
        out[c] = std::exp(static_cast<double>(data[r * columns + c]) - total);
      }
    }
    return 0;
  });
  return p;
}

}  // namespace isthmus::train
