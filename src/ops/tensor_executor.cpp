#include "isthmus/ops/tensor_executor.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"

namespace isthmus::ops {
namespace {

#ifndef _OPENMP
#error "at::parallel_for is a template that runs serially without -fopenmp"
#endif

/// Chunks go to whichever thread of ATen's team is free; the order changes no bit.
void run_on_team(std::int64_t num_chunks, const std::function<void(std::int64_t)>& body) {
  std::atomic<std::int64_t> next{0};
  const std::int64_t workers = std::min<std::int64_t>(num_chunks, at::get_num_threads());
  at::parallel_for(0, workers, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t worker = begin; worker < end; ++worker) {
      for (std::int64_t chunk = next++; chunk < num_chunks; chunk = next++) {
        body(chunk);
      }
    }
  });
}

/// Resizes the pools that at::set_num_threads does not reach, where they are loaded at all.
void resize_blas(int num_threads) {
  using SetThreads = void (*)(int);
  for (const char* name : {"openblas_set_num_threads", "MKL_Set_Num_Threads"}) {
    if (void* found = dlsym(RTLD_DEFAULT, name); found != nullptr) {
      reinterpret_cast<SetThreads>(found)(num_threads);
    }
  }
}

}  // namespace

void install_tensor_executor() {
  static std::once_flag once;
  std::call_once(once, [] {
    add_thread_pool([](int num_threads) {
      at::set_num_threads(num_threads);
      resize_blas(num_threads);
    });
  });
  set_parallel_executor(run_on_team);
}

}  // namespace isthmus::ops
