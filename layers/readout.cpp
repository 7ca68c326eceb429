#include "isthmus/layers/readout.hpp"

#include <ostream>

#include <c10/util/Exception.h>

#include "isthmus/ops/readout.hpp"

namespace isthmus::layers {
namespace {

// As in the examples of PyG and of the MPNN paper.
constexpr std::int64_t kSet2SetSteps = 3;

}  // namespace

ReadoutImpl::ReadoutImpl(Pooling how, std::int64_t width) : pooling(how), channels(width) {
  reset();
}

void ReadoutImpl::reset() {
  if (pooling == Pooling::kAttention) {
    attention = register_module("attention", AttentionalAggregation(channels));
  } else if (pooling == Pooling::kSet2Set) {
    set2set = register_module("set2set", Set2Set(channels, kSet2SetSteps));
  }
}

void ReadoutImpl::reset_parameters(Initializer& init) {
  if (attention) {
    attention->reset_parameters(init);
  }
  if (set2set) {
    set2set->reset_parameters(init);
  }
}

void ReadoutImpl::pretty_print(std::ostream& stream) const {
  switch (pooling) {
    case Pooling::kNone:
      stream << "Readout(none)";
      return;
    case Pooling::kSum:
      stream << "Readout(sum)";
      return;
    case Pooling::kMean:
      stream << "Readout(mean)";
      return;
    case Pooling::kMax:
      stream << "Readout(max)";
      return;
    case Pooling::kAttention:
      stream << "Readout(attention, " << channels << ")";
      return;
    case Pooling::kSet2Set:
      stream << "Readout(set2set, " << channels << ")";
      return;
  }
}

at::Tensor ReadoutImpl::forward(const at::Tensor& x, std::span<const std::int64_t> ptr) {
  TORCH_CHECK(x.dim() == 2, "Readout: x must be [N, C], got ", x.sizes());
  switch (pooling) {
    case Pooling::kNone:
      return x;
    case Pooling::kSum:
      return ops::readout(x, ptr, ops::Reduce::kSum);
    case Pooling::kMean:
      return ops::readout(x, ptr, ops::Reduce::kMean);
    case Pooling::kMax:
      return ops::readout(x, ptr, ops::Reduce::kMax);
    case Pooling::kAttention:
      return attention->forward(x, ptr);
    case Pooling::kSet2Set:
      return set2set->forward(x, ptr);
  }
  TORCH_CHECK(false, "Readout: pooling must be a named one, got ", static_cast<int>(pooling));
}

}  // namespace isthmus::layers
