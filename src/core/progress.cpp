#include "isthmus/core/progress.hpp"

namespace isthmus {

void report_progress(const ProgressCallback& callback, const ProgressEvent& event) {
  if (callback) {
    callback(event);
  }
}

}  // namespace isthmus
