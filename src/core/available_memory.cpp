#include "isthmus/core/available_memory.hpp"

#include <fstream>
#include <limits>
#include <string>

namespace isthmus {

std::int64_t available_memory() {
  std::ifstream info("/proc/meminfo");
  std::string key;
  while (info >> key) {
    if (key == "MemAvailable:") {
      std::int64_t kilobytes = -1;
      info >> kilobytes;
      return info ? kilobytes * 1024 : -1;
    }
    info.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return -1;
}

}  // namespace isthmus
