#include "signals.hpp"

#include <atomic>
#include <csignal>

#include <unistd.h>

#include "isthmus/core/error.hpp"

namespace isthmus::cli {
namespace {

// A handler may touch only what lives forever and is lock-free.
const CancelToken* g_cancel = nullptr;
std::atomic<int> g_signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_stop_signal(int /*signal*/) {
  if (g_signals_seen.fetch_add(1) > 0) {
    ::_exit(static_cast<int>(ExitCode::kInterrupted));
  }
  g_cancel->request();
}

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  (void)::sigaction(signal, &action, nullptr);
}

}  // namespace

void ignore_write_signals() {
  set_handler(SIGPIPE, SIG_IGN);
  set_handler(SIGXFSZ, SIG_IGN);
}

void install_signal_handlers(const CancelToken& cancel) {
  static const CancelToken kept = cancel;
  g_cancel = &kept;
  set_handler(SIGINT, on_stop_signal);
  set_handler(SIGTERM, on_stop_signal);
}

}  // namespace isthmus::cli
