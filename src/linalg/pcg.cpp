#include "isthmus/linalg/pcg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "approximate_cholesky.hpp"

namespace isthmus::linalg {

struct Pcg::State {
  Conductances network;
  std::vector<double> strength;
  Components components;
  linalg_detail::ApproximateCholesky factor;
};

namespace {

constexpr std::int64_t kSolveColumns = 8;
/// Parts of b smaller than this share of it are taken for rounding.
constexpr double kRounding = 1e-14;

/// K right-hand sides at once.
template <int K>
class Block {
 public:
  using Values = std::array<double, K>;

  Block(const Conductances& network, const std::vector<double>& strength,
        const Components& components, const linalg_detail::ApproximateCholesky& factor)
      : network_(network),
        strength_(strength),
        components_(components),
        factor_(factor),
        nodes_(strength.size()),
        b_(nodes_ * K),
        x_(nodes_ * K),
        r_(nodes_ * K),
        z_(nodes_ * K),
        p_(nodes_ * K) {}

  /// Columns first .. first + width of b, [N, columns]; those up to K are 0.
  void solve(std::span<const double> b, std::int64_t columns, std::int64_t first,
             std::int64_t width, const PcgOptions& options, PcgResult& result) {
    for (std::size_t v = 0; v < nodes_; ++v) {
      for (std::int64_t c = 0; c < width; ++c) {
        b_[v * K + static_cast<std::size_t>(c)] =
            b[v * static_cast<std::size_t>(columns) + static_cast<std::size_t>(first + c)];
      }
    }
    const Values whole = square_roots(dot(b_, b_));
    take_mean_off(b_);
    Values norm = square_roots(dot(b_, b_));
    for (std::size_t c = 0; c < K; ++c) {
      if (norm[c] <= kRounding * whole[c]) {  // constant but for rounding: nothing is left of it
        norm[c] = 0.0;
        for (std::size_t v = 0; v < nodes_; ++v) {
          b_[v * K + c] = 0.0;
        }
      }
    }
    const std::array<std::int32_t, K> iterations = iterate(norm, options);
    take_mean_off(x_);
    multiply(x_, z_);
    for (std::size_t i = 0; i < z_.size(); ++i) {
      z_[i] = b_[i] - z_[i];
    }
    const Values residual = square_roots(dot(z_, z_));
    for (std::int64_t c = 0; c < width; ++c) {
      const auto k = static_cast<std::size_t>(c);
      const auto column = static_cast<std::size_t>(first + c);
      result.iterations[column] = iterations[k];
      result.residual[column] = norm[k] > 0.0 ? residual[k] / norm[k] : 0.0;
      for (std::size_t v = 0; v < nodes_; ++v) {
        result.x[v * static_cast<std::size_t>(columns) + column] = x_[v * K + k];
      }
    }
  }

 private:
  /// A column that is done keeps its x: its steps have length 0 from then on.
  std::array<std::int32_t, K> iterate(const Values& norm, const PcgOptions& options) {
    std::array<std::int32_t, K> iterations{};
    r_ = b_;
    apply_preconditioner();
    p_ = z_;
    Values rz = dot(r_, z_);
    std::array<bool, K> done = reached(dot(r_, r_), norm, options.tolerance);
    for (std::int32_t i = 0; i < options.max_iterations && !all(done); ++i) {
      if (options.cancel.requested()) {
        break;
      }
      multiply(p_, z_);
      const Values curvature = dot(p_, z_);
      Values step{};
      for (std::size_t c = 0; c < K; ++c) {
        // p = 0 to rounding: nothing is left to gain.
        done[c] = done[c] || !(curvature[c] > 0.0);
        step[c] = done[c] ? 0.0 : rz[c] / curvature[c];
        iterations[c] += done[c] ? 0 : 1;
      }
      Values left{};
      for (std::size_t v = 0; v < nodes_; ++v) {
        for (std::size_t c = 0; c < K; ++c) {
          x_[v * K + c] += step[c] * p_[v * K + c];
          const double r = r_[v * K + c] - step[c] * z_[v * K + c];
          r_[v * K + c] = r;
          left[c] += r * r;
        }
      }
      const std::array<bool, K> now = reached(left, norm, options.tolerance);
      apply_preconditioner();
      const Values next = dot(r_, z_);
      Values share{};
      for (std::size_t c = 0; c < K; ++c) {
        done[c] = done[c] || now[c];
        share[c] = rz[c] > 0.0 ? next[c] / rz[c] : 0.0;
        rz[c] = next[c];
      }
      for (std::size_t v = 0; v < nodes_; ++v) {
        for (std::size_t c = 0; c < K; ++c) {
          p_[v * K + c] = z_[v * K + c] + share[c] * p_[v * K + c];
        }
      }
    }
    return iterations;
  }

  static Values square_roots(Values values) {
    for (double& value : values) {
      value = std::sqrt(value);
    }
    return values;
  }

  static bool all(const std::array<bool, K>& flags) {
    return std::all_of(flags.begin(), flags.end(), [](bool flag) { return flag; });
  }

  static std::array<bool, K> reached(const Values& squared, const Values& norm, double tolerance) {
    std::array<bool, K> done{};
    for (std::size_t c = 0; c < K; ++c) {
      done[c] = std::sqrt(squared[c]) <= tolerance * norm[c];
    }
    return done;
  }

  [[nodiscard]] Values dot(const std::vector<double>& a, const std::vector<double>& b) const {
    Values sum{};
    for (std::size_t v = 0; v < nodes_; ++v) {
      for (std::size_t c = 0; c < K; ++c) {
        sum[c] += a[v * K + c] * b[v * K + c];
      }
    }
    return sum;
  }

  void apply_preconditioner() {
    z_ = r_;
    factor_.template solve<K>(z_);
  }

  /// y = L x.
  void multiply(const std::vector<double>& x, std::vector<double>& y) const {
    const CsrView csr = network_.graph.csr();
    for (std::size_t v = 0; v < nodes_; ++v) {
      Values sum{};
      for (std::size_t c = 0; c < K; ++c) {
        sum[c] = strength_[v] * x[v * K + c];
      }
      for (auto slot = csr.rowptr[v]; slot < csr.rowptr[v + 1]; ++slot) {
        const double weight = network_.of(slot);
        const double* const other =
            x.data() + static_cast<std::size_t>(csr.col[static_cast<std::size_t>(slot)]) * K;
        for (std::size_t c = 0; c < K; ++c) {
          sum[c] -= weight * other[c];
        }
      }
      std::copy(sum.begin(), sum.end(), y.begin() + static_cast<std::ptrdiff_t>(v * K));
    }
  }

  void take_mean_off(std::vector<double>& x) const {
    std::vector<Values> mean(components_.size.size());
    for (std::size_t v = 0; v < nodes_; ++v) {
      Values& sum = mean[static_cast<std::size_t>(components_.component[v])];
      for (std::size_t c = 0; c < K; ++c) {
        sum[c] += x[v * K + c];
      }
    }
    for (std::size_t i = 0; i < mean.size(); ++i) {
      for (double& value : mean[i]) {
        value /= static_cast<double>(components_.size[i]);
      }
    }
    for (std::size_t v = 0; v < nodes_; ++v) {
      const Values& shift = mean[static_cast<std::size_t>(components_.component[v])];
      for (std::size_t c = 0; c < K; ++c) {
        x[v * K + c] -= shift[c];
      }
    }
  }

  const Conductances& network_;
  const std::vector<double>& strength_;
  const Components& components_;
  const linalg_detail::ApproximateCholesky& factor_;
  std::size_t nodes_;
  std::vector<double> b_;
  std::vector<double> x_;
  std::vector<double> r_;
  std::vector<double> z_;
  std::vector<double> p_;
};

Conductances checked(Conductances network) {
  check_simple(network.graph, "Pcg");
  const auto arcs = static_cast<std::size_t>(network.graph.num_edges());
  if (!network.weight.empty() && network.weight.size() != arcs) {
    throw InvalidArgument("Pcg: there must be one weight per arc, " + std::to_string(arcs) +
                          ", got " + std::to_string(network.weight.size()));
  }
  for (const double weight : network.weight) {
    if (!(weight > 0.0) || !std::isfinite(weight)) {
      throw InvalidArgument("Pcg: conductances must be positive and finite, got " +
                            std::to_string(weight));
    }
  }
  return network;
}

}  // namespace

Pcg::Pcg(Conductances network, std::uint64_t seed) {
  network = checked(std::move(network));
  std::vector<double> strength = strengths(network);
  Components components = connected_components(network.graph);
  linalg_detail::ApproximateCholesky factor(network, seed);
  state_ = std::make_shared<const State>(
      State{std::move(network), std::move(strength), std::move(components), std::move(factor)});
}

PcgResult Pcg::solve(std::span<const double> b, std::int64_t columns,
                     const PcgOptions& options) const {
  const auto nodes = static_cast<std::int64_t>(state_->strength.size());
  if (columns < 0 || static_cast<std::int64_t>(b.size()) != nodes * columns) {
    throw InvalidArgument("Pcg: b must have one row per node and one column per right-hand side, " +
                          std::to_string(nodes) + " x " + std::to_string(columns) + ", got " +
                          std::to_string(b.size()) + " values");
  }
  if (!(options.tolerance > 0.0) || options.max_iterations < 0) {
    throw InvalidArgument("Pcg: tolerance must be > 0 and max_iterations >= 0, got " +
                          std::to_string(options.tolerance) + " and " +
                          std::to_string(options.max_iterations));
  }
  PcgResult result;
  result.x.resize(b.size());
  result.iterations.resize(static_cast<std::size_t>(columns));
  result.residual.resize(static_cast<std::size_t>(columns));
  parallel_chunks((columns + kSolveColumns - 1) / kSolveColumns, [&](std::int64_t chunk) {
    const std::int64_t first = chunk * kSolveColumns;
    const std::int64_t width = std::min(kSolveColumns, columns - first);
    const auto run = [&](auto block) { block.solve(b, columns, first, width, options, result); };
    const State& s = *state_;
    if (width == 1) {
      run(Block<1>(s.network, s.strength, s.components, s.factor));
    } else {
      run(Block<kSolveColumns>(s.network, s.strength, s.components, s.factor));
    }
  });
  result.cancelled = options.cancel.requested();
  // Rounding parts the residual computed anew from that of the recurrence.
  result.converged =
      std::all_of(result.residual.begin(), result.residual.end(),
                  [&](double residual) { return residual <= 2.0 * options.tolerance; });
  return result;
}

void Pcg::precondition(std::span<double> x) const {
  if (x.size() != state_->strength.size()) {
    throw InvalidArgument("Pcg: x must have one entry per node, " +
                          std::to_string(state_->strength.size()) + ", got " +
                          std::to_string(x.size()));
  }
  state_->factor.solve<1>(x);
}

const Conductances& Pcg::network() const noexcept { return state_->network; }

}  // namespace isthmus::linalg
