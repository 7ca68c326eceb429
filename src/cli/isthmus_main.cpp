#include "runner.hpp"
#include "verbs.hpp"

int main(int argc, char** argv) {
  using namespace isthmus::cli;  // NOLINT(google-build-using-namespace): the program itself.
  const Program program = {.verbs = {{"info", run_info},
                                     {"dataset", run_dataset},
                                     {"generate", run_generate},
                                     {"rewire", run_rewire},
                                     {"curvature", run_curvature},
                                     {"resistance", run_resistance},
                                     {"metrics", run_metrics},
                                     {"wl", run_wl},
                                     {"doctor", run_doctor}},
                           .has_torch = false,
                           .prepare = {}};
  return run_program(program, argc, argv);
}
