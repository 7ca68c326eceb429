#include "program.hpp"

#include <cstdlib>
#include <utility>

#include <gtest/gtest.h>

#include "isthmus/core/atomic_file.hpp"

#include "support/json_schema.hpp"

namespace isthmus::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

test::ProcessResult run_isthmus(const std::vector<std::string>& words,
                                test::ProcessOptions options) {
  std::vector<std::string> command = {variable("ISTHMUS_PROGRAM")};
  command.insert(command.end(), words.begin(), words.end());
  // What the developer's shell says must not decide a test.
  options.environment.emplace("NO_COLOR", "");
  options.environment.emplace("TERM", "xterm");
  options.environment.emplace("ISTHMUS_SIMD", "");
  return test::run_process(command, options);
}

formats::Json valid_document(const std::string& text, const std::string& schema) {
  formats::Json document;
  try {
    document = formats::parse_json(text, "stdout");
  } catch (const std::exception& error) {
    ADD_FAILURE() << "no JSON document: " << error.what() << "\n" << text;
    return {};
  }
  const std::string path =
      variable("ISTHMUS_SOURCE_ROOT") + "/share/isthmus/schema/" + schema + ".schema.json";
  const formats::Json rules = formats::parse_json(read_file(path), path);
  for (const std::string& breach : test::json_schema_errors(rules, document)) {
    ADD_FAILURE() << schema << ": " << breach;
  }
  return document;
}

std::string test_data() { return variable("ISTHMUS_DATA"); }

}  // namespace isthmus::cli
