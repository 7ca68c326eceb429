#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isthmus/explain/explain.hpp"
#include "isthmus/explain/fidelity.hpp"
#include "isthmus/formats/json.hpp"

namespace isthmus::explain {

/// Shares at which a curve is drawn, percent.
inline constexpr std::array<double, 10> kCurvePercents = {5.0,  10.0, 15.0, 20.0, 25.0,
                                                          30.0, 35.0, 40.0, 45.0, 50.0};

/// See IntegratedGradients.
struct Completeness {
  double logit = 0.0;
  double baseline_logit = 0.0;
  double attributed = 0.0;
  double gap = 0.0;
  double relative_gap = 0.0;
};

/// A target and what is measured on it.
struct TargetRecord {
  ExplainedTarget target;
  std::optional<FidelityProbe> probe;
  std::vector<FidelityProbe> curve;      ///< At kCurvePercents; empty without curves.
  std::vector<std::uint8_t> true_nodes;  ///< Of target.nodes; empty: unknown.
  std::optional<Completeness> completeness;
};

/// What was explained.
struct ExplainedWhat {
  std::string set;
  std::string content_sha256;
  std::string model;
  std::vector<std::string> class_labels;
  bool interrupted = false;
};

/// ExplainResult::document.
[[nodiscard]] formats::Json explain_document(std::span<const TargetRecord> records,
                                             const ExplainOptions& options,
                                             const ExplainedWhat& what);

}  // namespace isthmus::explain
