#pragma once

#include <map>
#include <string>
#include <string_view>

#include "isthmus/formats/json.hpp"

namespace isthmus::formats {

/// A parsed TOML file: its tree with keys in the order of the file, and the line of every key and
/// table by dotted path: "gnn.dim_inner", `gnn."a key"` where a key is not bare, "layers[0].dim"
/// for tables inside arrays.
struct TomlDocument {
  Json root;
  std::map<std::string, int, std::less<>> line;
};

/// Parses TOML 1.0.
///
/// Refused: dates and times (nothing here has one), nesting beyond 32 brackets or 32 dots in a key,
/// texts over 16 MiB.
///
/// @throws DataError with file and line.
[[nodiscard]] TomlDocument parse_toml(std::string_view text, std::string_view name);

/// Writes an object as TOML: at each level the plain values first, then one [table] per object,
/// both in the order of the keys. Doubles keep a point or exponent, so that types survive;
/// parse_toml(write_toml(x)) == x up to that order. Objects inside arrays become inline tables.
/// Invalid UTF-8 is replaced by U+FFFD.
/// @throws InvalidArgument if `root` is no object or a null lies in it: TOML has none.
[[nodiscard]] std::string write_toml(const Json& root);

}  // namespace isthmus::formats
