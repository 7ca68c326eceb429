#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/formats/npy.hpp"
#include "isthmus/formats/zip.hpp"

namespace isthmus::formats {

/// A .npz file: a zip archive of arrays, each read when asked for, so that an object array nobody
/// wants does no harm.
class Npz {
 public:
  /// @throws DataError as ZipReader does.
  explicit Npz(const std::filesystem::path& path, const ZipOptions& options = {});
  explicit Npz(ZipReader archive);

  /// Names of the arrays in the order of the file, without ".npy"; other members are not listed.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool contains(std::string_view array) const;
  /// @throws DataError "a.npz: has no array ..." or "a.npz!x.npy@OFFSET: rule".
  [[nodiscard]] NpyArray read(std::string_view array) const;

 private:
  ZipReader archive_;
};

/// Bytes of a .npz file with these arrays, in this order. Equal input gives equal bytes.
[[nodiscard]] std::string write_npz(std::span<const std::pair<std::string, NpyArray>> arrays,
                                    ZipMethod method = ZipMethod::kDeflate);

}  // namespace isthmus::formats
