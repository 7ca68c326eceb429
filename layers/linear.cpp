#include "isthmus/layers/linear.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

namespace isthmus::layers {

LinearImpl::LinearImpl(const LinearOptions& linear_options) : options(linear_options) {
  TORCH_CHECK(options.in_channels() >= 0 && options.out_channels() >= 0,
              "Linear: in_channels and out_channels must be >= 0, got ", options.in_channels(),
              " and ", options.out_channels());
  reset();
}

void LinearImpl::reset() {
  weight = register_parameter("weight", at::empty({options.out_channels(), options.in_channels()}));
  bias = options.bias() ? register_parameter("bias", at::empty({options.out_channels()}))
                        : at::Tensor();
  Initializer init(options.seed());
  reset_parameters(init);
}

void LinearImpl::reset_parameters(Initializer& init) {
  const bool glorot = options.init() == WeightInit::kGlorot;
  if (glorot) {
    init.glorot(weight);
  } else {
    init.kaiming_uniform(weight, options.in_channels());
  }
  if (bias.defined() && glorot) {
    Initializer::fill(bias, 0.0);
  } else if (bias.defined()) {
    init.kaiming_uniform(bias, options.in_channels());
  }
}

void LinearImpl::pretty_print(std::ostream& stream) const {
  stream << "Linear(" << options.in_channels() << ", " << options.out_channels()
         << (options.bias() ? ")" : ", bias=false)");
}

at::Tensor LinearImpl::forward(const NodeInput& x) {
  check_shape("Linear", x, -1, options.in_channels());
  return project(x, weight, bias);
}

}  // namespace isthmus::layers
