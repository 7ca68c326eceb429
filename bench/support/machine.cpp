#include "machine.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/torch_environment.hpp"

namespace isthmus::bench {
namespace {

using formats::Json;

/// What follows "NAME<blanks>:" in a file of such lines.
std::string value_in(const char* path, std::string_view name) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && line.compare(0, name.size(), name) == 0) {
      const std::size_t start = line.find_first_not_of(" \t", colon + 1);
      return start == std::string::npos ? std::string() : line.substr(start);
    }
  }
  return {};
}

std::string line_of(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.empty() ? "unknown" : line;
}

std::size_t kilobytes_in(const char* path, std::string_view name) {
  return std::size_t{1024} * std::strtoull(value_in(path, name).c_str(), nullptr, 10);
}

std::size_t cache_bytes(int level, std::size_t otherwise) {
  const long bytes = sysconf(level);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : otherwise;
}

/// Those of the CPU's flags that kernels are chosen by.
std::string vector_flags() {
  std::istringstream all(value_in("/proc/cpuinfo", "flags"));
  std::string flag;
  std::string kept;
  while (all >> flag) {
    if (flag.starts_with("avx") || flag == "fma" || flag.starts_with("amx")) {
      kept += (kept.empty() ? "" : " ") + flag;
    }
  }
  return kept;
}

}  // namespace

std::size_t l2_bytes() { return cache_bytes(_SC_LEVEL2_CACHE_SIZE, std::size_t{1} << 20U); }

std::size_t last_level_bytes() {
  // "32768K". Not sysconf(): inside a virtual machine it reports the host's.
  const std::size_t kilobytes =
      std::strtoull(line_of("/sys/devices/system/cpu/cpu0/cache/index3/size").c_str(), nullptr, 10);
  return kilobytes > 0 ? 1024 * kilobytes : std::size_t{32} << 20U;
}

Json describe_machine() {
  const ops::TorchEnvironment torch = ops::torch_environment();
  Json json = Json::object();
  json["cpu"] = value_in("/proc/cpuinfo", "model name");
  json["flags"] = vector_flags();
  json["cores"] = available_cpus();
  json["l1d_bytes"] = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 0);
  json["l2_bytes"] = l2_bytes();
  json["last_level_bytes"] = last_level_bytes();
  json["memory_bytes"] = kilobytes_in("/proc/meminfo", "MemTotal");
  json["huge_pages"] = line_of("/sys/kernel/mm/transparent_hugepage/enabled");
  json["simd"] = torch.simd;
  json["compiler"] = std::string("g++ ") + __VERSION__ + ", " + ISTHMUS_BENCH_FLAGS;
  json["libtorch"] = torch.version;
  json["blas"] = torch.blas;
  return json;
}

void print_machine(const Json& machine) {
  for (const auto& [name, value] : machine.as_object()) {
    const std::string text = value.is_string() ? value.as_string() : formats::write_json(value);
    std::printf("%-17s %s\n", name.c_str(), text.c_str());
  }
}

std::size_t peak_rss() { return kilobytes_in("/proc/self/status", "VmHWM"); }

void reset_peak_rss() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace isthmus::bench
