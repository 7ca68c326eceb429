#pragma once

#include <string>
#include <string_view>

namespace isthmus::formats {

/// Whether bytes start as gzip does.
[[nodiscard]] bool is_gzip(std::string_view bytes);

/// Unpacks a gzip file, of several members one after the other.
/// @param name  Of the file, for messages.
/// @throws DataError  if the bytes are damaged or end early, a checksum is wrong, something follows
///                    that is no member, or they unpack to more than 64 MiB and 20 times their
///                    size: text never does, a trap does.
/// @par Cost  Linear in the size unpacked.
[[nodiscard]] std::string gunzip(std::string_view packed, const std::string& name);

}  // namespace isthmus::formats
