#include "isthmus/layers/diff_group_norm.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/input.hpp"

namespace isthmus::layers {
namespace {

BatchNormOptions batch_options(const DiffGroupNormOptions& options) {
  return BatchNormOptions(options.channels() * options.groups())
      .eps(options.eps())
      .momentum(options.momentum())
      .allow_single_element(options.allow_single_element());
}

}  // namespace

DiffGroupNormImpl::DiffGroupNormImpl(const DiffGroupNormOptions& norm_options)
    : options(norm_options) {
  TORCH_CHECK(options.channels() >= 0, "DiffGroupNorm: channels must be >= 0, got ",
              options.channels());
  TORCH_CHECK(options.groups() >= 1, "DiffGroupNorm: groups must be >= 1, got ", options.groups());
  check_batch_norm("DiffGroupNorm", batch_options(options));
  reset();
}

void DiffGroupNormImpl::reset() {
  lin = register_module("lin",
                        Linear(LinearOptions(options.channels(), options.groups()).bias(false)));
  norm = register_module("norm", BatchNormState(options.channels() * options.groups()));
  Initializer init(options.seed());
  reset_parameters(init);
}

void DiffGroupNormImpl::reset_parameters(Initializer& init) {
  lin->reset_parameters(init);
  norm->reset_parameters();
}

void DiffGroupNormImpl::pretty_print(std::ostream& stream) const {
  stream << "DiffGroupNorm(" << options.channels() << ", groups=" << options.groups() << ")";
}

at::Tensor DiffGroupNormImpl::forward(const at::Tensor& x) {
  check_shape("DiffGroupNorm", x, -1, options.channels());
  const std::int64_t rows = x.size(0);
  const std::int64_t groups = options.groups();
  const std::int64_t width = options.channels();
  const at::Tensor share = at::softmax(lin->forward(x), 1);
  const at::Tensor parts = (share.unsqueeze(2) * x.unsqueeze(1)).reshape({rows, groups * width});
  const at::Tensor normalised = norm->normalise("DiffGroupNorm", parts, batch_options(options));
  return x + normalised.reshape({rows, groups, width}).sum(1) * options.lamda();
}

}  // namespace isthmus::layers
