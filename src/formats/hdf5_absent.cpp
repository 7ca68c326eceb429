// In place of the other hdf5_*.cpp where the build option `hdf5` is off.
#include <filesystem>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/hdf5_reader.hpp"
#include "isthmus/formats/hdf5_writer.hpp"

namespace isthmus::formats {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_absent() {
  throw RunFailed("this build of isthmus does not read or write HDF5",
                  "install libhdf5-dev and build with -Dhdf5=enabled");
}

}  // namespace

bool has_hdf5() noexcept { return false; }

struct Hdf5Reader::File {};

Hdf5Reader::Hdf5Reader(const fs::path&, const Hdf5Limits&) { fail_absent(); }
std::vector<std::string> Hdf5Reader::names(const std::string&) const { fail_absent(); }
bool Hdf5Reader::contains(const std::string&) const { fail_absent(); }
std::optional<std::int64_t> Hdf5Reader::integer_attribute(const std::string&,
                                                          const std::string&) const {
  fail_absent();
}
Hdf5Array<std::int64_t> Hdf5Reader::integers(const std::string&) const { fail_absent(); }
Hdf5Array<float> Hdf5Reader::reals(const std::string&) const { fail_absent(); }
std::string Hdf5Reader::name_of(const std::string&) const { fail_absent(); }

void Hdf5Writer::group(const std::string&) { fail_absent(); }
void Hdf5Writer::attribute(const std::string&, const std::string&, std::int64_t) { fail_absent(); }
void Hdf5Writer::attribute(const std::string&, const std::string&, double) { fail_absent(); }
void Hdf5Writer::array(const std::string&, std::span<const std::int64_t>,
                       std::span<const std::int64_t>) {
  fail_absent();
}
void Hdf5Writer::array(const std::string&, std::span<const std::int64_t>,
                       std::span<const std::uint8_t>) {
  fail_absent();
}
void Hdf5Writer::array(const std::string&, std::span<const std::int64_t>, std::span<const float>) {
  fail_absent();
}

void write_hdf5(const fs::path&, const std::function<void(Hdf5Writer&)>&, Overwrite) {
  fail_absent();
}

Hdf5Reader::~Hdf5Reader() = default;
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;

}  // namespace isthmus::formats
