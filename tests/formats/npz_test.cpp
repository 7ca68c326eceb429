#include "isthmus/formats/npz.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/sha256.hpp"

#include "formats/scratch.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::formats::npz_test {
namespace {

using test::from_hex;
using test::ScratchFile;
using ::testing::ElementsAre;

std::vector<std::pair<std::string, NpyArray>> two_arrays() {
  static constexpr float kFloats[] = {1, 2, 3, 4, 5, 6};
  static constexpr std::int64_t kIntegers[] = {7, -8};
  return {{"x", make_npy(std::span<const float>(kFloats), {2, 3})},
          {"y", make_npy(std::span<const std::int64_t>(kIntegers), {2})}};
}

TEST(Npz, ReadsBackWhatItWrote) {
  const ScratchFile file("a.npz", write_npz(two_arrays()));
  const Npz npz(file.path());
  EXPECT_THAT(npz.names(), ElementsAre("x", "y"));
  EXPECT_TRUE(npz.contains("y"));
  EXPECT_FALSE(npz.contains("z"));
  EXPECT_THAT(npz.read("x").shape, ElementsAre(2, 3));
  EXPECT_THAT(to_float(npz.read("x")), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(to_int64(npz.read("y")), ElementsAre(7, -8));
  EXPECT_EQ(npz.read("y").origin, file.text() + "!y.npy");
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)npz.read("z"); }),
              file.text() + ": has no array \"z\" (it has x, y)");
}

// The object array would be refused, but nobody asks for it.
TEST(Npz, ReadsOnlyWhatIsAskedFor) {
  const std::string dictionary = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
  std::string object("\x93NUMPY\x01\x00", 8);
  object += static_cast<char>(dictionary.size());
  object += '\0' + dictionary + "cos\nsystem\n";
  const std::string good = write_npy(two_arrays()[1].second);
  const ZipEntry entries[] = {{"bad.npy", object, ZipMethod::kDeflate},
                              {"good.npy", good, ZipMethod::kDeflate},
                              {"notes.txt", "no array", ZipMethod::kStored}};
  const Npz npz(ZipReader::of_bytes(write_zip(entries), "o.npz"));
  EXPECT_THAT(npz.names(), ElementsAre("bad", "good"));
  EXPECT_THAT(to_int64(npz.read("good")), ElementsAre(7, -8));
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)npz.read("bad"); }),
              "o.npz!bad.npy@24: arrays of Python objects are refused: they "
              "hold pickles, which can run code");
}

TEST(Npz, NamesArchiveMemberAndOffsetOfBrokenContent) {
  const ZipEntry entry{"x.npy", "garbage", ZipMethod::kStored};
  const Npz npz(ZipReader::of_bytes(write_zip({&entry, 1}), "g.npz"));
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)npz.read("x"); }),
              "g.npz!x.npy@0: not a npy file (expected \"\\x93NUMPY\", got \"garbag\")");
}

TEST(Npz, IsReadByNumpyAndReadsWhatNumpyWrites) {
  const ScratchFile ours("ours.npz", write_npz(two_arrays()));
  const ScratchFile stored("stored.npz", "");
  const ScratchFile packed("packed.npz", "");
  const auto out =
      isthmus::test::run_python("numpy", R"(
import sys
import numpy as np
ours, stored, packed = sys.stdin.read().split('\n')
a = np.load(ours)
assert a['x'].dtype == np.float32 and a['y'].dtype == np.int64
print(a['x'].tolist(), a['y'].tolist())
np.savez(stored, f=np.asfortranarray(np.arange(6).reshape(2, 3)), s=np.array(['é', 'bc']))
np.savez_compressed(packed, f=np.asfortranarray(np.arange(6).reshape(2, 3)), s=np.array(['é', 'bc']))
)",
                                ours.text() + "\n" + stored.text() + "\n" + packed.text());
  if (!out) {
    GTEST_SKIP() << "no python3 with numpy";
  }
  EXPECT_EQ(*out, "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] [7, -8]\n");
  for (const ScratchFile* file : {&stored, &packed}) {
    const Npz npz(file->path());
    EXPECT_THAT(to_int64(npz.read("f")), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(to_strings(npz.read("s")), ElementsAre("\u00e9", "bc"));
  }
}

/// All .npz files of the data root, if there is one.
std::vector<std::filesystem::path> published_files() {
  std::vector<std::filesystem::path> files;
  const char* root = std::getenv("ISTHMUS_DATA");
  if (root == nullptr || !std::filesystem::is_directory(root)) {
    return files;
  }
  for (const char* family : {"heterophilous", "attributed_npz"}) {
    const std::filesystem::path folder = std::filesystem::path(root) / family;
    if (!std::filesystem::is_directory(folder)) {
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".npz") {
        files.push_back(entry.path());
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Every array that numpy reads without pickles has the same type, shape and C-order bytes here; the
// masks of most heterophilous files lie in Fortran order. What numpy refuses, we refuse.
TEST(Npz, AgreesWithNumpyOnPublishedFiles) {
  const auto files = published_files();
  if (files.empty()) {
    GTEST_SKIP() << "no .npz files below ISTHMUS_DATA";
  }
  std::string list;
  for (const auto& file : files) {
    list += file.string() + "\n";
  }
  const auto out = isthmus::test::run_python("numpy", R"(
import hashlib, json, sys
import numpy as np
rows = []
for path in sys.stdin.read().split('\n'):
    if not path: continue
    f = np.load(path)
    for key in f.files:
        try:
            a = f[key]
        except ValueError:
            rows.append([path, key, None, None, None, False])
            continue
        fortran = a.ndim > 1 and a.flags.f_contiguous and not a.flags.c_contiguous
        a = np.array(a.astype(a.dtype.newbyteorder('=')), order='C')
        rows.append([path, key, a.dtype.name, list(a.shape),
                     hashlib.sha256(a.tobytes()).hexdigest(), bool(fortran)])
print(json.dumps(rows))
)",
                                             list);
  if (!out) {
    GTEST_SKIP() << "no python3 with numpy";
  }
  std::size_t fortran = 0;
  const Json rows = parse_json(*out, "oracle");
  for (const Json& row : rows.as_array()) {
    const Json::Array& cells = row.as_array();
    const std::string& path = cells[0].as_string();
    const std::string& key = cells[1].as_string();
    const Npz npz{std::filesystem::path(path)};
    ASSERT_TRUE(npz.contains(key)) << path << " " << key;
    if (cells[2].is_null()) {
      EXPECT_THROW((void)npz.read(key), DataError) << path << " " << key;
      continue;
    }
    const NpyArray a = npz.read(key);
    EXPECT_TRUE(cells[2].as_string().starts_with(a.type_name())) << path << " " << key;
    Json shape = Json::array();
    for (const std::int64_t n : a.shape) {
      shape.push_back(n);
    }
    EXPECT_EQ(shape, cells[3]) << path << " " << key;
    Sha256 hash;
    hash.update(a.data);
    EXPECT_EQ(hash.hex(), cells[4].as_string()) << path << " " << key;
    fortran += cells[5].as_bool() ? 1 : 0;
  }
  EXPECT_GE(rows.as_array().size(), 30U);
  EXPECT_GE(fortran, 30U);
}

}  // namespace
}  // namespace isthmus::formats::npz_test
