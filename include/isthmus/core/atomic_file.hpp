#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace isthmus {

/// What to do about a file that is there already.
enum class Overwrite { kRefuse, kReplace };

/// Writes a whole file so that readers see the old content or the new, never a mix: temporary name
/// in the same folder, fsync, rename, fsync of the folder. On any failure the temporary is removed
/// and the old file is untouched.
///
/// @throws InvalidArgument  if the file exists and `overwrite` is kRefuse (hint: --force).
/// @throws ResourceLimit    if the disk is full or the file size limit is reached.
/// @throws RunFailed        for any other failure (read-only folder, missing folder), with errno's
/// text.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           Overwrite overwrite);

/// The same for content that another library writes: `fill` is given the temporary file's path,
/// where an empty file lies, and returns when the content is there. What it throws is passed on.
void write_file_atomically(const std::filesystem::path& path,
                           const std::function<void(const std::filesystem::path&)>& fill,
                           Overwrite overwrite);

/// Reads a whole file. @throws DataError if it cannot be opened or read, is a directory, or is
/// larger than max_bytes.
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::size_t max_bytes = std::size_t{1} << 40U);

}  // namespace isthmus
