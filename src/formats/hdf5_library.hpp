#pragma once

#include <mutex>
#include <string>
#include <utility>

#include <hdf5.h>

namespace isthmus::formats {

/// While it lives, this thread alone is inside the library, which then prints no errors and loads
/// no plugins; what the process had set for itself comes back after. The library's own printer does
/// not: a broken file may leave something behind, of which it would complain when the process ends.
class Hdf5Library {
 public:
  Hdf5Library() : lock_(mutex()) {
    // At exit the library would flush what a failed write (disk full) or a broken file left half
    // open, and dies of it. All that is ours is closed by then. Too late, and ignored, where the
    // program itself has opened the library before.
    static const herr_t no_cleaning_at_exit = H5dont_atexit();
    static_cast<void>(no_cleaning_at_exit);
    H5open();
    H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLget_loading_state(&plugins_);
    H5PLset_loading_state(0);
  }
  ~Hdf5Library() {
    H5PLset_loading_state(plugins_);
    if (print_ != default_printer()) {
      H5Eset_auto2(H5E_DEFAULT, print_, print_data_);
    }
  }
  Hdf5Library(const Hdf5Library&) = delete;
  Hdf5Library& operator=(const Hdf5Library&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex only;
    return only;
  }
  static H5E_auto2_t default_printer() {
    const hid_t fresh = H5Ecreate_stack();
    H5E_auto2_t print = nullptr;
    H5Eget_auto2(fresh, &print, nullptr);
    H5Eclose_stack(fresh);
    return print;
  }
  std::lock_guard<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
  unsigned plugins_ = 0;
};

/// Owns an identifier of any kind.
class Hdf5Handle {
 public:
  explicit Hdf5Handle(hid_t id) noexcept : id_(id) {}
  ~Hdf5Handle() { close(); }
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;

  [[nodiscard]] hid_t get() const noexcept { return id_; }
  [[nodiscard]] bool ok() const noexcept { return id_ >= 0; }
  bool close() noexcept {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || H5Idec_ref(id) >= 0;
  }

 private:
  hid_t id_;
};

/// What the library says about its last failure: " (the innermost cause)", or nothing.
[[nodiscard]] std::string library_text();

}  // namespace isthmus::formats
