#include "isthmus/ops/sigmoid.hpp"

#include <cmath>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/row_chunks.hpp"

#include "op_support.hpp"

namespace isthmus::ops {
namespace {

constexpr std::int64_t kBlock = 8192;

/// exp of a negative number only: nothing overflows.
template <typename T>
T logistic(T x) {
  const T e = std::exp(-std::abs(x));
  return x >= T{0} ? T{1} / (T{1} + e) : e / (T{1} + e);
}

struct SigmoidFunction : torch::autograd::Function<SigmoidFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x) {
    ctx->set_materialize_grads(false);
    const at::Tensor in = x.contiguous().resolve_neg();
    at::Tensor out = at::empty(x.sizes(), x.options());
    with_element_type(x, [&](auto zero) {
      using T = decltype(zero);
      const T* from = shim::read<T>(in);
      T* to = shim::write<T>(out);
      const kernels::FixedBlocks blocks{x.numel(), kBlock};
      parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
        for (std::int64_t i = blocks.begin(block); i < blocks.end(block); ++i) {
          to[i] = logistic(from[i]);
        }
      });
    });
    ctx->save_for_backward({out});
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor()};
    }
    const at::Tensor y = ctx->get_saved_variables()[0];
    return {grads[0] * (y - y * y)};
  }
};

}  // namespace

at::Tensor sigmoid(const at::Tensor& x) {
  check_matrix("sigmoid", "x", x);
  return SigmoidFunction::apply(x);
}

}  // namespace isthmus::ops
