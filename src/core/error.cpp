#include "isthmus/core/error.hpp"

#include <system_error>
#include <utility>

namespace isthmus {
namespace {

std::string located(const DataLocation& location, const std::string& text) {
  std::string where = location.file;
  if (location.line >= 0) {
    where += ":" + std::to_string(location.line);
  } else if (location.offset >= 0) {
    where += "@" + std::to_string(location.offset);
  }
  return where.empty() ? text : where + ": " + text;
}

}  // namespace

std::string errno_text(int code) { return std::generic_category().message(code); }

Error::Error(ExitCode exit_code, const std::string& message, std::string hint)
    : std::runtime_error(message), exit_code_(exit_code), hint_(std::move(hint)) {}

InvalidArgument::InvalidArgument(const std::string& message, std::string hint)
    : Error(ExitCode::kUsage, message, std::move(hint)) {}

RunFailed::RunFailed(const std::string& message, std::string hint)
    : Error(ExitCode::kFailed, message, std::move(hint)) {}

ResourceLimit::ResourceLimit(const std::string& message, std::string hint)
    : Error(ExitCode::kResource, message, std::move(hint)) {}

PeerLost::PeerLost(const std::string& message, std::string hint)
    : Error(ExitCode::kPeerLost, message, std::move(hint)) {}

Interrupted::Interrupted(const std::string& message, std::string hint)
    : Error(ExitCode::kInterrupted, message, std::move(hint)) {}

DataError::DataError(DataLocation location, const std::string& text, std::string hint)
    : Error(ExitCode::kData, located(location, text), std::move(hint)),
      location_(std::move(location)) {}

}  // namespace isthmus
