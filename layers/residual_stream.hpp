#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/layers/reversible.hpp"
#include "isthmus/ops/gin_block.hpp"

namespace isthmus::layers {

/// How a stream is held.
struct StreamLayout {
  StreamType type = StreamType::kF32;  ///< Not kAuto.
  int bits = 20;
  std::int64_t groups = 2;
  at::ScalarType values = at::kFloat;  ///< Of what blocks are given and give.
};

/// The residual stream of a reversible stack, group-major: C contiguous [N, d] matrices in one
/// tensor [C, N, d]. No autograd.
class ResidualStream {
 public:
  /// Of the columns of x [N, D], copied. @throws c10::Error  if fixed point cannot hold them.
  ResidualStream(const at::Tensor& x, const StreamLayout& layout);
  /// Takes over what storage() gave.
  static ResidualStream adopt(const at::Tensor& storage, const StreamLayout& layout);

  /// Group i as blocks see it; it may be the stream itself: until the group changes, and not to be
  /// written.
  [[nodiscard]] at::Tensor value(std::int64_t group) const;
  /// What block `group` of a layer is given: the group before it, the first the sum of the others
  /// in ascending order.
  [[nodiscard]] at::Tensor input(std::int64_t group) const;
  /// The same two as they are held, for passes that read the stream itself; the sum of several
  /// groups as blocks see it.
  [[nodiscard]] ops::StreamGroup held(std::int64_t group) const {
    return {storage_[group], layout_.bits};
  }
  [[nodiscard]] ops::StreamGroup held_input(std::int64_t group) const;
  /// Says that fixed point cannot hold what the block gave. @throws c10::Error
  [[noreturn]] void refuse(std::int64_t layer, std::int64_t group) const;
  /// Group i plus or minus f. @throws c10::Error  naming the layer and the group if fixed point
  /// cannot hold the sum.
  void add(std::int64_t group, const at::Tensor& f, std::int64_t layer);
  void subtract(std::int64_t group, const at::Tensor& f, std::int64_t layer);
  /// All groups side by side, [N, D].
  [[nodiscard]] at::Tensor output() const;
  /// Of a stream in fixed point.
  [[nodiscard]] std::uint64_t checksum() const;
  [[nodiscard]] const at::Tensor& storage() const noexcept { return storage_; }

 private:
  explicit ResidualStream(const StreamLayout& layout) : layout_(layout) {}

  StreamLayout layout_;
  at::Tensor storage_;
};

}  // namespace isthmus::layers
