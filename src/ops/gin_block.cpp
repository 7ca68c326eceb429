#include "isthmus/ops/gin_block.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/gin_block.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/linear.hpp"

#include "dropout_rows.hpp"
#include "op_support.hpp"
#include "optional_tensor.hpp"

namespace isthmus::ops {
namespace {

using BlockTensors = std::array<at::Tensor, GinBlock::kParameters>;

/// What the passes of a block leave for its gradients.
struct BlockTape {
  at::Tensor z;        ///< [N, d]
  at::Tensor mean;     ///< [N] double, of the rows of u
  at::Tensor inv_std;  ///< [N] double
  at::Tensor h;        ///< [N, d]
  at::Tensor hidden;   ///< [N, hidden]
  at::Tensor out;      ///< [N, d]
};

/// Sums over rows that BatchNorm's gradients are made of; empty without it.
struct BlockSums {
  std::vector<double> sum;  ///< Of g.
  std::vector<double> dot;  ///< Of g (out - mean).
};

/// Tensors that a kernel's arguments point into.
struct TurnedWeights {
  at::Tensor weight_1;  ///< [d, hidden]
  at::Tensor bias_1;
  at::Tensor weight_2;  ///< [hidden, d]
  at::Tensor bias_2;
};

kernels::Stream stream_of(const StreamGroup& group) {
  const at::Tensor& x = group.numbers;
  switch (x.scalar_type()) {
    case at::kInt:
      return {shim::write<std::int32_t>(x), kernels::StreamKind::kFixed, group.bits};
    case at::kDouble:
      return {shim::write<double>(x), kernels::StreamKind::kF64};
    default:
      return {shim::write<float>(x), kernels::StreamKind::kF32};
  }
}

at::TensorOptions options_of(const GinBlock& block) {
  return block.parameters[GinBlock::kWeight1].options().requires_grad(false);
}

void check_block(const GinBlock& block, const at::Tensor& u) {
  const BlockTensors& p = block.parameters;
  const at::Tensor& weight = p[GinBlock::kWeight1];
  check_matrix("gin_block", "weight_1", weight);
  const std::int64_t width = weight.size(1);
  const std::int64_t hidden = weight.size(0);
  TORCH_CHECK(width <= kPanelWidth && hidden <= kPanelWidth, "gin_block: widths must be at most ",
              kPanelWidth, ", got ", width, " and ", hidden);
  TORCH_CHECK(!block.graph.is_bipartite(), "gin_block: graph must have the same source and ",
              "destination nodes, got a bipartite one with ", block.graph.num_src(), " and ",
              block.graph.num_dst());
  TORCH_CHECK(
      u.defined() && u.dim() == 2 && u.size(0) == block.graph.num_nodes() && u.size(1) == width,
      "gin_block: u must be [", block.graph.num_nodes(), ", ", width, "], got ",
      u.defined() ? c10::str(u.sizes()) : "an undefined tensor");
  check_matrix("gin_block", "weight_2", p[GinBlock::kWeight2]);
  TORCH_CHECK(p[GinBlock::kWeight2].size(0) == width && p[GinBlock::kWeight2].size(1) == hidden,
              "gin_block: weight_2 must have shape [", width, ", ", hidden, "], got ",
              p[GinBlock::kWeight2].sizes());
  const auto check = [&](const char* name, GinBlock::Parameter which, std::int64_t size) {
    TORCH_CHECK(p[which].defined(), "gin_block: ", name, " must be given, got none");
    check_vector("gin_block", name, p[which], size, weight.scalar_type());
  };
  check("norm weight", GinBlock::kNormWeight, width);
  check("norm bias", GinBlock::kNormBias, width);
  check("bias_1", GinBlock::kBias1, hidden);
  check("bias_2", GinBlock::kBias2, width);
  if (block.has_batch_norm()) {
    check("batch weight", GinBlock::kBatchWeight, width);
    check("batch bias", GinBlock::kBatchBias, width);
    TORCH_CHECK(u.size(0) >= 1, "gin_block: u must have at least one row for BatchNorm, got ",
                u.sizes());
  }
  TORCH_CHECK(block.dropout >= 0.0 && block.dropout < 1.0,
              "gin_block: dropout must be in [0, 1), got ", block.dropout);
  check_row_ids("gin_block", block.mask, u.size(0));
  TORCH_CHECK(!block.marks.defined() ||
                  (block.marks.scalar_type() == at::kInt && block.marks.is_contiguous() &&
                   block.marks.sizes() == at::IntArrayRef({u.size(0), kernels::mark_words(width)})),
              "gin_block: marks must be contiguous, int32 [", u.size(0), ", ",
              kernels::mark_words(width), "], got ", block.marks.toString(), " ",
              block.marks.defined() ? block.marks.sizes() : at::IntArrayRef());
}

void check_group(const char* name, const GinBlock& block, const StreamGroup& group) {
  check_block(block, group.numbers);
  const at::ScalarType type = group.numbers.scalar_type();
  const bool known = type == at::kFloat || type == at::kDouble || type == at::kInt;
  TORCH_CHECK(known && group.numbers.is_contiguous(), "gin_block: ", name,
              " must be contiguous, of float, double or int32, got ", type);
}

/// z and the statistics of u's rows.
template <typename T>
void make_table(const GinBlock& block, const kernels::Stream& u, BlockTape& tape) {
  const std::int64_t rows = block.graph.num_nodes();
  const at::Tensor weight = block.parameters[GinBlock::kNormWeight].contiguous();
  const at::Tensor bias = block.parameters[GinBlock::kNormBias].contiguous();
  const std::int64_t width = weight.size(0);
  tape.z = at::empty({rows, width}, options_of(block));
  tape.mean = at::empty({rows}, options_of(block).dtype(at::kDouble));
  tape.inv_std = at::empty_like(tape.mean);
  kernels::LayerNorm<T> args;
  args.x = {nullptr, width, rows, width};
  args.weight = shim::read<T>(weight);
  args.bias = shim::read<T>(bias);
  args.eps = block.norm_eps;
  args.out = shim::write<T>(tape.z);
  args.out_stride = width;
  args.mean = shim::write<double>(tape.mean);
  args.inv_std = shim::write<double>(tape.inv_std);
  args.relu = true;
  args.drops = block.dropout > 0.0;
  args.law = law_of("gin_block", block.dropout, block.mask);
  args.row_id = row_ids(block.mask.rows);
  args.marks = block.marks.defined()
                   ? reinterpret_cast<const std::uint32_t*>(shim::read<std::int32_t>(block.marks))
                   : nullptr;
  kernels::stream_norm(u, args);
}

TurnedWeights turned_weights(const GinBlock& block) {
  const BlockTensors& p = block.parameters;
  return {p[GinBlock::kWeight1].t().contiguous(), p[GinBlock::kBias1].contiguous(),
          p[GinBlock::kWeight2].t().contiguous(), p[GinBlock::kBias2].contiguous()};
}

/// The sum over arcs of the rows of `table`, or over arcs turned round.
template <typename T>
kernels::SegmentSum<T> sum_of(const GinBlock& block, const CsrView& csr, const at::Tensor& table) {
  kernels::SegmentSum<T> sum;
  sum.rowptr = csr.rowptr.data();
  sum.col = csr.col.data();
  sum.x = shim::read<T>(table);
  sum.x_stride = table.size(1);
  sum.width = table.size(1);
  sum.self = sum.x;
  sum.self_stride = sum.x_stride;
  sum.self_factor = static_cast<T>(1.0 + block.eps);
  sum.prefetch = kernels::prefetch_distance(table.nbytes());
  return sum;
}

/// Aggregation and both products, into `tape`; the hidden rows only where they are kept.
template <typename T>
kernels::GinMlp<T> mlp_of(const GinBlock& block, const TurnedWeights& weights, bool keep,
                          BlockTape& tape) {
  const std::int64_t rows = block.graph.num_nodes();
  const std::int64_t hidden = weights.bias_1.size(0);
  tape.out = at::empty_like(tape.z);
  if (keep) {
    tape.h = at::empty_like(tape.z);
    tape.hidden = at::empty({rows, hidden}, tape.z.options());
  }
  kernels::GinMlp<T> args;
  args.sum = sum_of<T>(block, block.graph.plan().csr(), tape.z);
  args.hidden = hidden;
  args.outputs = args.sum.width;
  args.w1 = shim::read<T>(weights.weight_1);
  args.b1 = shim::read<T>(weights.bias_1);
  args.w2 = shim::read<T>(weights.weight_2);
  args.b2 = shim::read<T>(weights.bias_2);
  args.h = keep ? shim::write<T>(tape.h) : nullptr;
  args.u = keep ? shim::write<T>(tape.hidden) : nullptr;
  args.out = shim::write<T>(tape.out);
  args.relu = true;
  return args;
}

/// BatchNorm's map, and with `sums` that of its gradient.
template <typename T>
struct BatchMap {
  std::vector<T> shift;
  std::vector<T> scale;
  at::Tensor offset;
  std::vector<T> grad_mean;
  std::vector<T> slope;

  static BatchMap of(const GinBlock& block, const BatchMoments& moments, const BlockSums* sums) {
    BatchMap map;
    if (!block.has_batch_norm()) {
      return map;
    }
    const at::Tensor weight = block.parameters[GinBlock::kBatchWeight].contiguous();
    map.offset = block.parameters[GinBlock::kBatchBias].contiguous();
    const auto count = static_cast<double>(block.graph.num_nodes());
    for (std::size_t c = 0; c < moments.mean.size(); ++c) {
      const double inv_std = 1.0 / std::sqrt(moments.var[c] + block.batch_eps);
      const double factor = inv_std * static_cast<double>(shim::read<T>(weight)[c]);
      map.shift.push_back(static_cast<T>(moments.mean[c]));
      map.scale.push_back(static_cast<T>(factor));
      if (sums != nullptr) {
        map.grad_mean.push_back(static_cast<T>(sums->sum[c] / count));
        map.slope.push_back(static_cast<T>(factor * inv_std * inv_std * sums->dot[c] / count));
      }
    }
    return map;
  }
  [[nodiscard]] kernels::BatchScale<T> forward() const {
    return offset.defined()
               ? kernels::BatchScale<T>{shift.data(), scale.data(), shim::read<T>(offset)}
               : kernels::BatchScale<T>{};
  }
  [[nodiscard]] kernels::BatchScaleBackward<T> backward() const {
    return offset.defined() ? kernels::BatchScaleBackward<T>{grad_mean.data(), scale.data(),
                                                             shift.data(), slope.data()}
                            : kernels::BatchScaleBackward<T>{};
  }
};

/// z, out and the moments of a block.
template <typename T>
BatchMoments evaluate_block(const GinBlock& block, const kernels::Stream& u, bool keep,
                            BlockTape& tape) {
  make_table<T>(block, u, tape);
  const TurnedWeights weights = turned_weights(block);
  const kernels::GinMlp<T> mlp = mlp_of<T>(block, weights, keep, tape);
  const kernels::RowRanges chunks = ranges_of(block.graph.plan().csr_chunks());
  BatchMoments moments;
  if (block.has_batch_norm()) {
    moments.mean.resize(static_cast<std::size_t>(mlp.outputs));
    moments.var.resize(moments.mean.size());
    kernels::gin_mlp_moments(mlp, chunks, {moments.mean.data(), moments.var.data()});
  } else {
    kernels::gin_mlp(mlp, chunks);
  }
  return moments;
}

template <typename T>
kernels::Rows<T> matrix_of(const at::Tensor& x) {
  return {shim::read<T>(x), x.size(1), x.size(0), x.size(1)};
}

BlockSums empty_sums(const BatchMoments& moments) {
  return {std::vector<double>(moments.mean.size()), std::vector<double>(moments.mean.size())};
}

kernels::GradientSums places_of(const BatchMoments& moments, BlockSums& sums) {
  return moments.mean.empty()
             ? kernels::GradientSums{}
             : kernels::GradientSums{moments.mean.data(), sums.sum.data(), sums.dot.data()};
}

at::Tensor vector_from(const std::vector<double>& values, const at::TensorOptions& options) {
  const at::Tensor out = at::empty({static_cast<std::int64_t>(values.size())}, options);
  with_element_type(out, [&](auto zero) {
    using T = decltype(zero);
    std::copy(values.begin(), values.end(), shim::write<T>(out));
  });
  return out;
}

/// Where the gradient of u goes.
struct BlockTarget {
  std::vector<kernels::Stream> streams;
  at::Tensor du;
};

/// All gradients at the point of the tape. @param dh  Room for that of h; may be tape.h.
template <typename T>
BlockTensors block_gradients(const GinBlock& block, const BlockTape& tape,
                             const BatchMoments& moments, const BlockSums& sums,
                             const kernels::Stream& u, const kernels::Stream& g,
                             const at::Tensor& dh, const BlockTarget& target) {
  const BlockTensors& p = block.parameters;
  const at::Tensor weight_1 = p[GinBlock::kWeight1].contiguous();
  const at::Tensor weight_2 = p[GinBlock::kWeight2].contiguous();
  const auto width = static_cast<std::size_t>(weight_1.size(1));
  BlockTensors result;
  for (const auto which :
       {GinBlock::kWeight1, GinBlock::kBias1, GinBlock::kWeight2, GinBlock::kBias2}) {
    result[which] = at::empty(p[which].sizes(), options_of(block));
  }
  kernels::GinMlpBackward<T> args;
  args.rows = tape.h.size(0);
  args.inputs = weight_1.size(1);
  args.hidden = weight_1.size(0);
  args.outputs = args.inputs;
  args.out = shim::read<T>(tape.out);
  args.h = shim::read<T>(tape.h);
  args.u = shim::read<T>(tape.hidden);
  args.w1 = shim::read<T>(weight_1);
  args.w2 = shim::read<T>(weight_2);
  args.dh = shim::write<T>(dh);
  args.dw1 = shim::write<T>(result[GinBlock::kWeight1]);
  args.db1 = shim::write<T>(result[GinBlock::kBias1]);
  args.dw2 = shim::write<T>(result[GinBlock::kWeight2]);
  args.db2 = shim::write<T>(result[GinBlock::kBias2]);
  const BatchMap<T> map = BatchMap<T>::of(block, moments, &sums);
  kernels::gin_mlp_scaled_backward(g, map.backward(), args);

  const at::Tensor norm_weight = p[GinBlock::kNormWeight].contiguous();
  std::vector<double> dweight(width);
  std::vector<double> dbias(width);
  kernels::AdjointNorm<T> adjoint;
  adjoint.sum = sum_of<T>(block, block.graph.plan().csc(), dh);
  adjoint.u = u;
  adjoint.norm.weight = shim::read<T>(norm_weight);
  adjoint.norm.mean = shim::read<double>(tape.mean);
  adjoint.norm.inv_std = shim::read<double>(tape.inv_std);
  adjoint.norm.gate = shim::read<T>(tape.z);
  adjoint.norm.gate_scale = block.dropout > 0.0 ? 1.0 / (1.0 - block.dropout) : 1.0;
  adjoint.norm.dweight = dweight.data();
  adjoint.norm.dbias = dbias.data();
  adjoint.target = target.streams.data();
  adjoint.targets = static_cast<std::int64_t>(target.streams.size());
  adjoint.du = target.du.defined() ? shim::write<T>(target.du) : nullptr;
  kernels::adjoint_norm(adjoint, ranges_of(block.graph.plan().csc_chunks()));
  result[GinBlock::kNormWeight] = vector_from(dweight, options_of(block));
  result[GinBlock::kNormBias] = vector_from(dbias, options_of(block));
  if (block.has_batch_norm()) {
    std::vector<double> scaled = sums.dot;
    for (std::size_t c = 0; c < width; ++c) {
      scaled[c] *= 1.0 / std::sqrt(moments.var[c] + block.batch_eps);
    }
    result[GinBlock::kBatchWeight] = vector_from(scaled, options_of(block));
    result[GinBlock::kBatchBias] = vector_from(sums.sum, options_of(block));
  }
  return result;
}

/// What the Function keeps beside tensors. The mask is read by forward alone.
struct BlockSpec {
  GinBlock block;
  std::shared_ptr<BatchMoments> moments;
};

struct GinBlockFunction : torch::autograd::Function<GinBlockFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& u, at::TensorList parameters,
                            BlockSpec spec, bool keep) {
    ctx->set_materialize_grads(false);
    const at::Tensor rows = u.contiguous();
    at::Tensor f = at::empty(rows.sizes(), rows.options());
    BlockTape tape;
    with_element_type(u, [&](auto zero) {
      using T = decltype(zero);
      *spec.moments = evaluate_block<T>(spec.block, stream_of({rows}), keep, tape);
      const BatchMap<T> map = BatchMap<T>::of(spec.block, *spec.moments, nullptr);
      if (!spec.block.has_batch_norm()) {
        f = tape.out;
        return;
      }
      kernels::ColumnAffine<T> affine;
      affine.x = matrix_of<T>(tape.out);
      affine.shift = map.shift.data();
      affine.scale = map.scale.data();
      affine.offset = shim::read<T>(map.offset);
      affine.out = shim::write<T>(f);
      affine.out_stride = f.size(1);
      kernels::column_affine(affine);
    });
    if (keep) {
      variable_list saved{u, tape.z, tape.mean, tape.inv_std, tape.h, tape.hidden, tape.out};
      saved.insert(saved.end(), parameters.begin(), parameters.end());
      ctx->save_for_backward(std::move(saved));
      spec.block.mask.rows = {};
      spec.block.marks.reset();
      spec.block.parameters = {};
      hold(ctx, "spec", std::move(spec));
    }
    return f;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    const variable_list saved = ctx->get_saved_variables();
    constexpr std::size_t kTape = 7;
    variable_list result(1 + (saved.size() - kTape) + 2);
    if (!grads[0].defined()) {
      return result;
    }
    refuse_double_backward("gin_block");
    BlockSpec spec = held<BlockSpec>(ctx, "spec");
    for (std::size_t i = 0; i + kTape < saved.size(); ++i) {
      spec.block.parameters[i] = saved[kTape + i];
    }
    const BlockTape tape{saved[1], saved[2], saved[3], saved[4], saved[5], saved[6]};
    const at::Tensor u = saved[0].contiguous();
    const at::Tensor g = grads[0].contiguous();
    BlockTarget target{{}, at::empty_like(tape.z)};
    BlockSums sums = empty_sums(*spec.moments);
    with_element_type(u, [&](auto zero) {
      using T = decltype(zero);
      if (spec.block.has_batch_norm()) {
        kernels::gradient_sums(stream_of({g}), matrix_of<T>(tape.out),
                               ranges_of(spec.block.graph.plan().csr_chunks()),
                               places_of(*spec.moments, sums));
      }
      const BlockTensors parts =
          block_gradients<T>(spec.block, tape, *spec.moments, sums, stream_of({u}), stream_of({g}),
                             at::empty_like(tape.h), target);
      for (std::size_t i = 0; i + kTape < saved.size(); ++i) {
        result[1 + i] = parts[i];
      }
    });
    result[0] = target.du;
    return result;
  }
};

}  // namespace

GinBlockResult gin_block(const at::Tensor& u, const GinBlock& block) {
  check_block(block, u);
  check_matrix("gin_block", "u", u);
  TORCH_CHECK(u.scalar_type() == block.parameters[GinBlock::kWeight1].scalar_type(),
              "gin_block: u must be of the parameters' type, ",
              block.parameters[GinBlock::kWeight1].scalar_type(), ", got ", u.scalar_type());
  bool tape = u.requires_grad();
  std::vector<at::Tensor> parameters;
  for (const at::Tensor& parameter : block.parameters) {
    if (parameter.defined()) {  // BatchNorm's come last
      parameters.push_back(parameter);
      tape = tape || parameter.requires_grad();
    }
  }
  BlockSpec spec{block, std::make_shared<BatchMoments>()};
  at::Tensor f = GinBlockFunction::apply(u, at::TensorList(parameters), spec,
                                         tape && at::GradMode::is_enabled());
  return {std::move(f), *spec.moments};
}

GinBlockSum gin_block_add(const GinBlock& block, const StreamGroup& u, const StreamGroup& x) {
  const at::NoGradGuard no_grad;
  check_group("u", block, u);
  check_group("x", block, x);
  GinBlockSum result;
  BlockTape tape;
  with_element_type(block.parameters[GinBlock::kWeight1], [&](auto zero) {
    using T = decltype(zero);
    result.moments = evaluate_block<T>(block, stream_of(u), false, tape);
    const BatchMap<T> map = BatchMap<T>::of(block, result.moments, nullptr);
    result.fits = kernels::stream_add_scaled(matrix_of<T>(tape.out), map.forward(), stream_of(x));
  });
  return result;
}

GinBlockGradients gin_block_back(const GinBlock& block, const BatchMoments& moments,
                                 const StreamGroup& u, const StreamGroup& x, const at::Tensor& g,
                                 std::span<const at::Tensor> targets) {
  const at::NoGradGuard no_grad;
  check_group("u", block, u);
  check_group("x", block, x);
  check_group("g", block, {g});
  BlockTarget target;
  for (const at::Tensor& one : targets) {
    check_group("a target", block, {one});
    target.streams.push_back(stream_of({one}));
  }
  GinBlockGradients result;
  BlockTape tape;
  BlockSums sums = empty_sums(moments);
  with_element_type(block.parameters[GinBlock::kWeight1], [&](auto zero) {
    using T = decltype(zero);
    make_table<T>(block, stream_of(u), tape);
    const TurnedWeights weights = turned_weights(block);
    const BatchMap<T> map = BatchMap<T>::of(block, moments, nullptr);
    kernels::GinRebuild<T> again;
    again.mlp = mlp_of<T>(block, weights, true, tape);
    again.scale = map.forward();
    again.x = stream_of(x);
    again.g = stream_of({g});
    again.sums = places_of(moments, sums);
    result.fits = kernels::gin_rebuild(again, ranges_of(block.graph.plan().csr_chunks()));
    result.parameters = block_gradients<T>(block, tape, moments, sums, stream_of(u), stream_of({g}),
                                           tape.h, target);
  });
  return result;
}

}  // namespace isthmus::ops
