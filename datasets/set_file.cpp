#include "isthmus/datasets/set_file.hpp"

#include <fstream>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/attributed_npz.hpp"
#include "isthmus/datasets/botnet_hdf5.hpp"
#include "isthmus/datasets/gin_text.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/datasets/graph6_table.hpp"
#include "isthmus/datasets/heterophilous_npz.hpp"
#include "isthmus/datasets/tu_text.hpp"
#include "isthmus/formats/npz.hpp"

namespace isthmus::datasets {
namespace {

namespace fs = std::filesystem;

/// The first bytes, up to the first end of a line.
std::string first_line(const fs::path& path) {
  std::string bytes(256, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw DataError({.file = path.string()}, "cannot be opened");
  }
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes.substr(0, bytes.find('\n'));
}

Dataset read_npz(const fs::path& path, const LoadOptions& options) {
  const formats::Npz file(path);
  if (file.contains("adj_indptr")) {
    return read_attributed_npz(path, options);
  }
  if (!file.contains("edges")) {
    throw DataError({.file = path.string()},
                    "is of no known layout (expected an array adj_indptr or edges)");
  }
  const bool directed = path.stem().string().ends_with("_directed");
  return read_heterophilous_npz(
      path, directed ? EdgeDirection::kDirected : EdgeDirection::kUndirected, options);
}

bool is_one_number(const std::string& line) {
  const std::size_t start = line.find_first_not_of(" \t");
  const std::size_t end = line.find_last_not_of(" \t\r");
  return start != std::string::npos &&
         line.substr(start, end - start + 1).find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::optional<Dataset> read_set_file(const fs::path& path, const LoadOptions& options) {
  if (fs::is_directory(path)) {
    return read_tu_text(path, options);
  }
  const std::string line = first_line(path);
  if (line.starts_with("PK")) {
    return path.extension() == ".npz" ? read_npz(path, options) : read_tu_text(path, options);
  }
  if (line.starts_with("\x89HDF")) {
    return collect(open_botnet_hdf5({path}));
  }
  if (path.extension() == ".g6" || path.extension() == ".s6" || line.starts_with(">>graph6<<") ||
      line.starts_with(">>sparse6<<")) {
    return read_graph6(path, options);
  }
  if (names_graph6_column(line)) {
    return read_graph6_table(path, options);
  }
  if (is_one_number(line)) {
    return read_gin_text(path, {}, options);
  }
  return std::nullopt;
}

}  // namespace isthmus::datasets
