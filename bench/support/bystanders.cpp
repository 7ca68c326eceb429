#include "bystanders.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace isthmus::bench {
namespace {

double tick_seconds() { return 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK)); }

/// Seconds that all cores were not idle: "cpu  user nice system idle iowait irq softirq steal ...".
double busy_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  file >> word;
  double ticks = 0.0;
  double value = 0.0;
  for (int field = 0; field < 8 && file >> value; ++field) {
    const bool idle = field == 3 || field == 4;
    ticks += idle ? 0.0 : value;
  }
  return ticks * tick_seconds();
}

/// User and system time of one process, dead or foreign ones 0: fields 14 and 15 of its stat file,
/// counted behind the name, which may hold blanks.
double process_seconds(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) {
    return 0.0;
  }
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) {
    fields >> skipped;
  }
  double user = 0.0;
  double system = 0.0;
  fields >> user >> system;
  return (user + system) * tick_seconds();
}

double own_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  double seconds = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  const std::string self = std::to_string(getpid());
  std::ifstream children("/proc/self/task/" + self + "/children");
  for (std::string pid; children >> pid;) {
    seconds += process_seconds(pid);
  }
  return seconds;
}

}  // namespace

Bystanders::Bystanders()
    : start_(std::chrono::steady_clock::now()), busy_(busy_seconds()), own_(own_seconds()) {}

double Bystanders::share() const {
  const double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double others = (busy_seconds() - busy_) - (own_seconds() - own_);
  const double cores = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  return std::clamp(others / (cores * std::max(wall, tick_seconds())), 0.0, 1.0);
}

}  // namespace isthmus::bench
