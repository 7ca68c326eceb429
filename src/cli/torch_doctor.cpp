#include <cstdint>

#include "isthmus/ops/torch_environment.hpp"

#include "nn_verbs.hpp"

namespace isthmus::cli {

Output run_torch_doctor(Session& /*session*/) {
  constexpr std::int64_t kSize = 1000;
  const ops::TorchEnvironment environment = ops::torch_environment();
  const double seconds = ops::product_seconds(kSize);
  constexpr double kOperations = 2.0 * kSize * kSize * kSize;
  formats::Json torch = formats::Json::object();
  torch["version"] = environment.version;
  torch["blas"] = environment.blas;
  torch["threads"] = environment.threads;
  torch["blas_threads"] = environment.blas_threads;
  torch["product_seconds"] = seconds;
  torch["gigaflops"] = kOperations / seconds / 1e9;
  Output output{.schema = "isthmus.doctor/1",
                .text = formats::write_json(torch) + "\n",
                .fields = formats::Json::object()};
  output.fields["libtorch"] = torch;
  return output;
}

}  // namespace isthmus::cli
