#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "isthmus/core/atomic_file.hpp"

namespace isthmus::formats {

/// What write_hdf5() gives to its caller. Groups are made before what lies in them.
class Hdf5Writer {
 public:
  void group(const std::string& path);
  void attribute(const std::string& object, const std::string& name, std::int64_t value);
  void attribute(const std::string& object, const std::string& name, double value);
  /// Arrays in C order; the number of values is the product of `shape`.
  void array(const std::string& path, std::span<const std::int64_t> shape,
             std::span<const std::int64_t> values);
  void array(const std::string& path, std::span<const std::int64_t> shape,
             std::span<const std::uint8_t> values);
  void array(const std::string& path, std::span<const std::int64_t> shape,
             std::span<const float> values);

 private:
  friend void write_hdf5(const std::filesystem::path& path,
                         const std::function<void(Hdf5Writer&)>& fill, Overwrite overwrite);
  Hdf5Writer(std::int64_t file, std::string name) : file_(file), name_(std::move(name)) {}
  void write(const std::string& path, std::span<const std::int64_t> shape, const void* values,
             std::size_t count, int type);

  std::int64_t file_;
  std::string name_;
};

/// Writes a file as write_file_atomically() does, with its content from `fill`. Equal calls give
/// equal bytes: no times are stored. `fill` may take its time; other threads use HDF5 meanwhile.
/// @throws as write_file_atomically(), and what `fill` throws.
void write_hdf5(const std::filesystem::path& path, const std::function<void(Hdf5Writer&)>& fill,
                Overwrite overwrite);

}  // namespace isthmus::formats
