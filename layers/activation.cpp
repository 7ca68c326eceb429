#include "isthmus/layers/activation.hpp"

#include <ATen/Functions.h>

namespace isthmus::layers {

at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kIdentity:
      return x;
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kElu:
      return at::elu(x);
    case Activation::kLeakyRelu:
      return at::leaky_relu(x);
    case Activation::kTanh:
      return at::tanh(x);
  }
  TORCH_CHECK(false, "activate: activation must be a named one, got ",
              static_cast<int>(activation));
}

}  // namespace isthmus::layers
