#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace isthmus {

/// Exit status of the command line for each kind of failure; the number is part of the interface.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,     ///< The run failed: diverged training, an unmet `--expect`, a broken install.
  kUsage = 2,      ///< The caller's fault: unknown option, value out of range.
  kData = 3,       ///< A file or data set that cannot be used as it is.
  kResource = 4,   ///< A limit: memory, index width, full disk.
  kPeerLost = 75,  ///< A peer process went away; the same command may work later.
  kInterrupted = 130,  ///< SIGINT or SIGTERM.
};

/// Base of everything that isthmus throws on purpose. what() is one sentence for a person: the
/// function or file, the rule, the value received. `hint` is what to do about it, may be empty.
class Error : public std::runtime_error {
 public:
  Error(ExitCode exit_code, const std::string& message, std::string hint = {});

  [[nodiscard]] ExitCode exit_code() const noexcept { return exit_code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode exit_code_;
  std::string hint_;
};

/// An argument outside its range. Message: "function: parameter rule, got value".
class InvalidArgument : public Error {
 public:
  explicit InvalidArgument(const std::string& message, std::string hint = {});
};

/// The run itself failed although arguments and data were fine (diverged training, failed check).
class RunFailed : public Error {
 public:
  explicit RunFailed(const std::string& message, std::string hint = {});
};

/// A limit of the machine or of an index width was reached.
class ResourceLimit : public Error {
 public:
  explicit ResourceLimit(const std::string& message, std::string hint = {});
};

/// Another process of the same job went away.
class PeerLost : public Error {
 public:
  explicit PeerLost(const std::string& message, std::string hint = {});
};

/// The user asked to stop (SIGINT, SIGTERM or a CancelToken).
class Interrupted : public Error {
 public:
  explicit Interrupted(const std::string& message, std::string hint = {});
};

/// Where in a file a DataError is. Unused parts stay at their defaults.
struct DataLocation {
  std::string file;          ///< As the user named it; "a.zip!member.txt" inside an archive.
  std::int64_t line = -1;    ///< 1-based line of a text file, -1 if it has none.
  std::int64_t offset = -1;  ///< Byte offset in a binary file, -1 if it has none.
};

/// A file that breaks its format. what() is "FILE:LINE: text", "FILE@OFFSET: text" or "FILE: text";
/// `text` states the rule, then "(expected ..., got ...)" where both are known.
class DataError : public Error {
 public:
  DataError(DataLocation location, const std::string& text, std::string hint = {});

  [[nodiscard]] const DataLocation& location() const noexcept { return location_; }

 private:
  DataLocation location_;
};

/// The system's text for an errno value; unlike std::strerror() safe to call from any thread.
[[nodiscard]] std::string errno_text(int code);

}  // namespace isthmus
