#include "cost.hpp"

#include <cstddef>
#include <cstdint>

#include <sys/resource.h>

#include "isthmus/core/thread_budget.hpp"

namespace isthmus::cli {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Cost::Cost() : last_(std::chrono::steady_clock::now()) {}

void Cost::spent_on(Part part) {
  const auto now = std::chrono::steady_clock::now();
  seconds_[static_cast<std::size_t>(part)] += std::chrono::duration<double>(now - last_).count();
  last_ = now;
}

formats::Json Cost::json() const {
  constexpr std::array<const char*, 4> kNames = {"read", "compute", "metrics", "write"};
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  formats::Json seconds = formats::Json::object();
  for (std::size_t part = 0; part < kNames.size(); ++part) {
    seconds[kNames[part]] = seconds_[part];
  }
  formats::Json cost = formats::Json::object();
  cost["threads"] = current_thread_budget();
  cost["seconds"] = seconds;
  cost["cpu_seconds"] = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  cost["peak_bytes"] = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  return cost;
}

}  // namespace isthmus::cli
