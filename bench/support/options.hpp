#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::bench {

/// What every benchmark of ops and models can be told.
struct Options {
  std::vector<int> threads;            ///< Never empty.
  std::vector<std::string> shapes;     ///< Names of find_shape(); empty: the benchmark's own.
  std::vector<std::int64_t> features;  ///< Widths; empty: the shape's own.
  std::vector<std::string> peers;      ///< Folders of Python environments.
  std::vector<std::string> beside;     ///< Parts of competitors' names; empty: all of them.
  std::string json;                    ///< File for all samples; empty: none.
  int warm_ups = 10;                   ///< Runs before timing, or 0.5 s if that comes first.
  int repetitions = 20;                ///< Timed runs, >= 1.
  /// A competitor whose first five runs took more than this many times ours runs no further;
  /// 0: all run to the end.
  double settle = 4.0;
  bool quick = false;  ///< Everything once over, in a minute: a smoke test, not a measurement.
};

/// An option of one benchmark alone.
struct ExtraOption {
  std::string_view name;  ///< "--model M": the option, and what its value is called.
  std::string_view help;  ///< "gin|gat: ..."
  std::function<void(const std::string& value)> take;
};

/// Thread counts that are measured unless the user says which.
enum class DefaultThreads : std::uint8_t { kOneAndAll, kAll };

/// Reads the command line; prints usage and ends the program on an unknown or malformed option.
[[nodiscard]] Options parse_options(int argc, char** argv, std::string_view program,
                                    DefaultThreads threads,
                                    const std::vector<ExtraOption>& extra = {});

/// "a,b,c" cut at commas.
[[nodiscard]] std::vector<std::string> split_list(const std::string& text);

}  // namespace isthmus::bench
