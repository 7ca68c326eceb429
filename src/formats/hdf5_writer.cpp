#include "isthmus/formats/hdf5_writer.hpp"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"

#include "hdf5_library.hpp"

namespace isthmus::formats {

namespace fs = std::filesystem;

namespace {

/// Reports a failed call; a full disk and the file size limit as what they are.
[[noreturn]] void fail_write(const std::string& name) {
  std::string all;
  const auto add = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
    if (error->desc != nullptr) {
      static_cast<std::string*>(out)->append(error->desc).append("\n");
    }
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, add, &all);
  const std::string message = "cannot write " + name + library_text();
  for (const int code : {ENOSPC, EDQUOT, EFBIG}) {
    if (all.find("errno = " + std::to_string(code) + ",") != std::string::npos) {
      throw ResourceLimit("cannot write " + name + ": " + errno_text(code),
                          "free some space or write elsewhere");
    }
  }
  throw RunFailed(message);
}

void check(bool done, const std::string& name) {
  if (!done) {
    fail_write(name);
  }
}

/// Closes a file that nobody will read. One that cannot be flushed could not be closed either, and
/// the library would complain about it when the process ends: what is left goes to /dev/null.
void discard(hid_t file) {
  void* descriptor = nullptr;
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) >= 0) {
    ::dup2(nowhere, *static_cast<int*>(descriptor));
  }
  if (nowhere >= 0) {
    ::close(nowhere);
  }
  H5Fclose(file);
}

enum StoredType : int { kInt64, kUint8, kFloat };

/// A plan without times, so that equal content gives equal bytes.
Hdf5Handle plan_without_times(hid_t kind) {
  Hdf5Handle plan(H5Pcreate(kind));
  H5Pset_obj_track_times(plan.get(), 0);
  return plan;
}

void write_attribute(hid_t file, const std::string& file_name, const std::string& object,
                     const std::string& name, hid_t type, const void* value) {
  const Hdf5Library inside;
  const Hdf5Handle owner(H5Oopen(file, object.c_str(), H5P_DEFAULT));
  const Hdf5Handle space(H5Screate(H5S_SCALAR));
  const Hdf5Handle attribute(owner.ok() ? H5Acreate2(owner.get(), name.c_str(), type, space.get(),
                                                     H5P_DEFAULT, H5P_DEFAULT)
                                        : H5I_INVALID_HID);
  check(attribute.ok() && H5Awrite(attribute.get(), type, value) >= 0, file_name);
}

}  // namespace

void Hdf5Writer::group(const std::string& path) {
  const Hdf5Library inside;
  const Hdf5Handle plan = plan_without_times(H5P_GROUP_CREATE);
  const Hdf5Handle group(H5Gcreate2(file_, path.c_str(), H5P_DEFAULT, plan.get(), H5P_DEFAULT));
  check(group.ok(), name_);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, std::int64_t value) {
  write_attribute(file_, name_, object, name, H5T_NATIVE_INT64, &value);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, double value) {
  write_attribute(file_, name_, object, name, H5T_NATIVE_DOUBLE, &value);
}

void Hdf5Writer::write(const std::string& path, std::span<const std::int64_t> shape,
                       const void* values, std::size_t count, int type) {
  std::vector<hsize_t> extent;
  std::int64_t product = 1;
  for (const std::int64_t size : shape) {
    extent.push_back(static_cast<hsize_t>(size));
    product *= size;
  }
  if (product != static_cast<std::int64_t>(count)) {
    throw InvalidArgument("Hdf5Writer::array: " + path + " must have " + std::to_string(product) +
                          " values as its shape says, got " + std::to_string(count));
  }
  const Hdf5Library inside;
  const hid_t native = type == kInt64   ? H5T_NATIVE_INT64
                       : type == kUint8 ? H5T_NATIVE_UINT8
                                        : H5T_NATIVE_FLOAT;
  const Hdf5Handle plan = plan_without_times(H5P_DATASET_CREATE);
  const Hdf5Handle space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
  const Hdf5Handle array(
      H5Dcreate2(file_, path.c_str(), native, space.get(), H5P_DEFAULT, plan.get(), H5P_DEFAULT));
  check(array.ok() && (count == 0 ||
                       H5Dwrite(array.get(), native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0),
        name_);
}

void Hdf5Writer::array(const std::string& path, std::span<const std::int64_t> shape,
                       std::span<const std::int64_t> values) {
  write(path, shape, values.data(), values.size(), kInt64);
}

void Hdf5Writer::array(const std::string& path, std::span<const std::int64_t> shape,
                       std::span<const std::uint8_t> values) {
  write(path, shape, values.data(), values.size(), kUint8);
}

void Hdf5Writer::array(const std::string& path, std::span<const std::int64_t> shape,
                       std::span<const float> values) {
  write(path, shape, values.data(), values.size(), kFloat);
}

void write_hdf5(const fs::path& path, const std::function<void(Hdf5Writer&)>& fill,
                Overwrite overwrite) {
  write_file_atomically(
      path,
      [&](const fs::path& temporary) {
        hid_t id = H5I_INVALID_HID;
        {
          const Hdf5Library inside;
          const Hdf5Handle plan = plan_without_times(H5P_FILE_CREATE);
          const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
          H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
          id = H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, plan.get(), access.get());
          check(id >= 0, path.string());
        }
        Hdf5Writer writer(id, path.string());
        try {
          fill(writer);
          const Hdf5Library inside;
          check(H5Fflush(id, H5F_SCOPE_LOCAL) >= 0, path.string());
        } catch (...) {
          const Hdf5Library inside;
          discard(id);
          throw;
        }
        const Hdf5Library inside;
        check(H5Fclose(id) >= 0, path.string());
      },
      overwrite);
}

}  // namespace isthmus::formats
