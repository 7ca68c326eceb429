#include "envelope.hpp"

#include <new>

#include "isthmus/core/version.hpp"

namespace isthmus::cli {
namespace {

std::string_view code_name(ExitCode code) {
  switch (code) {
    case ExitCode::kOk:
      return "ok";
    case ExitCode::kFailed:
      return "failed";
    case ExitCode::kUsage:
      return "usage";
    case ExitCode::kData:
      return "data";
    case ExitCode::kResource:
      return "resource";
    case ExitCode::kPeerLost:
      return "peer_lost";
    case ExitCode::kInterrupted:
      return "interrupted";
  }
  return "failed";
}

formats::Json or_null(std::int64_t number) {
  return number < 0 ? formats::Json() : formats::Json(number);
}

formats::Json or_null(const std::string& text) {
  return text.empty() ? formats::Json() : formats::Json(text);
}

formats::Json array_of(const std::vector<std::string>& texts) {
  formats::Json array = formats::Json::array();
  for (const std::string& text : texts) {
    array.push_back(text);
  }
  return array;
}

/// LibTorch appends a stack trace to its messages; it is no help to who typed a command.
std::string without_trace(std::string message) {
  const std::size_t trace = message.find("\nException raised from");
  if (trace != std::string::npos) {
    message.resize(trace);
  }
  return message;
}

}  // namespace

Failure describe(const std::exception& error) {
  Failure failure;
  failure.message = without_trace(error.what());
  if (const auto* own = dynamic_cast<const Error*>(&error)) {
    failure.exit = own->exit_code();
    failure.hint = own->hint();
    if (const auto* data = dynamic_cast<const DataError*>(own)) {
      failure.location = data->location();
    }
  } else if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
             failure.message.find("can't allocate memory") != std::string::npos) {
    failure.exit = ExitCode::kResource;
    failure.message = "out of memory";
    failure.hint = "give it more (--memory-limit, if that was set), or a smaller data set or width";
  }
  return failure;
}

formats::Json envelope(std::string_view schema, const std::vector<std::string>& args,
                       std::uint64_t seed, const std::vector<std::string>& warnings) {
  formats::Json document = formats::Json::object();
  document["schema"] = schema;
  document["version"] = version();
  document["args"] = array_of(args);
  document["seed"] = static_cast<std::int64_t>(seed);
  document["warnings"] = array_of(warnings);
  return document;
}

formats::Json error_document(const Failure& failure, const std::vector<std::string>& args,
                             std::uint64_t seed, const std::vector<std::string>& warnings) {
  formats::Json document = envelope("isthmus.error/1", args, seed, warnings);
  formats::Json error = formats::Json::object();
  error["exit"] = static_cast<int>(failure.exit);
  error["code"] = code_name(failure.exit);
  error["message"] = failure.message;
  error["file"] = or_null(failure.location.file);
  error["line"] = or_null(failure.location.line);
  error["offset"] = or_null(failure.location.offset);
  error["hint"] = or_null(failure.hint);
  document["error"] = error;
  return document;
}

std::string error_text(const Failure& failure, bool colour) {
  std::string text = colour ? "\x1b[1;31misthmus:\x1b[0m " : "isthmus: ";
  text += failure.message + "\n";
  std::size_t start = 0;
  while (start < failure.hint.size()) {
    const std::size_t stop = std::min(failure.hint.find('\n', start), failure.hint.size());
    text += "  " + failure.hint.substr(start, stop - start) + "\n";
    start = stop + 1;
  }
  return text;
}

}  // namespace isthmus::cli
