#include "isthmus/formats/hdf5_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <type_traits>

#include "isthmus/core/error.hpp"

#include "hdf5_library.hpp"

namespace isthmus::formats {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
/// Deflate turns at most this many bytes into one.
constexpr std::int64_t kMostInflation = 1032;
constexpr std::int64_t kMostChunkBytes = std::int64_t{1} << 30;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
  }
  return "(" + text + ")";
}

}  // namespace

bool has_hdf5() noexcept { return true; }

struct Hdf5Reader::File {
  std::string name;
  std::int64_t bytes = 0;
  Hdf5Limits limits;
  hid_t id = H5I_INVALID_HID;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (id >= 0) {
      const Hdf5Library inside;
      H5Fclose(id);
    }
  }

  [[noreturn]] void fail(const std::string& object, const std::string& text) const {
    throw DataError({.file = object.empty() ? name : name + "!" + object}, text);
  }

  /// Whether every part of the path is there, by hard links only.
  [[nodiscard]] bool has(const std::string& object) const {
    for (std::size_t end = 1; end < object.size();) {
      end = std::min(object.find('/', end), object.size());
      const std::string part = object.substr(0, end++);
      H5L_info_t link;
      if (H5Lexists(id, part.c_str(), H5P_DEFAULT) <= 0) {
        return false;
      }
      if (H5Lget_info(id, part.c_str(), &link, H5P_DEFAULT) < 0) {
        fail(part, "cannot be looked up" + library_text());
      }
      if (link.type != H5L_TYPE_HARD) {
        fail(part, "is a soft or external link, and no link is followed");
      }
    }
    return true;
  }

  [[nodiscard]] Hdf5Handle open(const std::string& object, H5I_type_t wanted,
                                const char* kind) const {
    if (!has(object)) {
      fail(object, std::string("is missing (expected ") + kind + ")");
    }
    Hdf5Handle handle(H5Oopen(id, object.c_str(), H5P_DEFAULT));
    if (!handle.ok()) {
      fail(object, "cannot be opened" + library_text());
    }
    if (H5Iget_type(handle.get()) != wanted) {
      fail(object, std::string("must be ") + kind);
    }
    return handle;
  }

  void check_type(const std::string& object, hid_t type, bool integers) const {
    const H5T_class_t kind = H5Tget_class(type);
    const bool fits = kind == H5T_INTEGER || (!integers && kind == H5T_FLOAT);
    if (!fits || H5Tget_size(type) > sizeof(std::int64_t)) {
      fail(object,
           std::string("must hold ") + (integers ? "integers" : "numbers") + " of at most 8 bytes");
    }
  }

  /// Where and how the values lie; `bytes_wanted` is what they take in memory of the file's type.
  void check_storage(const std::string& object, hid_t array, std::int64_t bytes_wanted) const {
    const Hdf5Handle plan(H5Dget_create_plist(array));
    const H5D_layout_t layout = plan.ok() ? H5Pget_layout(plan.get()) : H5D_LAYOUT_ERROR;
    const int filters = plan.ok() ? H5Pget_nfilters(plan.get()) : -1;
    if (filters < 0 || layout == H5D_LAYOUT_ERROR) {
      fail(object, "has a layout that cannot be read" + library_text());
    }
    if (H5Pget_external_count(plan.get()) != 0 || layout == H5D_VIRTUAL) {
      fail(object, "has its values in other files, which are never opened");
    }
    for (int i = 0; i < filters; ++i) {
      unsigned flags = 0;
      std::size_t no_values = 0;
      const H5Z_filter_t filter = H5Pget_filter2(plan.get(), static_cast<unsigned>(i), &flags,
                                                 &no_values, nullptr, 0, nullptr, nullptr);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
          filter != H5Z_FILTER_FLETCHER32) {
        fail(object, "is stored by filter " + std::to_string(filter) +
                         " (expected none, deflate, shuffle or fletcher32)");
      }
    }
    if (layout == H5D_CHUNKED) {
      std::array<hsize_t, 2> chunk{1, 1};
      H5Pget_chunk(plan.get(), 2, chunk.data());
      const Hdf5Handle type(H5Dget_type(array));
      if (chunk[0] > static_cast<hsize_t>(kMostChunkBytes) ||
          chunk[0] * chunk[1] > static_cast<hsize_t>(kMostChunkBytes) / H5Tget_size(type.get())) {
        fail(object, "has chunks of more than 2^30 bytes");
      }
    }
    const auto stored = static_cast<std::int64_t>(H5Dget_storage_size(array));
    const std::int64_t most = layout == H5D_CHUNKED ? kMostInflation * bytes : stored;
    if (bytes_wanted > most || stored < 0 || (bytes_wanted > 0 && stored == 0)) {
      fail(object, "states more values than the file holds (expected at most " +
                       std::to_string(stored == 0 ? 0 : most) + " bytes, got " +
                       std::to_string(bytes_wanted) + ")");
    }
  }

  template <typename T>
  [[nodiscard]] Hdf5Array<T> read(const std::string& object, hid_t memory_type) const {
    const Hdf5Library inside;
    const Hdf5Handle array = open(object, H5I_DATASET, "an array");
    const Hdf5Handle type(H5Dget_type(array.get()));
    check_type(object, type.get(), std::is_same_v<T, std::int64_t>);
    // The plan first: asking a virtual array for its shape would look into other files.
    check_storage(object, array.get(), 0);
    const Hdf5Handle space(H5Dget_space(array.get()));
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank != 1 && rank != 2) {
      fail(object, "must have one or two dimensions, got " + std::to_string(rank));
    }
    std::array<hsize_t, 2> extent{};
    H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
    Hdf5Array<T> result;
    std::int64_t count = 1;
    for (int i = 0; i < rank; ++i) {
      const hsize_t size = extent[static_cast<std::size_t>(i)];
      const auto most = static_cast<hsize_t>(limits.max_elements);
      result.shape.push_back(static_cast<std::int64_t>(std::min(size, most + 1)));
      if (size > most || (size != 0 && count > limits.max_elements / result.shape.back())) {
        fail(object, "has too many values (expected at most " +
                         std::to_string(limits.max_elements) + ", got shape " +
                         shape_text({static_cast<std::int64_t>(extent[0]),
                                     static_cast<std::int64_t>(extent[1])}) +
                         ")");
      }
      count *= result.shape.back();
    }
    check_storage(object, array.get(), count * static_cast<std::int64_t>(H5Tget_size(type.get())));
    result.values.resize(static_cast<std::size_t>(count));
    if (H5Dread(array.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.values.data()) <
        0) {
      fail(object, "cannot be read" + library_text());
    }
    return result;
  }
};

Hdf5Reader::Hdf5Reader(const fs::path& path, const Hdf5Limits& limits)
    : file_(std::make_unique<File>()) {
  file_->name = path.string();
  file_->limits = limits;
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(path, error);
  std::array<char, kSignature.size()> head{};
  std::FILE* const stream = error ? nullptr : std::fopen(path.c_str(), "rbe");
  if (stream == nullptr) {
    file_->fail({}, "cannot be opened: " + (error ? error.message() : errno_text(errno)));
  }
  const std::size_t got = std::fread(head.data(), 1, head.size(), stream);
  std::fclose(stream);
  if (bytes > limits.max_file_bytes) {
    file_->fail({}, "is too large (expected at most " + std::to_string(limits.max_file_bytes) +
                        " bytes, got " + std::to_string(bytes) + ")");
  }
  if (std::string_view(head.data(), got) != kSignature) {
    file_->fail({}, "is not an HDF5 file");
  }
  file_->bytes = static_cast<std::int64_t>(bytes);
  const Hdf5Library inside;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access.get(), 0, 1);  // a read-only file system may refuse locks
#endif
  file_->id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
  if (file_->id < 0) {
    file_->fail({}, "cannot be opened as HDF5" + library_text());
  }
}

std::vector<std::string> Hdf5Reader::names(const std::string& group) const {
  const Hdf5Library inside;
  const Hdf5Handle handle = file_->open(group, H5I_GROUP, "a group");
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    try {
      static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    } catch (...) {  // not through C
      return -1;
    }
    return 0;
  };
  if (H5Literate(handle.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add, &names) < 0) {
    file_->fail(group, "has members that cannot be listed" + library_text());
  }
  return names;
}

bool Hdf5Reader::contains(const std::string& object) const {
  const Hdf5Library inside;
  return file_->has(object);
}

std::optional<std::int64_t> Hdf5Reader::integer_attribute(const std::string& object,
                                                          const std::string& name) const {
  const Hdf5Library inside;
  if (!file_->has(object)) {
    file_->fail(object, "is missing");
  }
  const Hdf5Handle owner(H5Oopen(file_->id, object.c_str(), H5P_DEFAULT));
  if (!owner.ok()) {
    file_->fail(object, "cannot be opened" + library_text());
  }
  if (H5Aexists(owner.get(), name.c_str()) <= 0) {
    return std::nullopt;
  }
  const Hdf5Handle attribute(H5Aopen(owner.get(), name.c_str(), H5P_DEFAULT));
  const Hdf5Handle type(attribute.ok() ? H5Aget_type(attribute.get()) : H5I_INVALID_HID);
  const Hdf5Handle space(attribute.ok() ? H5Aget_space(attribute.get()) : H5I_INVALID_HID);
  if (!type.ok() || !space.ok() || H5Tget_class(type.get()) != H5T_INTEGER ||
      H5Tget_size(type.get()) > sizeof(std::int64_t) ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    file_->fail(object, "attribute '" + name + "' must be one integer of at most 8 bytes");
  }
  std::int64_t value = 0;
  if (H5Aread(attribute.get(), H5T_NATIVE_INT64, &value) < 0) {
    file_->fail(object, "attribute '" + name + "' cannot be read" + library_text());
  }
  return value;
}

Hdf5Array<std::int64_t> Hdf5Reader::integers(const std::string& array) const {
  return file_->read<std::int64_t>(array, H5T_NATIVE_INT64);
}

Hdf5Array<float> Hdf5Reader::reals(const std::string& array) const {
  return file_->read<float>(array, H5T_NATIVE_FLOAT);
}

std::string Hdf5Reader::name_of(const std::string& object) const {
  return file_->name + "!" + object;
}

Hdf5Reader::~Hdf5Reader() = default;
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;

}  // namespace isthmus::formats
