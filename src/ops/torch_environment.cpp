#include "isthmus/ops/torch_environment.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <limits>
#include <string_view>

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/InferenceMode.h>
#include <dlfcn.h>
#include <torch/version.h>

#include "isthmus/kernels/simd_level.hpp"

namespace isthmus::ops {
namespace {

struct Vendor {
  std::string_view library;  ///< How the file's name starts.
  std::string_view name;
};

constexpr std::array<Vendor, 6> kVendors = {{{"libmkl_", "MKL"},
                                             {"libopenblas", "OpenBLAS"},
                                             {"libblis", "BLIS"},
                                             {"libatlas", "ATLAS"},
                                             {"libtatlas", "ATLAS"},
                                             {"libblas.", "reference BLAS"}}};

/// The BLAS among the libraries mapped into this process: "OpenBLAS (libopenblas.so.0)". Debian's
/// alternatives give each BLAS the name libblas.so.3, so the folder tells more than the name.
std::string mapped_blas() {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    const std::size_t slash = line.rfind('/');
    if (slash == std::string::npos) {
      continue;
    }
    const std::string_view file = std::string_view(line).substr(slash + 1);
    if (line.find("/openblas") != std::string::npos && file.substr(0, 8) == "libblas.") {
      return "OpenBLAS (" + std::string(file) + ")";
    }
    for (const Vendor& vendor : kVendors) {
      if (file.substr(0, vendor.library.size()) == vendor.library) {
        return std::string(vendor.name) + " (" + std::string(file) + ")";
      }
    }
  }
  return {};
}

/// "MKL 2024.2" out of "... Math Kernel Library Version 2024.2-Product Build ..." or the newer
/// "... Math Kernel Library Version 2024.2 ...", which is linked statically into the wheel.
std::string linked_mkl() {
  const std::string text = at::get_mkl_version();
  constexpr std::string_view kBefore = "Version ";
  const std::size_t start = text.find(kBefore);
  if (start == std::string::npos) {
    return "MKL";
  }
  const std::size_t first = start + kBefore.size();
  const std::size_t last = text.find_first_not_of("0123456789.", first);
  return "MKL " + text.substr(first, last - first);
}

/// The pool of the BLAS, where it has one that at::set_num_threads does not reach.
int blas_threads() {
  using GetThreads = int (*)();
  for (const char* name : {"openblas_get_num_threads", "MKL_Get_Max_Threads"}) {
    if (void* found = dlsym(RTLD_DEFAULT, name); found != nullptr) {
      return reinterpret_cast<GetThreads>(found)();
    }
  }
  return at::get_num_threads();
}

}  // namespace

TorchEnvironment torch_environment() {
  TorchEnvironment environment;
  environment.version = TORCH_VERSION;
  if (at::hasMKL()) {
    environment.blas = linked_mkl();
  } else {
    environment.blas = mapped_blas();
    if (environment.blas.empty()) {
      environment.blas = "unknown BLAS";
    }
  }
  environment.threads = at::get_num_threads();
  environment.blas_threads = blas_threads();
  environment.simd = kernels::simd_level_name(kernels::simd_level());
  return environment;
}

double product_seconds(std::int64_t n) {
  TORCH_CHECK(n >= 1, "product_seconds: n must be >= 1, got ", n);
  const c10::InferenceMode guard;
  const at::Tensor a = at::full({n, n}, 0.5F);
  const at::Tensor b = at::full({n, n}, 0.25F);
  at::Tensor c = at::mm(a, b);
  double best = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    at::mm_out(c, a, b);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count());
  }
  return best;
}

}  // namespace isthmus::ops
