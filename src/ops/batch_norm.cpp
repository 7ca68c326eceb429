#include "isthmus/ops/batch_norm.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include "isthmus/kernels/column_stats.hpp"
#include "isthmus/kernels/dropout.hpp"
#include "isthmus/kernels/layer_norm.hpp"

#include "dropout_rows.hpp"
#include "op_support.hpp"
#include "optional_tensor.hpp"

namespace isthmus::ops {
namespace {

/// Per column or per row, in double whatever the type of x: what backward needs besides x.
struct Statistics {
  std::vector<double> mean;
  std::vector<double> inv_std;
};
using SharedStatistics = std::shared_ptr<const Statistics>;

template <typename T>
std::vector<T> rounded(const std::vector<double>& values) {
  return std::vector<T>(values.begin(), values.end());
}

/// Scale of column c: 1 without a weight.
template <typename T>
double weight_of(const T* weight, std::size_t c) {
  return weight != nullptr ? static_cast<double>(weight[c]) : 1.0;
}

at::Tensor vector_of(const std::vector<double>& values, const at::TensorOptions& options) {
  at::Tensor out = at::empty({static_cast<std::int64_t>(values.size())}, options);
  with_element_type(out, [&](auto zero) {
    using T = decltype(zero);
    T* element = shim::write<T>(out);
    for (std::size_t c = 0; c < values.size(); ++c) {
      element[c] = static_cast<T>(values[c]);
    }
  });
  return out;
}

struct BatchNorm : torch::autograd::Function<BatchNorm> {
  static variable_list forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, double eps) {
    ctx->set_materialize_grads(false);
    const at::Tensor rows = with_plain_rows(x);
    const at::Tensor plain_weight = given(weight);
    const at::Tensor plain_bias = given(bias);
    const auto columns = static_cast<std::size_t>(x.size(1));
    const auto count = static_cast<double>(x.size(0));
    at::Tensor out = at::empty(x.sizes(), x.options());
    auto statistics = std::make_shared<Statistics>();
    std::vector<double>& mean = statistics->mean;
    std::vector<double>& inv_std = statistics->inv_std;
    std::vector<double> var(columns);
    mean.resize(columns);
    inv_std.resize(columns);
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      const kernels::Rows<T> view = rows_of<T>(rows);
      kernels::column_sums(view, mean.data());
      for (double& value : mean) {
        value /= count;
      }
      kernels::column_squares(view, mean.data(), var.data());
      const T* w = read_or_none<T>(plain_weight);
      std::vector<T> scale(columns);
      for (std::size_t c = 0; c < columns; ++c) {
        var[c] /= count;
        inv_std[c] = 1.0 / std::sqrt(var[c] + eps);
        scale[c] = static_cast<T>(inv_std[c] * weight_of(w, c));
      }
      const std::vector<T> shift = rounded<T>(mean);
      kernels::ColumnAffine<T> args;
      args.x = view;
      args.shift = shift.data();
      args.scale = scale.data();
      args.offset = read_or_none<T>(plain_bias);
      args.out = shim::write<T>(out);
      args.out_stride = x.size(1);
      kernels::column_affine(args);
    });
    const at::Tensor mean_out = vector_of(mean, x.options());
    const at::Tensor var_out = vector_of(var, x.options());
    ctx->save_for_backward({x, weight});
    hold<SharedStatistics>(ctx, "statistics", statistics);
    ctx->mark_non_differentiable({mean_out, var_out});
    return {out, mean_out, var_out};
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (!grads[0].defined()) {
      return result;
    }
    refuse_double_backward("batch_norm");
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor rows = with_plain_rows(saved[0]);
    const at::Tensor weight = given(saved[1]);
    const at::Tensor g = with_plain_rows(grads[0]);
    const SharedStatistics statistics = held<SharedStatistics>(ctx, "statistics");
    const auto columns = static_cast<std::size_t>(rows.size(1));
    const auto count = static_cast<double>(rows.size(0));
    with_element_type(rows, [&](auto zero) {
      using T = decltype(zero);
      std::vector<double> sum(columns);
      std::vector<double> dots(columns);  // sum of g (x - mean)
      kernels::column_dots(rows_of<T>(g), rows_of<T>(rows), statistics->mean.data(), sum.data(),
                           dots.data());
      if (ctx->needs_input_grad(0)) {
        // dx = scale (g - avg(g)) - (x - mean) scale avg(g (x - mean)) / (var + eps)
        const T* w = read_or_none<T>(weight);
        std::vector<T> grad_mean(columns);
        std::vector<T> scale(columns);
        std::vector<T> slope(columns);
        for (std::size_t c = 0; c < columns; ++c) {
          const double inv_std = statistics->inv_std[c];
          const double factor = inv_std * weight_of(w, c);
          grad_mean[c] = static_cast<T>(sum[c] / count);
          scale[c] = static_cast<T>(factor);
          slope[c] = static_cast<T>(factor * inv_std * inv_std * dots[c] / count);
        }
        const std::vector<T> shift = rounded<T>(statistics->mean);
        const at::Tensor dx = at::empty(rows.sizes(), rows.options());
        kernels::ColumnAffine<T> args;
        args.x = rows_of<T>(g);
        args.shift = grad_mean.data();
        args.scale = scale.data();
        args.y = shim::read<T>(rows);
        args.y_stride = row_stride(rows);
        args.y_shift = shift.data();
        args.y_scale = slope.data();
        args.out = shim::write<T>(dx);
        args.out_stride = dx.size(1);
        kernels::column_affine(args);
        result[0] = dx;
      }
      if (ctx->needs_input_grad(1)) {
        for (std::size_t c = 0; c < columns; ++c) {
          dots[c] *= statistics->inv_std[c];
        }
        result[1] = vector_of(dots, rows.options());
      }
      if (ctx->needs_input_grad(2)) {
        result[2] = vector_of(sum, rows.options());
      }
    });
    return result;
  }
};

/// What follows the normalisation in the same pass.
struct Finish {
  bool relu = false;
  bool drops = false;
  kernels::DropoutLaw law = {};
  std::span<const std::int32_t> rows = {};  ///< As in DropoutKey; read by the forward pass alone.
};

struct LayerNorm : torch::autograd::Function<LayerNorm> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, double eps, const Finish& finish) {
    ctx->set_materialize_grads(false);
    const at::Tensor rows = with_plain_rows(x);
    const at::Tensor plain_weight = given(weight);
    const at::Tensor plain_bias = given(bias);
    at::Tensor out = at::empty(x.sizes(), x.options());
    auto statistics = std::make_shared<Statistics>();
    statistics->mean.resize(static_cast<std::size_t>(x.size(0)));
    statistics->inv_std.resize(static_cast<std::size_t>(x.size(0)));
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      kernels::LayerNorm<T> args;
      args.x = rows_of<T>(rows);
      args.weight = read_or_none<T>(plain_weight);
      args.bias = read_or_none<T>(plain_bias);
      args.eps = eps;
      args.out = shim::write<T>(out);
      args.out_stride = x.size(1);
      args.mean = statistics->mean.data();
      args.inv_std = statistics->inv_std.data();
      args.relu = finish.relu;
      args.drops = finish.drops;
      args.law = finish.law;
      args.row_id = row_ids(finish.rows);
      kernels::layer_norm(args);
    });
    ctx->save_for_backward({x, weight, finish.relu ? out : at::Tensor()});
    hold<double>(ctx, "scale", finish.drops ? finish.law.scale : 1.0);
    hold<SharedStatistics>(ctx, "statistics", statistics);
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(5);
    if (!grads[0].defined()) {
      return result;
    }
    refuse_double_backward("layer_norm");
    const variable_list saved = ctx->get_saved_variables();
    const at::Tensor rows = with_plain_rows(saved[0]);
    const at::Tensor weight = given(saved[1]);
    const at::Tensor g = with_plain_rows(grads[0]);
    const SharedStatistics statistics = held<SharedStatistics>(ctx, "statistics");
    const bool for_parameters = ctx->needs_input_grad(1) || ctx->needs_input_grad(2);
    const auto columns = static_cast<std::size_t>(for_parameters ? rows.size(1) : 0);
    std::vector<double> dweight(columns);
    std::vector<double> dbias(columns);
    with_element_type(rows, [&](auto zero) {
      using T = decltype(zero);
      kernels::LayerNormBackward<T> args;
      args.grad = rows_of<T>(g);
      args.x = shim::read<T>(rows);
      args.x_stride = row_stride(rows);
      args.weight = read_or_none<T>(weight);
      args.mean = statistics->mean.data();
      args.inv_std = statistics->inv_std.data();
      if (saved[2].defined()) {
        args.gate = shim::read<T>(saved[2]);
        args.gate_stride = rows.size(1);
        args.gate_scale = held<double>(ctx, "scale");
      }
      if (ctx->needs_input_grad(0)) {
        result[0] = at::empty(rows.sizes(), rows.options());
        args.dx = shim::write<T>(result[0]);
        args.dx_stride = rows.size(1);
      }
      if (for_parameters) {
        args.dweight = dweight.data();
        args.dbias = dbias.data();
      }
      kernels::layer_norm_backward(args);
    });
    if (ctx->needs_input_grad(1)) {
      result[1] = vector_of(dweight, rows.options());
    }
    if (ctx->needs_input_grad(2)) {
      result[2] = vector_of(dbias, rows.options());
    }
    return result;
  }
};

void check(const char* op, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
           double eps) {
  check_matrix(op, "x", x);
  check_vector(op, "weight", weight, x.size(1), x.scalar_type());
  check_vector(op, "bias", bias, x.size(1), x.scalar_type());
  TORCH_CHECK(eps >= 0.0, op, ": eps must be >= 0, got ", eps);
}

}  // namespace

BatchNormResult batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           double eps) {
  check("batch_norm", x, weight, bias, eps);
  TORCH_CHECK(x.size(0) >= 1, "batch_norm: x must have at least one row, got shape ", x.sizes());
  const variable_list outputs =
      BatchNorm::apply(x, or_placeholder(weight, x), or_placeholder(bias, x), eps);
  return {outputs[0], outputs[1], outputs[2]};
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double eps) {
  check("layer_norm", x, weight, bias, eps);
  return LayerNorm::apply(x, or_placeholder(weight, x), or_placeholder(bias, x), eps, Finish{});
}

at::Tensor layer_norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           double eps, double p, const DropoutKey& key) {
  check("layer_norm_relu", x, weight, bias, eps);
  TORCH_CHECK(p >= 0.0 && p < 1.0, "layer_norm_relu: p must be in [0, 1), got ", p);
  check_row_ids("layer_norm_relu", key, x.size(0));
  const Finish finish{true, p > 0.0, law_of("layer_norm_relu", p, key), key.rows};
  return LayerNorm::apply(x, or_placeholder(weight, x), or_placeholder(bias, x), eps, finish);
}

}  // namespace isthmus::ops
