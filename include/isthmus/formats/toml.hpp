#pragma once

#include <map>
#include <string>
#include <string_view>

#include "isthmus/formats/json.hpp"

namespace isthmus::formats {

/// A parsed TOML file: its tree, and the line of every key by dotted path ("gnn.dim_inner").
struct TomlDocument {
  Json root;
  std::map<std::string, int, std::less<>> line;
};

/// Parses TOML 1.0 (dates are refused: nothing here has one). @throws DataError with file and line.
[[nodiscard]] TomlDocument parse_toml(std::string_view text, std::string_view name);

/// Writes an object as TOML: scalars first, then one [table] per object, in the order of the keys.
/// Doubles keep a decimal point or exponent, so that types survive. parse_toml(write_toml(x)) == x.
[[nodiscard]] std::string write_toml(const Json& root);

}  // namespace isthmus::formats
