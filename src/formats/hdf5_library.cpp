#include "hdf5_library.hpp"

namespace isthmus::formats {

std::string library_text() {
  std::string text;
  const auto take_first = [](unsigned depth, const H5E_error2_t* error, void* out) -> herr_t {
    if (depth == 0 && error->desc != nullptr) {
      *static_cast<std::string*>(out) = error->desc;
    }
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &text);
  return text.empty() ? std::string() : " (" + text + ")";
}

}  // namespace isthmus::formats
