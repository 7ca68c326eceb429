#pragma once

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

/// Row of the edge tensor that belongs to a slot.
[[maybe_unused]] std::int64_t place_of(const EdgeOrder& order, std::int64_t slot) {
  return order.narrow != nullptr ? order.narrow[slot]
         : order.wide != nullptr ? order.wide[slot]
                                 : slot;
}

}  // namespace
}  // namespace isthmus::kernels
