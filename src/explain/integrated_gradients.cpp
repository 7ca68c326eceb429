#include "isthmus/explain/integrated_gradients.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "isthmus/core/error.hpp"

#include "logit_gradients.hpp"

namespace isthmus::explain {
namespace {

constexpr std::int64_t kMostSteps = 1000;
constexpr std::int64_t kShortRule = 16;  // of pieces that were cut

struct Point {
  double at = 0.0;  ///< In (0, 1).
  double weight = 0.0;
};

/// The Gauss-Legendre rule of n points on [0, 1]: roots of the Legendre polynomial by Newton's
/// method from Chebyshev's guess, weights 2 / ((1 - z^2) P'(z)^2) on [-1, 1].
std::vector<Point> gauss_legendre(std::int64_t n) {
  std::vector<Point> points;
  for (std::int64_t i = 0; i < n; ++i) {
    double z = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) /
                        (static_cast<double>(n) + 0.5));
    double slope = 1.0;
    for (int round = 0; round < 100; ++round) {
      double p = 1.0;
      double before = 0.0;
      for (std::int64_t k = 1; k <= n; ++k) {
        const auto degree = static_cast<double>(k);
        const double next = ((2.0 * degree - 1.0) * z * p - (degree - 1.0) * before) / degree;
        before = p;
        p = next;
      }
      slope = static_cast<double>(n) * (z * p - before) / (z * z - 1.0);
      const double move = p / slope;
      z -= move;
      if (std::abs(move) < 1e-15) {
        break;
      }
    }
    points.push_back({(1.0 - z) / 2.0, 1.0 / ((1.0 - z * z) * slope * slope)});
  }
  return points;
}

double logit_at(const Subject& subject, double share, const MaskKinds& kinds) {
  const at::NoGradGuard no_grad;
  at::Tensor x = std::get<at::Tensor>(subject.input.x);
  at::Tensor weight;
  if (kinds.edge) {
    weight = at::full({subject.input.graph.num_edges()}, share, x.options());
  }
  if (kinds.node || kinds.feature) {
    x = x * share;
  }
  return class_logit(target_scores(subject, x, weight), subject.label).item<double>();
}

/// A piece of the line, and what it adds to the masks.
struct Piece {
  double from = 0.0;
  double to = 1.0;
  double logit_from = 0.0;
  double logit_to = 0.0;
  at::Tensor edge;  ///< In double: many small terms.
  at::Tensor x;
  double attributed = 0.0;

  [[nodiscard]] double gap() const { return attributed - (logit_to - logit_from); }
};

void integrate(Piece& piece, const Subject& subject, const MaskKinds& kinds,
               const std::vector<Point>& rule) {
  const auto add = [](at::Tensor& sum, const at::Tensor& gradient, double weight) {
    if (gradient.defined()) {
      const at::Tensor term = gradient.to(at::kDouble) * weight;
      sum = sum.defined() ? sum + term : term;
    }
  };
  const double length = piece.to - piece.from;
  for (const Point& point : rule) {
    const LogitGradients gradients =
        logit_gradients(subject, piece.from + length * point.at, kinds);
    add(piece.edge, gradients.edge, length * point.weight);
    add(piece.x, gradients.x, length * point.weight);
  }
  if (piece.edge.defined()) {
    piece.attributed += piece.edge.sum().item<double>();
  }
  if (piece.x.defined()) {
    piece.x = piece.x * std::get<at::Tensor>(subject.input.x).to(at::kDouble);
    piece.attributed += piece.x.sum().item<double>();
  }
}

/// The masks so far, and how complete they are.
IntegratedGradients sum_of(const std::vector<Piece>& pieces, const MaskKinds& kinds) {
  IntegratedGradients result;
  at::Tensor x;
  for (const Piece& piece : pieces) {
    const auto add = [](at::Tensor& sum, const at::Tensor& part) {
      sum = sum.defined() ? sum + part : part;
    };
    if (piece.edge.defined()) {
      add(result.explanation.edge_mask, piece.edge);
    }
    if (piece.x.defined()) {
      add(x, piece.x);
    }
    result.attributed += piece.attributed;
    result.logit = piece.to == 1.0 ? piece.logit_to : result.logit;
    result.baseline_logit = piece.from == 0.0 ? piece.logit_from : result.baseline_logit;
  }
  if (x.defined()) {
    result.explanation.x_mask = summed_to(x, kinds);
  }
  return result;
}

void check(const IntegratedGradientsOptions& options) {
  if (options.steps < 1 || options.steps > kMostSteps) {
    throw InvalidArgument("integrated_gradients: steps must be in 1.." +
                          std::to_string(kMostSteps) + ", got " + std::to_string(options.steps));
  }
  if (!(options.tolerance >= 0.0)) {
    throw InvalidArgument("integrated_gradients: tolerance must be >= 0, got " +
                          std::to_string(options.tolerance));
  }
}

}  // namespace

double IntegratedGradients::completeness_gap() const noexcept {
  return std::abs(attributed - (logit - baseline_logit));
}

double IntegratedGradients::relative_gap() const noexcept {
  return completeness_gap() / std::max(std::abs(logit - baseline_logit), 1e-12);
}

IntegratedGradients integrated_gradients(const Subject& subject,
                                         const IntegratedGradientsOptions& options) {
  check(options);
  const MaskKinds& kinds = options.masks;
  Piece whole;
  whole.logit_from = logit_at(subject, 0.0, kinds);
  whole.logit_to = logit_at(subject, 1.0, kinds);
  integrate(whole, subject, kinds, gauss_legendre(options.steps));
  std::vector<Piece> pieces = {std::move(whole)};
  IntegratedGradients result = sum_of(pieces, kinds);
  result.points = options.steps;

  const std::vector<Point> short_rule = gauss_legendre(std::min(options.steps, kShortRule));
  const auto cost = 2 * static_cast<std::int64_t>(short_rule.size());
  while (result.relative_gap() > options.tolerance && result.points + cost <= options.most_points) {
    const auto worst = std::max_element(
        pieces.begin(), pieces.end(),
        [](const Piece& a, const Piece& b) { return std::abs(a.gap()) < std::abs(b.gap()); });
    const double middle = (worst->from + worst->to) / 2.0;
    const double logit = logit_at(subject, middle, kinds);
    Piece left{.from = worst->from,
               .to = middle,
               .logit_from = worst->logit_from,
               .logit_to = logit,
               .edge = {},
               .x = {}};
    Piece right{.from = middle,
                .to = worst->to,
                .logit_from = logit,
                .logit_to = worst->logit_to,
                .edge = {},
                .x = {}};
    integrate(left, subject, kinds, short_rule);
    integrate(right, subject, kinds, short_rule);
    *worst = std::move(left);
    pieces.push_back(std::move(right));
    const std::int64_t points = result.points + cost;
    result = sum_of(pieces, kinds);
    result.points = points;
  }
  return result;
}

}  // namespace isthmus::explain
