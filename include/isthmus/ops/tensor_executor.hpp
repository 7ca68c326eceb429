#pragma once

namespace isthmus::ops {

/// Makes parallel_chunks() run on ATen's team, and puts ATen's and the BLAS's thread counts under
/// the ThreadBudget, so that exactly one pool is wide. Call once at the start of a program that
/// computes with tensors; repeated calls change nothing.
void install_tensor_executor();

}  // namespace isthmus::ops
