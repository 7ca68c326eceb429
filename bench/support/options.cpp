#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "isthmus/core/thread_budget.hpp"

namespace isthmus::bench {
namespace {

[[noreturn]] void fail(std::string_view program, const std::vector<ExtraOption>& extra,
                       const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", std::string(program).c_str(), why.c_str());
  std::fprintf(stderr,
               "  --threads N,...      thread counts (default: all; operations: 1 and all)\n"
               "  --shapes NAME,...    graphs\n"
               "  --features F,...     widths\n"
               "  --peers VENV         Python environment with PyG or DGL; may be given again\n"
               "  --json FILE          writes all samples\n"
               "  --repetitions N      timed runs (default 20)\n"
               "  --settle R           a competitor R times slower stops after five runs\n"
               "                       (default 4; 0: never)\n"
               "  --quick              everything once over, in a minute\n");
  for (const ExtraOption& option : extra) {
    std::fprintf(stderr, "  %-20s %s\n", std::string(option.name).c_str(),
                 std::string(option.help).c_str());
  }
  std::exit(2);
}

template <typename Number>
bool read(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

}  // namespace

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

Options parse_options(int argc, char** argv, std::string_view program, DefaultThreads threads,
                      const std::vector<ExtraOption>& extra) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // lines appear as they are measured, also in a pipe
  Options options;
  const auto numbers = [&](const std::string& name, const std::string& value, auto& list) {
    for (const std::string& word : split_list(value)) {
      auto& number = list.emplace_back();
      if (!read(word, number) || number < 1) {
        fail(program, extra, name + " must be integers >= 1, got " + value);
      }
    }
  };
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--quick") {
      options.quick = true;
      continue;
    }
    if (i + 1 == argc) {
      fail(program, extra, "unknown option, or one without its value: " + name);
    }
    const std::string value = argv[++i];
    const auto known = std::find_if(extra.begin(), extra.end(), [&](const ExtraOption& option) {
      return option.name.substr(0, option.name.find(' ')) == name;
    });
    if (known != extra.end()) {
      known->take(value);
    } else if (name == "--threads") {
      numbers(name, value, options.threads);
    } else if (name == "--features") {
      numbers(name, value, options.features);
    } else if (name == "--shapes") {
      options.shapes = split_list(value);
    } else if (name == "--peers") {
      options.peers.push_back(value);
    } else if (name == "--json") {
      options.json = value;
    } else if (name == "--repetitions") {
      if (!read(value, options.repetitions) || options.repetitions < 1) {
        fail(program, extra, "--repetitions must be an integer >= 1, got " + value);
      }
    } else if (name == "--settle") {
      if (!read(value, options.settle) || options.settle < 0.0) {
        fail(program, extra, "--settle must be a number >= 0, got " + value);
      }
    } else {
      fail(program, extra, "unknown option " + name);
    }
  }
  const int all = available_cpus();
  if (options.threads.empty()) {
    const bool all_only = options.quick || all == 1 || threads == DefaultThreads::kAll;
    options.threads = all_only ? std::vector<int>{all} : std::vector<int>{1, all};
  }
  if (options.quick) {
    options.warm_ups = 1;
    options.repetitions = std::min(options.repetitions, 3);
  }
  return options;
}

}  // namespace isthmus::bench
