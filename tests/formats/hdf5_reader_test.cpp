#include "isthmus/formats/hdf5_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/formats/hdf5_writer.hpp"

#include "support/python_oracle.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::formats::hdf5_reader_test {
namespace {

using isthmus::test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// What an action throws, with the folder written as DIR; empty if nothing.
std::string message_of(const TemporaryFolder& folder, const std::function<void()>& action) {
  try {
    action();
  } catch (const DataError& error) {
    std::string text = error.what();
    const std::string name = folder.path().string();
    if (const std::size_t at = text.find(name); at != std::string::npos) {
      text.replace(at, name.size(), "DIR");
    }
    return text;
  }
  return {};
}

/// A file made by the library itself, for what our writer does not write.
std::string make(const TemporaryFolder& folder, const std::function<void(hid_t)>& fill) {
  std::string path = folder / "a.hdf5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  fill(file);
  H5Fclose(file);
  return path;
}

/// An array of a type and plan without values, or with these.
void make_array(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& shape,
                hid_t plan = H5P_DEFAULT, const void* values = nullptr) {
  const hid_t space = shape.empty()
                          ? H5Screate(H5S_SCALAR)
                          : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t array = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  ASSERT_GE(array, 0);
  if (values != nullptr) {
    H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  }
  H5Dclose(array);
  H5Sclose(space);
}

TEST(Hdf5Reader, ListsMembersAndTellsWhatIsThere) {
  const TemporaryFolder folder;
  write_hdf5(
      folder / "a.hdf5",
      [](Hdf5Writer& out) {
        out.group("/0");
        out.group("/1");
        out.group("/1/inner");
        out.attribute("/1", "n", 2.0);
      },
      Overwrite::kRefuse);
  Hdf5Reader moved(folder / "a.hdf5");
  const Hdf5Reader in = std::move(moved);
  EXPECT_THAT(in.names("/"), UnorderedElementsAre("0", "1"));
  EXPECT_THAT(in.names("/0"), ElementsAre());
  EXPECT_TRUE(in.contains("/1/inner"));
  EXPECT_FALSE(in.contains("/2/inner"));
  EXPECT_EQ(in.integer_attribute("/0", "n"), std::nullopt);
  EXPECT_EQ(in.name_of("/0"), folder / "a.hdf5!/0");
  EXPECT_EQ(message_of(folder, [&] { (void)in.integer_attribute("/1", "n"); }),
            "DIR/a.hdf5!/1: attribute 'n' must be one integer of at most 8 bytes");
  EXPECT_EQ(message_of(folder, [&] { (void)in.integer_attribute("/2", "n"); }),
            "DIR/a.hdf5!/2: is missing");
  EXPECT_EQ(message_of(folder, [&] { (void)in.names("/2"); }),
            "DIR/a.hdf5!/2: is missing (expected a group)");
  EXPECT_EQ(message_of(folder, [&] { (void)in.integers("/0"); }),
            "DIR/a.hdf5!/0: must be an array");
}

// Types, byte orders, chunks and the three filters, written by h5py.
TEST(Hdf5Reader, ReadsWhatAnotherProgramWrote) {
  const TemporaryFolder folder;
  const auto out = isthmus::test::run_python("h5py", R"(
import sys, h5py, numpy as np
with h5py.File(sys.stdin.read(), 'w') as f:
    f['i2'] = np.array([[1, -2], [3, 4]], dtype='>i2')
    f['u8'] = np.array([5, 2**64 - 1], dtype='<u8')
    f['f8'] = np.array([0.25, 1e300], dtype='>f8')
    f['f2'] = np.array([0.5], dtype='f2')
    f.create_dataset('packed', data=np.arange(1000, dtype='i4'), chunks=(64,), shuffle=True,
                     compression='gzip', fletcher32=True)
    f.create_dataset('late', shape=(3,), dtype='i4', chunks=(2,))
    f.attrs['u1'] = np.uint8(200)
    f.attrs['one'] = np.array([7])
    f.attrs['two'] = np.array([7, 8])
    f.attrs['text'] = 'seven'
)",
                                             folder / "a.hdf5");
  if (!out) {
    GTEST_SKIP() << "no python3 with h5py";
  }
  const Hdf5Reader in(folder / "a.hdf5");
  EXPECT_THAT(in.integers("/i2").values, ElementsAre(1, -2, 3, 4));
  EXPECT_THAT(in.integers("/u8").values, ElementsAre(5, INT64_MAX));
  EXPECT_EQ(in.reals("/f8").values[0], 0.25F);
  EXPECT_THAT(in.reals("/f2").values, ElementsAre(0.5F));
  const auto packed = in.integers("/packed").values;
  ASSERT_EQ(packed.size(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(packed[i], static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(in.integer_attribute("/", "u1"), 200);
  EXPECT_EQ(in.integer_attribute("/", "one"), 7);
  for (const char* name : {"two", "text"}) {
    EXPECT_THAT(message_of(folder, [&] { (void)in.integer_attribute("/", name); }),
                HasSubstr("must be one integer"));
  }
  EXPECT_EQ(message_of(folder, [&] { (void)in.integers("/f8"); }),
            "DIR/a.hdf5!/f8: must hold integers of at most 8 bytes");
  EXPECT_THAT(message_of(folder, [&] { (void)in.integers("/late"); }),
              HasSubstr("states more values than the file holds (expected at most 0 bytes"));
}

TEST(Hdf5Reader, FollowsNoSoftOrExternalLink) {
  const TemporaryFolder folder;
  (void)folder.write("b.hdf5", "");
  const Hdf5Reader in(make(folder, [](hid_t file) {
    const std::int64_t one = 1;
    make_array(file, "hard", H5T_NATIVE_INT64, {1}, H5P_DEFAULT, &one);
    H5Lcreate_hard(file, "hard", file, "twin", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/hard", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/", file, "up", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/", file, "out", H5P_DEFAULT, H5P_DEFAULT);
  }));
  EXPECT_THAT(in.integers("/twin").values, ElementsAre(1));
  for (const char* name : {"soft", "out"}) {
    const std::string rule = "DIR/a.hdf5!/" + std::string(name) +
                             ": is a soft or external link, and no link is followed";
    const std::string path = "/" + std::string(name);
    EXPECT_EQ(message_of(folder, [&] { (void)in.integers(path); }), rule);
    EXPECT_EQ(message_of(folder, [&] { (void)in.contains(path); }), rule);
    EXPECT_EQ(message_of(folder, [&] { (void)in.names(path); }), rule);
    EXPECT_EQ(message_of(folder, [&] { (void)in.integer_attribute(path, "n"); }), rule);
  }
  EXPECT_EQ(message_of(folder, [&] { (void)in.integers("/up/hard"); }),
            "DIR/a.hdf5!/up: is a soft or external link, and no link is followed");
}

TEST(Hdf5Reader, OpensNoOtherFileForItsValues) {
  const TemporaryFolder folder;
  (void)folder.write("secret", "12345678");
  const std::string secret = folder / "secret";
  const Hdf5Reader in(make(folder, [&](hid_t file) {
    const hid_t external = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(external, secret.c_str(), 0, 8);
    make_array(file, "external", H5T_NATIVE_INT64, {1}, external);
    const hid_t view = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t one = 1;
    const hid_t space = H5Screate_simple(1, &one, nullptr);
    H5Pset_virtual(view, space, secret.c_str(), "/x", space);
    make_array(file, "virtual", H5T_NATIVE_INT64, {1}, view);
    H5Sclose(space);
    H5Pclose(view);
    H5Pclose(external);
  }));
  for (const char* name : {"/external", "/virtual"}) {
    EXPECT_EQ(message_of(folder, [&] { (void)in.integers(name); }),
              "DIR/a.hdf5!" + std::string(name) +
                  ": has its values in other files, which are never opened");
  }
}

TEST(Hdf5Reader, RefusesOtherTypesShapesAndFilters) {
  const TemporaryFolder folder;
  const Hdf5Reader in(make(folder, [](hid_t file) {
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    make_array(file, "text", text, {2});
    H5Tclose(text);
    const hid_t pair = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(pair, "a", 0, H5T_NATIVE_INT32);
    make_array(file, "pair", pair, {2});
    H5Tclose(pair);
    make_array(file, "wide", H5T_NATIVE_LDOUBLE, {2});
    const std::vector<std::int64_t> zeros(27, 0);
    make_array(file, "cube", H5T_NATIVE_INT64, {3, 3, 3}, H5P_DEFAULT, zeros.data());
    make_array(file, "scalar", H5T_NATIVE_INT64, {}, H5P_DEFAULT, zeros.data());
    const hid_t nbit = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = 2;
    H5Pset_chunk(nbit, 1, &chunk);
    H5Pset_nbit(nbit);
    make_array(file, "nbit", H5T_NATIVE_INT64, {2}, nbit, zeros.data());
    H5Pclose(nbit);
  }));
  const auto message = [&](const char* name) {
    return message_of(folder, [&] { (void)in.reals(name); });
  };
  EXPECT_EQ(message("/text"), "DIR/a.hdf5!/text: must hold numbers of at most 8 bytes");
  EXPECT_EQ(message("/pair"), "DIR/a.hdf5!/pair: must hold numbers of at most 8 bytes");
  EXPECT_EQ(message("/wide"), "DIR/a.hdf5!/wide: must hold numbers of at most 8 bytes");
  EXPECT_EQ(message("/cube"), "DIR/a.hdf5!/cube: must have one or two dimensions, got 3");
  EXPECT_EQ(message("/scalar"), "DIR/a.hdf5!/scalar: must have one or two dimensions, got 0");
  EXPECT_EQ(message("/nbit"),
            "DIR/a.hdf5!/nbit: is stored by filter 5 (expected none, deflate, shuffle or "
            "fletcher32)");
}

TEST(Hdf5Reader, BelievesClaimsOnlyAsFarAsTheFileHasBytes) {
  const TemporaryFolder folder;
  const std::string path = make(folder, [](hid_t file) {
    const hid_t chunked = H5Pcreate(H5P_DATASET_CREATE);
    const std::vector<hsize_t> chunk{1, 8};
    H5Pset_chunk(chunked, 2, chunk.data());
    const hsize_t one[] = {1, 1};
    const hsize_t huge[] = {1U << 20U, 1U << 10U};
    const hid_t space = H5Screate_simple(2, huge, nullptr);
    const hid_t array =
        H5Dcreate2(file, "sparse", H5T_NATIVE_INT64, space, H5P_DEFAULT, chunked, H5P_DEFAULT);
    const hid_t part = H5Screate_simple(2, one, nullptr);
    const hsize_t start[] = {0, 0};
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, one, nullptr);
    const std::int64_t value = 3;
    H5Dwrite(array, H5T_NATIVE_INT64, part, space, H5P_DEFAULT, &value);  // one chunk of 2^27
    H5Sclose(part);
    H5Dclose(array);
    H5Sclose(space);
    H5Pclose(chunked);
    make_array(file, "vast", H5T_NATIVE_INT64, {1ULL << 40U, 1ULL << 20U}, H5P_DEFAULT);
    make_array(file, "empty", H5T_NATIVE_INT64, {1000});
  });
  const Hdf5Reader in(path);
  EXPECT_THAT(message_of(folder, [&] { (void)in.integers("/sparse"); }),
              HasSubstr("states more values than the file holds"));
  EXPECT_THAT(message_of(folder, [&] { (void)in.integers("/vast"); }),
              HasSubstr("has too many values (expected at most 4294967296, got shape "
                        "(1099511627776, 1048576))"));
  EXPECT_EQ(message_of(folder, [&] { (void)in.integers("/empty"); }),
            "DIR/a.hdf5!/empty: states more values than the file holds (expected at most 0 bytes, "
            "got 8000)");
  const Hdf5Reader strict(path, {.max_elements = 999});
  EXPECT_EQ(message_of(folder, [&] { (void)strict.integers("/empty"); }),
            "DIR/a.hdf5!/empty: has too many values (expected at most 999, got shape (1000, 0))");
}

TEST(Hdf5Reader, RefusesFilesThatAreNoneOrCutOrTooLarge) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& path, const Hdf5Limits& limits = {}) {
    return message_of(folder, [&] { (void)Hdf5Reader(path, limits); });
  };
  EXPECT_EQ(message(folder / "none"), "DIR/none: cannot be opened: No such file or directory");
  EXPECT_THAT(message(folder.path().string()), HasSubstr("cannot be opened: Is a directory"));
  EXPECT_EQ(message(folder.write("text", "hello")), "DIR/text: is not an HDF5 file");
  EXPECT_EQ(message(folder.write("nil", "")), "DIR/nil: is not an HDF5 file");
  EXPECT_THAT(message(folder.write("head", "\x89HDF\r\n\x1a\n")),
              HasSubstr("DIR/head: cannot be opened as HDF5"));
  write_hdf5(
      folder / "a.hdf5",
      [](Hdf5Writer& out) {
        out.array("/x", std::vector<std::int64_t>{100}, std::vector<float>(100, 1.0F));
      },
      Overwrite::kRefuse);
  const std::string whole = folder.read("a.hdf5");
  for (const std::size_t size : {whole.size() - 1, whole.size() / 2, std::size_t{60}}) {
    EXPECT_THAT(message(folder.write("cut", whole.substr(0, size))),
                HasSubstr("DIR/cut: cannot be opened as HDF5 ("));
  }
  EXPECT_EQ(message(folder / "a.hdf5", {.max_file_bytes = 100}),
            "DIR/a.hdf5: is too large (expected at most 100 bytes, got " +
                std::to_string(whole.size()) + ")");
}

/// Whether the library prints its errors and loads plugins, as a host program had set it.
TEST(Hdf5Reader, LeavesTheLibrarysSettingsAsTheyWere) {
  const TemporaryFolder folder;
  write_hdf5(
      folder / "a.hdf5", [](Hdf5Writer& out) { out.group("/0"); }, Overwrite::kRefuse);
  const auto quiet = [](hid_t, void*) -> herr_t { return 0; };
  H5Eset_auto2(H5E_DEFAULT, quiet, nullptr);
  H5PLset_loading_state(3);
  {
    const Hdf5Reader in(folder / "a.hdf5");
    EXPECT_NE(message_of(folder, [&] { (void)in.integers("/1"); }), "");
  }
  H5E_auto2_t print = nullptr;
  void* data = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &print, &data);
  EXPECT_EQ(print, static_cast<H5E_auto2_t>(quiet));
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  unsigned state = 0;
  H5PLget_loading_state(&state);
  EXPECT_EQ(state, 3U);
}

TEST(Hdf5Reader, PrintsNothingOfTheLibrarysOwn) {
  const TemporaryFolder folder;
  testing::internal::CaptureStderr();
  (void)message_of(folder, [&] {
    (void)Hdf5Reader(folder.write("head", "\x89HDF\r\n\x1a\n and more than that"));
  });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Hdf5Reader, MayBeUsedOnSeveralThreads) {
  const TemporaryFolder folder;
  write_hdf5(
      folder / "a.hdf5",
      [](Hdf5Writer& out) {
        for (std::int64_t k = 0; k < 8; ++k) {
          out.array("/" + std::to_string(k), std::vector<std::int64_t>{1000},
                    std::vector<std::int64_t>(1000, k));
        }
      },
      Overwrite::kRefuse);
  const Hdf5Reader in(folder / "a.hdf5");
  std::vector<std::thread> threads;
  std::vector<std::vector<std::int64_t>> got(8);
  for (std::size_t k = 0; k < 8; ++k) {
    threads.emplace_back([&, k] {
      for (int round = 0; round < 20; ++round) {
        got[k] = in.integers("/" + std::to_string(k)).values;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t k = 0; k < 8; ++k) {
    EXPECT_EQ(got[k], std::vector<std::int64_t>(1000, static_cast<std::int64_t>(k)));
  }
}

/// Changed bytes end in a DataError or in values; never in a crash or much memory.
class Hdf5ReaderOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Hdf5ReaderOfSeed, SurvivesChangedBytes) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "libhdf5 1.10 looks up to 64 KiB past a damaged attribute, which ends in one of "
                  "the holes of AddressSanitizer's heap";
#endif
  const TemporaryFolder folder;
  write_hdf5(
      folder / "a.hdf5",
      [](Hdf5Writer& out) {
        out.group("/0");
        out.attribute("/0", "num_nodes", std::int64_t{3});
        out.array("/0/edge_index", std::vector<std::int64_t>{2, 4},
                  std::vector<std::int64_t>{0, 1, 2, 0, 1, 2, 0, 2});
        out.array("/0/y", std::vector<std::int64_t>{3}, std::vector<std::uint8_t>{0, 1, 0});
      },
      Overwrite::kRefuse);
  const std::string whole = folder.read("a.hdf5");
  RandomStream random(GetParam(), 1);
  for (int round = 0; round < 200; ++round) {
    std::string changed = whole;
    const std::int64_t count = 1 + random.integer(4);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto at =
          static_cast<std::size_t>(random.integer(static_cast<std::int64_t>(changed.size())));
      changed[at] = static_cast<char>(random.integer(256));
    }
    const std::string path = folder.write("b.hdf5", changed);
    try {
      const Hdf5Reader in(path, {.max_elements = 1'000'000});
      for (const std::string& name : in.names("/")) {
        (void)in.integer_attribute("/" + name, "num_nodes");
        (void)in.integers("/" + name + "/edge_index");
        (void)in.integers("/" + name + "/y");
      }
    } catch (const DataError&) {
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Hdf5ReaderOfSeed, ::testing::Range<std::uint64_t>(0, 6));

}  // namespace
}  // namespace isthmus::formats::hdf5_reader_test
