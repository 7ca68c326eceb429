// Seconds to read published sets from the data root ISTHMUS_DATA: best of several repetitions, CPU
// time of the process (reading is single-threaded) and wall time. Floors: tu:DD (a zip with 26 MB
// of text) 1 s, tolokers 0.3 s, on one core.
//
//     read_bench [--repetitions R] [SET...]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "isthmus/datasets/load.hpp"

namespace {

struct Seconds {
  double cpu = 1e9;
  double wall = 1e9;
};

Seconds time_load(const std::string& name, const isthmus::datasets::DataRoots& roots) {
  const std::clock_t cpu = std::clock();
  const auto wall = std::chrono::steady_clock::now();
  const isthmus::datasets::Dataset dataset = isthmus::datasets::load(name, roots);
  return {.cpu = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC,
          .wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count()};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names;
  int repetitions = 5;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--repetitions" && i + 1 < argc) {
      repetitions = std::max(1, std::atoi(argv[++i]));
    } else {
      names.emplace_back(argv[i]);
    }
  }
  if (names.empty()) {
    names = {"tu:DD", "tu:REDDIT-BINARY", "tolokers", "squirrel", "cora", "tu:MUTAG"};
  }
  const char* const data = std::getenv("ISTHMUS_DATA");
  const auto roots =
      isthmus::datasets::find_data_roots("", data == nullptr ? "" : data, "", "", "");
  std::printf("%-24s %10s %10s\n", "set", "cpu s", "wall s");
  for (const std::string& name : names) {
    try {
      Seconds best;
      for (int r = 0; r < repetitions; ++r) {
        const Seconds once = time_load(name, roots);
        best.cpu = std::min(best.cpu, once.cpu);
        best.wall = std::min(best.wall, once.wall);
      }
      std::printf("%-24s %10.4f %10.4f\n", name.c_str(), best.cpu, best.wall);
    } catch (const std::exception& error) {
      std::printf("%-24s not read: %s\n", name.c_str(), error.what());
    }
  }
  return 0;
}
