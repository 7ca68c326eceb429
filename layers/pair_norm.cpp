#include "isthmus/layers/pair_norm.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/input.hpp"

#include "graph_rows.hpp"

namespace isthmus::layers {

PairNormImpl::PairNormImpl(const PairNormOptions& norm_options) : options(norm_options) {
  TORCH_CHECK(options.scale() > 0.0, "PairNorm: scale must be > 0, got ", options.scale());
  TORCH_CHECK(options.eps() > 0.0, "PairNorm: eps must be > 0, got ", options.eps());
}

void PairNormImpl::pretty_print(std::ostream& stream) const {
  stream << "PairNorm(scale=" << options.scale()
         << (options.scale_individually() ? ", scale_individually=true)" : ")");
}

at::Tensor PairNormImpl::forward(const at::Tensor& x, std::span<const std::int64_t> ptr) {
  TORCH_CHECK(x.defined() && x.dim() == 2, "PairNorm: x must be floating [N, C], got ",
              x.defined() ? c10::str(x.sizes()) : "an undefined tensor");
  check_shape("PairNorm", x, -1, x.size(1));
  const GraphRows graphs(ptr, x.size(0));
  const at::Tensor centred = x - graphs.spread(graphs.mean(x));
  if (options.scale_individually()) {
    return options.scale() * centred / (options.eps() + centred.norm(2, {1}, /*keepdim=*/true));
  }
  const at::Tensor square = graphs.mean((centred * centred).sum(1, /*keepdim=*/true));
  return options.scale() * centred / graphs.spread(at::sqrt(square + options.eps()));
}

}  // namespace isthmus::layers
