#include "timing.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

#include "isthmus/core/parallel_chunks.hpp"

#include "bystanders.hpp"

namespace isthmus::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double thread_cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

/// The value a share `at` of the sorted values lies below, between neighbours linearly.
double quantile(const std::vector<double>& sorted, double at) {
  const double place = at * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Idle teams spin for some milliseconds before they sleep; nobody shall run beside them.
void let_threads_sleep() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

Sample turn(Contestant& contestant, const Rules& rules) {
  if (rules.before_each) {
    rules.before_each();
  }
  if (contestant.other_process) {
    let_threads_sleep();
  }
  const Sample sample = contestant.run();
  if (contestant.other_process) {
    let_threads_sleep();
  }
  return sample;
}

}  // namespace

Sample timed(const std::function<void()>& work) {
  Sample sample;
  const double cpu = thread_cpu_ms();
  const auto start = Clock::now();
  work();
  sample.wall_ms = 1e3 * seconds_since(start);
  sample.cpu_ms = thread_cpu_ms() - cpu;
  return sample;
}

double milliseconds(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return 1e3 * seconds_since(start);
}

Summary summarise(const std::vector<Sample>& samples) {
  Summary summary;
  if (samples.empty()) {
    return summary;
  }
  std::vector<double> wall;
  std::vector<double> cpu;
  for (const Sample& sample : samples) {
    wall.push_back(sample.wall_ms);
    cpu.push_back(sample.cpu_ms);
  }
  std::sort(wall.begin(), wall.end());
  std::sort(cpu.begin(), cpu.end());
  summary.runs = static_cast<int>(samples.size());
  summary.min = wall.front();
  summary.median = quantile(wall, 0.5);
  summary.iqr = quantile(wall, 0.75) - quantile(wall, 0.25);
  summary.cpu = quantile(cpu, 0.5);
  return summary;
}

Rules rules_of(const Options& options) {
  Rules rules;
  rules.warm_ups = options.warm_ups;
  rules.repetitions = options.repetitions;
  rules.settle = options.settle;
  if (options.quick) {
    rules.warm_seconds = 0.05;
    rules.seconds = 1.0;
  }
  return rules;
}

double hold_contest(std::vector<Contestant>& contestants, const Rules& rules) {
  for (Contestant& contestant : contestants) {
    const auto start = Clock::now();
    contestant.first_ms = turn(contestant, rules).wall_ms;
    for (int run = 1; run < rules.warm_ups && seconds_since(start) < rules.warm_seconds; ++run) {
      (void)turn(contestant, rules);
    }
  }
  constexpr int kTrial = 5;
  constexpr int kFewest = 3;
  std::vector<std::size_t> order(contestants.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  const Bystanders bystanders;
  const auto start = Clock::now();
  for (int round = 0; round < rules.repetitions; ++round) {
    if (round >= kFewest && seconds_since(start) > rules.seconds) {
      break;
    }
    for (const std::size_t i : order) {
      contestants[i].samples.push_back(turn(contestants[i], rules));
    }
    if (round + 1 == kTrial && rules.settle > 0.0) {
      const double ours = contestants.front().summary().median;
      std::erase_if(order, [&](std::size_t i) {
        return contestants[i].may_settle && contestants[i].summary().median > rules.settle * ours;
      });
    }
    std::reverse(order.begin(), order.end());
  }
  return bystanders.share();
}

void flush_caches(std::size_t bytes) {
  static std::vector<char> other;
  static char value = 0;
  other.resize(bytes);
  ++value;
  constexpr std::size_t kPart = std::size_t{1} << 18U;
  parallel_chunks(static_cast<std::int64_t>((bytes + kPart - 1) / kPart), [&](std::int64_t part) {
    const std::size_t begin = static_cast<std::size_t>(part) * kPart;
    std::fill(other.begin() + static_cast<std::ptrdiff_t>(begin),
              other.begin() + static_cast<std::ptrdiff_t>(std::min(bytes, begin + kPart)), value);
  });
}

formats::Json to_json(const Contestant& contestant) {
  formats::Json json = formats::Json::object();
  json["name"] = contestant.name;
  json["first_ms"] = contestant.first_ms;
  formats::Json wall = formats::Json::array();
  formats::Json cpu = formats::Json::array();
  for (const Sample& sample : contestant.samples) {
    wall.push_back(sample.wall_ms);
    cpu.push_back(sample.cpu_ms);
  }
  json["wall_ms"] = wall;
  json["cpu_ms"] = cpu;
  return json;
}

}  // namespace isthmus::bench
