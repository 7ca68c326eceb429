#include "support/python_oracle.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace isthmus::test {
namespace {

/// Sanitizer options are for the test itself, not for Python.
constexpr const char* kClean = "env -u LD_PRELOAD -u ASAN_OPTIONS ";

bool imports(const std::string& python, const std::string& module) {
  const std::string command =
      kClean + python + " -c 'import " + module + "' > /dev/null 2>&1 < /dev/null";
  return std::system(command.c_str()) == 0;
}

std::filesystem::path scratch(const char* name) {
  return std::filesystem::temp_directory_path() /
         ("isthmus-oracle-" + std::to_string(::getpid()) + "-" + name);
}

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

std::optional<std::string> run_python(const std::string& module, const std::string& script,
                                      const std::string& input) {
  std::string found;
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    if (imports(python, module)) {
      found = python;
      break;
    }
  }
  if (found.empty()) {
    return std::nullopt;
  }
  const std::filesystem::path program = scratch("script.py");
  const std::filesystem::path in = scratch("in");
  const std::filesystem::path out = scratch("out");
  write(program, script);
  write(in, input);
  const std::string command = kClean + found + " '" + program.string() + "' < '" + in.string() +
                              "' > '" + out.string() + "'";
  const int status = std::system(command.c_str());
  std::ostringstream content;
  content << std::ifstream(out, std::ios::binary).rdbuf();
  for (const auto& path : {program, in, out}) {
    std::filesystem::remove(path);
  }
  if (status != 0) {
    throw std::runtime_error("python oracle failed:\n" + content.str());
  }
  return content.str();
}

}  // namespace isthmus::test
