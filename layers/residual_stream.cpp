#include "residual_stream.hpp"

#include <string>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/fixed_stream.hpp"

namespace isthmus::layers {
namespace {

/// Says what fixed point cannot hold.
[[noreturn]] void throw_out_of_range(int bits, const std::string& what) {
  TORCH_CHECK(false, "ReversibleStack: stream fixed32 with ", bits, " bits holds finite values ",
              "within +-", std::int64_t{1} << (31 - bits), "; ", what);
}

}  // namespace

ResidualStream::ResidualStream(const at::Tensor& x, const StreamLayout& layout) : layout_(layout) {
  // [N, C d] -> [C, N, d]
  const at::Tensor groups =
      x.detach().reshape({x.size(0), layout_.groups, x.size(1) / layout_.groups}).transpose(0, 1);
  const bool fixed = layout_.type == StreamType::kFixed32;
  const at::ScalarType held = fixed                              ? at::kInt
                              : layout_.type == StreamType::kF64 ? at::kDouble
                                                                 : layout_.values;
  storage_ = at::empty(groups.sizes(), x.options().dtype(held).requires_grad(false));
  if (!fixed) {
    storage_.copy_(groups);
    return;
  }
  storage_.zero_();
  for (std::int64_t i = 0; i < layout_.groups; ++i) {
    if (!ops::fixed_add(storage_[i], groups[i], layout_.bits)) {
      throw_out_of_range(layout_.bits, c10::str("x has others in group ", i));
    }
  }
}

ResidualStream ResidualStream::adopt(const at::Tensor& storage, const StreamLayout& layout) {
  ResidualStream stream(layout);
  stream.storage_ = storage;
  return stream;
}

at::Tensor ResidualStream::value(std::int64_t group) const {
  const at::Tensor held = storage_[group];
  // Float as it is: under a version count of its own, since the tape of a block outlives changes to
  // other groups. A group itself changes only after what was made of it is done with.
  return layout_.type == StreamType::kFixed32 ? ops::fixed_to_float(held, layout_.bits)
                                              : held.to(layout_.values).variable_data();
}

at::Tensor ResidualStream::input(std::int64_t group) const {
  if (group > 0) {
    return value(group - 1);
  }
  if (layout_.groups == 2) {
    return value(1);
  }
  if (layout_.type == StreamType::kFixed32) {
    std::vector<at::Tensor> terms;
    for (std::int64_t i = 1; i < layout_.groups; ++i) {
      terms.push_back(storage_[i]);
    }
    return ops::fixed_sum_to_float(terms, layout_.bits);
  }
  at::Tensor sum = storage_[1] + storage_[2];
  for (std::int64_t i = 3; i < layout_.groups; ++i) {
    sum.add_(storage_[i]);
  }
  return sum.to(layout_.values);
}

ops::StreamGroup ResidualStream::held_input(std::int64_t group) const {
  if (group == 0 && layout_.groups > 2) {
    return {input(0)};
  }
  return held(group > 0 ? group - 1 : 1);
}

void ResidualStream::refuse(std::int64_t layer, std::int64_t group) const {
  throw_out_of_range(layout_.bits,
                     c10::str("layer ", layer, ", group ", group,
                              " leaves them (fewer bits widen the range; f64 has none)"));
}

void ResidualStream::add(std::int64_t group, const at::Tensor& f, std::int64_t layer) {
  if (layout_.type != StreamType::kFixed32) {
    storage_[group].add_(f);
  } else if (!ops::fixed_add(storage_[group], f, layout_.bits)) {
    refuse(layer, group);
  }
}

void ResidualStream::subtract(std::int64_t group, const at::Tensor& f, std::int64_t layer) {
  if (layout_.type != StreamType::kFixed32) {
    storage_[group].sub_(f);
  } else if (!ops::fixed_subtract(storage_[group], f, layout_.bits)) {
    refuse(layer, group);
  }
}

at::Tensor ResidualStream::output() const {
  const std::int64_t rows = storage_.size(1);
  const std::int64_t width = storage_.size(2);
  at::Tensor out =
      at::empty({rows, layout_.groups * width}, storage_.options().dtype(layout_.values));
  for (std::int64_t i = 0; i < layout_.groups; ++i) {
    out.narrow(1, i * width, width)
        .copy_(layout_.type == StreamType::kFixed32 ? value(i) : storage_[i]);
  }
  return out;
}

std::uint64_t ResidualStream::checksum() const { return ops::fixed_checksum(storage_, 0); }

}  // namespace isthmus::layers
