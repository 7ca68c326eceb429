#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isthmus::formats {

/// Whether this build reads and writes HDF5 (build option `hdf5`). Without it everything below
/// throws RunFailed.
[[nodiscard]] bool has_hdf5() noexcept;

/// Bounds of what a file may ask for.
struct Hdf5Limits {
  std::size_t max_file_bytes = std::size_t{1} << 40U;
  std::int64_t max_elements = std::int64_t{1} << 32U;  ///< Of one array.
};

/// An array in C order, whatever integer or floating-point type the file has.
template <typename T>
struct Hdf5Array {
  std::vector<std::int64_t> shape;  ///< One or two dimensions.
  std::vector<T> values;
};

/// A file of groups and arrays, read part by part: only what is asked for is looked at. Paths of
/// objects start with a slash: "/0/y".
///
/// A file is taken as hostile. Followed are hard links only, never a soft or external one; refused
/// are arrays whose values lie in other files (external storage, virtual), types other than
/// integers and floating-point numbers of up to 8 bytes, filters other than deflate, shuffle and
/// Fletcher's checksum (plugins are never loaded), more elements than the limits allow or the bytes
/// of the file can hold.
///
/// All errors are DataError "FILE!/0/y: rule". One thread at a time works inside the HDF5 library,
/// whatever the number of readers; all members may be called on several threads.
class Hdf5Reader {
 public:
  /// @throws DataError  if the file cannot be opened, is larger than the limit, does not start as
  ///                    HDF5 does, or is cut short.
  explicit Hdf5Reader(const std::filesystem::path& path, const Hdf5Limits& limits = {});
  ~Hdf5Reader();
  Hdf5Reader(Hdf5Reader&&) noexcept;
  Hdf5Reader& operator=(Hdf5Reader&&) noexcept;

  /// Names of the members of a group, in no order that matters.
  [[nodiscard]] std::vector<std::string> names(const std::string& group) const;
  [[nodiscard]] bool contains(const std::string& object) const;
  /// An attribute that is one integer; nothing if the object has none of that name.
  [[nodiscard]] std::optional<std::int64_t> integer_attribute(const std::string& object,
                                                              const std::string& name) const;
  /// An array of integers; what does not fit becomes the nearest that does.
  [[nodiscard]] Hdf5Array<std::int64_t> integers(const std::string& array) const;
  /// An array of integers or floating-point numbers, rounded to float.
  [[nodiscard]] Hdf5Array<float> reals(const std::string& array) const;

  /// "FILE!/0/y", as messages name an object.
  [[nodiscard]] std::string name_of(const std::string& object) const;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace isthmus::formats
