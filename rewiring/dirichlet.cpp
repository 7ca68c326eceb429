#include "isthmus/rewiring/dirichlet.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "gcn_scale.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kRowsOfChunk = 1024;

void check_arguments(const Graph& graph, std::span<const double> features,
                     const DirichletOptions& options) {
  check_simple(graph, "dirichlet");
  if (options.channels < 1) {
    throw InvalidArgument("dirichlet: channels must be >= 1, got " +
                          std::to_string(options.channels));
  }
  if (options.steps < 0) {
    throw InvalidArgument("dirichlet: steps must be >= 0, got " + std::to_string(options.steps));
  }
  // Divided, not multiplied: channels may be anything.
  const auto size = static_cast<std::int64_t>(features.size());
  const auto nodes = static_cast<std::int64_t>(graph.num_nodes());
  const bool fits = nodes == 0 ? size == 0 : size / nodes == options.channels && size % nodes == 0;
  if (!fits) {
    throw InvalidArgument("dirichlet: features must have " + std::to_string(options.channels) +
                          " numbers for each of " + std::to_string(nodes) + " nodes, got " +
                          std::to_string(size) + " in all");
  }
  const auto bad = std::find_if(features.begin(), features.end(),
                                [](double value) { return !std::isfinite(value); });
  if (bad != features.end()) {
    throw InvalidArgument("dirichlet: features must be finite, got " + std::to_string(*bad) +
                          " at position " + std::to_string(bad - features.begin()));
  }
}

/// Features and what Â makes of them.
class Smoothing {
 public:
  Smoothing(const CsrView& csr, std::span<const double> features, std::int64_t channels)
      : csr_(csr),
        channels_(static_cast<std::size_t>(channels)),
        scale_(gcn_scale(csr)),
        x_(features.begin(), features.end()),
        next_(features.size()) {
    normalise();
  }

  /// E(X), as |X| = 1; NaN if it is 0.
  [[nodiscard]] double energy() const {
    if (norm_ == 0.0) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    return sum_over_rows([&](std::size_t v) {
      double sum = 0.0;
      for (const NodeId u : csr_.row(static_cast<NodeId>(v))) {
        for (std::size_t c = 0; static_cast<std::size_t>(u) > v && c < channels_; ++c) {
          const double difference = at(static_cast<std::size_t>(u), c) - at(v, c);
          sum += difference * difference;
        }
      }
      return sum;
    });
  }
  /// X becomes Â X.
  void step() {
    for_chunks([&](std::int64_t, std::size_t first, std::size_t last) {
      for (std::size_t v = first; v < last; ++v) {
        double* const out = next_.data() + v * channels_;
        for (std::size_t c = 0; c < channels_; ++c) {
          out[c] = at(v, c);
        }
        for (const NodeId u : csr_.row(static_cast<NodeId>(v))) {
          for (std::size_t c = 0; c < channels_; ++c) {
            out[c] += at(static_cast<std::size_t>(u), c);
          }
        }
        for (std::size_t c = 0; c < channels_; ++c) {
          out[c] *= scale_[v];
        }
      }
    });
    x_.swap(next_);
    normalise();
  }

 private:
  /// x_vc / sqrt(1 + d_v).
  [[nodiscard]] double at(std::size_t v, std::size_t c) const noexcept {
    return scale_[v] * x_[v * channels_ + c];
  }
  template <typename Body>
  void for_chunks(const Body& body) const {
    const std::int64_t rows = csr_.num_rows();
    parallel_chunks((rows + kRowsOfChunk - 1) / kRowsOfChunk, [&](std::int64_t chunk) {
      body(chunk, static_cast<std::size_t>(chunk * kRowsOfChunk),
           static_cast<std::size_t>(std::min(rows, (chunk + 1) * kRowsOfChunk)));
    });
  }
  /// Chunk by chunk, so that the order of adding is always the same.
  template <typename Term>
  [[nodiscard]] double sum_over_rows(const Term& term) const {
    std::vector<double> parts(
        static_cast<std::size_t>((csr_.num_rows() + kRowsOfChunk - 1) / kRowsOfChunk));
    for_chunks([&](std::int64_t chunk, std::size_t first, std::size_t last) {
      double sum = 0.0;
      for (std::size_t v = first; v < last; ++v) {
        sum += term(v);
      }
      parts[static_cast<std::size_t>(chunk)] = sum;
    });
    double sum = 0.0;
    for (const double part : parts) {
      sum += part;
    }
    return sum;
  }
  /// |X| becomes 1; by its largest number first, whose square may be beyond double.
  void normalise() {
    double largest = 0.0;
    for (const double value : x_) {
      largest = std::max(largest, std::abs(value));
    }
    norm_ = largest;
    if (largest == 0.0) {
      return;
    }
    for (double& value : x_) {
      value /= largest;
    }
    const double length = std::sqrt(sum_over_rows([&](std::size_t v) {
      double sum = 0.0;
      for (std::size_t c = 0; c < channels_; ++c) {
        sum += x_[v * channels_ + c] * x_[v * channels_ + c];
      }
      return sum;
    }));
    for (double& value : x_) {
      value /= length;
    }
  }

  CsrView csr_;
  std::size_t channels_;
  std::vector<double> scale_;
  std::vector<double> x_;
  std::vector<double> next_;
  double norm_ = 0.0;
};

}  // namespace

std::vector<double> dirichlet(const Graph& graph, std::span<const double> features,
                              const DirichletOptions& options) {
  check_arguments(graph, features, options);
  Smoothing smoothing(graph.csr(), features, options.channels);
  std::vector<double> energies{smoothing.energy()};
  for (std::int32_t k = 0; k < options.steps; ++k) {
    smoothing.step();
    energies.push_back(smoothing.energy());
  }
  return energies;
}

}  // namespace isthmus::rewiring
