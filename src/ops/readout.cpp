#include "isthmus/ops/readout.hpp"

#include <memory>
#include <vector>

#include "isthmus/kernels/segment_readout.hpp"

#include "op_support.hpp"

namespace isthmus::ops {
namespace {

/// Rows of each graph; shared between forward and backward.
using Pointers = std::shared_ptr<const std::vector<std::int64_t>>;

std::int64_t graphs_of(const Pointers& ptr) { return static_cast<std::int64_t>(ptr->size()) - 1; }

/// Arguments without data: the shapes of both sides.
template <typename T>
kernels::SegmentReadout<T> arguments(const Pointers& ptr, const at::Tensor& in, at::Tensor& out) {
  kernels::SegmentReadout<T> args;
  args.ptr = ptr->data();
  args.segments = graphs_of(ptr);
  args.width = in.size(1);
  args.in = shim::read<T>(in);
  args.in_stride = row_stride(in);
  args.out = shim::write<T>(out);
  args.out_stride = out.size(1);
  return args;
}

/// Sum or mean per graph, or (spread) its adjoint; each is the other's backward.
struct LinearReadout : torch::autograd::Function<LinearReadout> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Pointers& ptr,
                            bool mean, bool spread) {
    ctx->set_materialize_grads(false);
    hold(ctx, "ptr", ptr);
    ctx->saved_data["mean"] = mean;
    ctx->saved_data["spread"] = spread;
    const at::Tensor rows = with_plain_rows(x);
    at::Tensor out = at::empty({spread ? ptr->back() : graphs_of(ptr), x.size(1)}, x.options());
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      kernels::SegmentReadout<T> args = arguments<T>(ptr, rows, out);
      std::vector<T> scale;
      if (mean) {
        for (std::size_t g = 0; g + 1 < ptr->size(); ++g) {
          const std::int64_t count = (*ptr)[g + 1] - (*ptr)[g];
          scale.push_back(count == 0 ? T{0} : T{1} / static_cast<T>(count));
        }
        args.scale = scale.data();
      }
      if (spread) {
        kernels::readout_spread(args);
      } else {
        kernels::readout_sum(args);
      }
    });
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (grads[0].defined()) {
      result[0] = apply(grads[0], held<Pointers>(ctx, "ptr"), ctx->saved_data["mean"].toBool(),
                        !ctx->saved_data["spread"].toBool());
    }
    return result;
  }
};

struct MaxReadout : torch::autograd::Function<MaxReadout> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const Pointers& ptr) {
    ctx->set_materialize_grads(false);
    hold(ctx, "ptr", ptr);
    const at::Tensor rows = with_plain_rows(x);
    at::Tensor out = at::empty({graphs_of(ptr), x.size(1)}, x.options());
    const at::Tensor arg = at::empty(out.sizes(), x.options().dtype(at::kInt));
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      kernels::SegmentReadout<T> args = arguments<T>(ptr, rows, out);
      args.arg = shim::write<std::int32_t>(arg);
      kernels::readout_max(args);
    });
    ctx->save_for_backward({arg});
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor(), at::Tensor()};
    }
    refuse_double_backward("readout");
    const Pointers& ptr = held<Pointers>(ctx, "ptr");
    const at::Tensor arg = ctx->get_saved_variables()[0];
    const at::Tensor rows = with_plain_rows(grads[0]);
    at::Tensor out = at::empty({ptr->back(), rows.size(1)}, rows.options());
    with_element_type(rows, [&](auto zero) {
      using T = decltype(zero);
      kernels::SegmentReadout<T> args = arguments<T>(ptr, rows, out);
      args.arg = shim::write<std::int32_t>(arg);
      kernels::readout_spread_max(args);
    });
    return {out, at::Tensor()};
  }
};

/// ptr as it is kept, once it is known to be offsets.
Pointers checked_pointers(const char* op, std::span<const std::int64_t> ptr) {
  TORCH_CHECK(!ptr.empty() && ptr.front() == 0, op, ": ptr must begin with 0, got ",
              ptr.empty() ? "no entry" : std::to_string(ptr.front()));
  for (std::size_t g = 0; g + 1 < ptr.size(); ++g) {
    TORCH_CHECK(ptr[g] <= ptr[g + 1], op, ": ptr must never decrease, got ", ptr[g], " then ",
                ptr[g + 1], " at graph ", g);
  }
  return std::make_shared<const std::vector<std::int64_t>>(ptr.begin(), ptr.end());
}

}  // namespace

at::Tensor readout(const at::Tensor& x, std::span<const std::int64_t> ptr, Reduce reduce) {
  check_matrix("readout", "x", x);
  const Pointers shared = checked_pointers("readout", ptr);
  TORCH_CHECK(ptr.back() == x.size(0), "readout: ptr must end at the number of rows of x, ",
              x.size(0), ", got ", ptr.back());
  if (reduce == Reduce::kMax) {
    return MaxReadout::apply(x, shared);
  }
  return LinearReadout::apply(x, shared, reduce == Reduce::kMean, false);
}

at::Tensor spread(const at::Tensor& x, std::span<const std::int64_t> ptr) {
  check_matrix("spread", "x", x);
  const Pointers shared = checked_pointers("spread", ptr);
  TORCH_CHECK(x.size(0) == graphs_of(shared), "spread: x must have one row per graph of ptr, ",
              graphs_of(shared), ", got ", x.size(0));
  return LinearReadout::apply(x, shared, false, true);
}

}  // namespace isthmus::ops
