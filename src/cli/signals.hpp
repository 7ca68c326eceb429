#pragma once

#include "isthmus/core/cancel_token.hpp"

namespace isthmus::cli {

/// A closed pipe and the file size limit become error codes of write(): SIGPIPE and SIGXFSZ are
/// ignored.
void ignore_write_signals();

/// The first SIGINT or SIGTERM requests `cancel`, the second ends the process at once with status
/// 130. Call once.
void install_signal_handlers(const CancelToken& cancel);

}  // namespace isthmus::cli
