#include "isthmus/core/cancel_token.hpp"

namespace isthmus {

// A signal handler may only touch atomics that need no lock.
static_assert(std::atomic<bool>::is_always_lock_free);

CancelToken::CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}

void CancelToken::request() const noexcept { flag_->store(true, std::memory_order_relaxed); }

bool CancelToken::requested() const noexcept { return flag_->load(std::memory_order_relaxed); }

}  // namespace isthmus
