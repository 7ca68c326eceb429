#include "isthmus/formats/npz.hpp"

#include "isthmus/core/error.hpp"

#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::string_view kSuffix = ".npy";

std::string member_of(std::string_view array) { return std::string(array) + std::string(kSuffix); }

}  // namespace

Npz::Npz(const std::filesystem::path& path, const ZipOptions& options) : archive_(path, options) {}

Npz::Npz(ZipReader archive) : archive_(std::move(archive)) {}

std::vector<std::string> Npz::names() const {
  std::vector<std::string> names;
  for (const std::string& member : archive_.names()) {
    if (member.ends_with(kSuffix)) {
      names.push_back(member.substr(0, member.size() - kSuffix.size()));
    }
  }
  return names;
}

bool Npz::contains(std::string_view array) const { return archive_.contains(member_of(array)); }

NpyArray Npz::read(std::string_view array) const {
  const std::string member = member_of(array);
  if (!archive_.contains(member)) {
    std::string there;
    for (const std::string& name : names()) {
      there += (there.empty() ? "" : ", ") + name;
    }
    throw DataError({.file = archive_.path()},
                    "has no array " + in_quotes(array) + " (it has " + shortened(there, 200) + ")");
  }
  return parse_npy(archive_.read_bytes(member), archive_.name_of(member));
}

std::string write_npz(std::span<const std::pair<std::string, NpyArray>> arrays, ZipMethod method) {
  std::vector<std::string> contents;
  for (const auto& [name, array] : arrays) {
    contents.push_back(write_npy(array));
  }
  std::vector<ZipEntry> entries;
  for (std::size_t k = 0; k < arrays.size(); ++k) {
    entries.push_back({member_of(arrays[k].first), contents[k], method});
  }
  return write_zip(entries);
}

}  // namespace isthmus::formats
