#include "isthmus/layers/readout.hpp"

#include <ostream>

#include <c10/util/Exception.h>

#include "isthmus/ops/readout.hpp"

namespace isthmus::layers {

ReadoutImpl::ReadoutImpl(Pooling how) : pooling(how) {}

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
  }
  TORCH_CHECK(false, "Readout: pooling must be a named one, got ", static_cast<int>(pooling));
}

}  // namespace isthmus::layers
