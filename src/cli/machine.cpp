#include "machine.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

#include <sys/utsname.h>

namespace isthmus::cli {
namespace {

/// What follows "name ... : " in a file of such lines; empty if there is no such line.
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

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::uint64_t number_of_file(const char* path) {
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  return number_in(text);  // "max" reads as 0: no limit.
}

}  // namespace

Machine describe_machine() {
  Machine machine;
  machine.cpu = value_in("/proc/cpuinfo", "model name");
  machine.memory_total = 1024 * number_in(value_in("/proc/meminfo", "MemTotal"));
  machine.memory_available = 1024 * number_in(value_in("/proc/meminfo", "MemAvailable"));
  const std::uint64_t limit = number_of_file("/sys/fs/cgroup/memory.max");
  const std::uint64_t used = number_of_file("/sys/fs/cgroup/memory.current");
  if (limit > used) {
    machine.memory_available = std::min(machine.memory_available, limit - used);
  }
  utsname system{};
  if (::uname(&system) == 0) {
    machine.os = std::string(system.sysname) + " " + system.release;
    if (machine.cpu.empty()) {
      machine.cpu = system.machine;
    }
  }
  return machine;
}

}  // namespace isthmus::cli
