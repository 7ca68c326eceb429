#pragma once

namespace isthmus::ops {

/// Lets LibTorch take the memory of CPU tensors from core's block pool (block_pool.hpp): large
/// tensors lie on huge pages and their memory is reused, so that training touches no fresh page
/// after its first step; and what tensors hold can be counted. For the whole process, from the next
/// tensor on; tensors made before keep their memory. Calling it again changes nothing.
///
/// Opt-in, because a library must not change a process's allocator behind its back: the programs of
/// isthmus call it first thing.
void install_tensor_allocator();

}  // namespace isthmus::ops
