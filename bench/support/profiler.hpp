#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace isthmus::bench {

/// Name of the library call that runs now, or none; set by whoever knows, read at each sample.
extern std::atomic<const char*> current_call;

/// One look at one running thread.
struct Look {
  std::string_view symbol;  ///< Function of this program, demangled; empty outside of it.
  std::string_view module;  ///< File name of the library: "libtorch_cpu.so".
  std::string_view call;    ///< current_call, or empty.
};

/// Where threads spend their time: looks at each of them every two milliseconds while it lives. A
/// thread that sleeps, or spins in the OpenMP library, is idle. Needs /proc; one at a time.
class Profiler {
 public:
  Profiler();
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// Ends the looking. Shares of `threads` threads' time by category; what is left is "idle".
  /// `category` names the place of a look.
  [[nodiscard]] std::map<std::string, double> shares(
      int threads, const std::function<std::string(const Look&)>& category);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isthmus::bench
