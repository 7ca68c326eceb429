#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "nn_verbs.hpp"
#include "runner.hpp"

namespace {

/// One pool of threads, and a wrong ISTHMUS_SIMD told before any data is read.
void prepare() {
  (void)isthmus::kernels::simd_level();
  isthmus::ops::install_tensor_allocator();
  isthmus::ops::install_tensor_executor();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace isthmus::cli;  // NOLINT(google-build-using-namespace): the program itself.
  const Program program = {.verbs = {{"train", run_train},
                                     {"eval", run_eval},
                                     {"predict", run_predict},
                                     {"explain", run_explain},
                                     {"doctor", run_torch_doctor}},
                           .has_torch = true,
                           .prepare = prepare};
  return run_program(program, argc, argv);
}
