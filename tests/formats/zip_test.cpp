#include "isthmus/formats/zip.hpp"

#include <functional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "formats/scratch.hpp"
#include "little_endian.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

#ifdef ISTHMUS_TEST_LIBZIP
#include <zip.h>
#endif

namespace isthmus::formats::zip_test {
namespace {

using test::from_hex;
using test::ScratchFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One stored member "a" with content "hi" and CRC-32 d8932aac, field by field after the zip
// specification (PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16).
const char* const kStoredHi =
    "504b0304 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 61 6869"
    "504b0102 1400 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0100 0000 0000 0000 0000"
    "  00000000 00000000 61"
    "504b0506 0000 0000 0100 0100 2f000000 21000000 0000";

TEST(ZipReader, ReadsAnArchiveWrittenByHand) {
  const ZipReader zip = ZipReader::of_bytes(from_hex(kStoredHi), "h.zip");
  EXPECT_THAT(zip.names(), ElementsAre("a"));
  EXPECT_TRUE(zip.contains("a"));
  EXPECT_FALSE(zip.contains("b"));
  EXPECT_EQ(zip.size("a"), 2U);
  EXPECT_EQ(zip.read("a"), "hi");
  EXPECT_EQ(zip.name_of("a"), "h.zip!a");
}

TEST(ZipReader, ReadsAnEmptyArchive) {
  EXPECT_THAT(ZipReader::of_bytes(from_hex("504b0506") + std::string(18, '\0'), "e").names(),
              ElementsAre());
}

TEST(ZipReader, FindsTheEndRecordBehindAComment) {
  std::string bytes = from_hex(kStoredHi);
  bytes[bytes.size() - 2] = 4;
  EXPECT_EQ(ZipReader::of_bytes(bytes + "note", "h.zip").read("a"), "hi");
}

TEST(WriteZip, GivesTheSpecifiedBytes) {
  const ZipEntry entry{"a", "hi", ZipMethod::kStored};
  std::string expected = from_hex(kStoredHi);
  expected[7] = 8;  // names are said to be UTF-8: bit 11 of the flags, here and in the directory
  expected[33 + 9] = 8;
  EXPECT_EQ(write_zip({&entry, 1}), expected);
}

TEST(WriteZip, StoresWhatDeflateWouldNotShorten) {
  const ZipEntry entry{"a", "hi", ZipMethod::kDeflate};
  const std::string bytes = write_zip({&entry, 1});
  EXPECT_EQ(load_little<std::uint16_t>(bytes, 8), 0);
  EXPECT_EQ(ZipReader::of_bytes(bytes, "z").read("a"), "hi");
}

TEST(WriteZip, RefusesNamesThatTheReaderRefuses) {
  const auto write = [](const std::string& name) {
    const ZipEntry entry{name, "", ZipMethod::kStored};
    (void)write_zip({&entry, 1});
  };
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { write("../a"); }),
              "write_zip: name of member \"../a\" leaves its folder by \"..\"");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { write(""); }),
              "write_zip: name of member \"\" is empty");
  const ZipEntry twice[] = {{"a", "", ZipMethod::kStored}, {"a", "", ZipMethod::kStored}};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)write_zip(twice); }),
              "write_zip: name of member \"a\" is too long or there twice");
}

TEST(ZipReader, ReadsFromAFileOnDemand) {
  const std::string content(300'000, 'x');
  const ZipEntry entries[] = {{"d/", "", ZipMethod::kStored},
                              {"d/x", content, ZipMethod::kDeflate},
                              {"y", content, ZipMethod::kStored}};
  const ScratchFile file("z.zip", write_zip(entries));
  const ZipReader zip(file.path());
  EXPECT_THAT(zip.names(), ElementsAre("d/x", "y"));
  EXPECT_EQ(zip.read("d/x"), content);
  EXPECT_EQ(zip.read("y"), content);
  EXPECT_EQ(zip.read_bytes("y").size(), content.size());
  std::filesystem::resize_file(file.path(), 400);
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)zip.read("y"); }),
              HasSubstr(": the file became shorter while it was read"));
}

TEST(ZipReader, SaysWhatCannotBeOpened) {
  EXPECT_THAT(isthmus::test::message_of<DataError>([] { ZipReader("/nonexistent.zip"); }),
              "/nonexistent.zip: cannot be read: No such file or directory");
  EXPECT_THAT(isthmus::test::message_of<DataError>([] { ZipReader("/"); }),
              "/: cannot be read: not a regular file");
  EXPECT_THAT(isthmus::test::message_of<DataError>(
                  [] { (void)ZipReader::of_bytes(from_hex(kStoredHi), "h.zip").read("b"); }),
              "h.zip: has no member \"b\"");
}

// ------------------------------------------------------------------------------------ broken files

/// A well-formed archive with one member, each field free to lie.
struct Forged {
  std::string name = "a";
  std::string local_name = "a";
  std::string data = "hi";
  std::uint16_t flags = 0;
  std::uint16_t local_flags = 0;
  std::uint16_t method = 0;
  std::uint16_t local_method = 0;
  std::uint32_t crc = 0xd8932aac;
  std::uint32_t local_crc = 0xd8932aac;
  std::uint32_t packed = 2;
  std::uint32_t size = 2;
  std::uint32_t local_size = 2;
  std::uint16_t disk = 0;
  std::uint32_t local_offset = 0;
  std::string extra = "";    ///< Of the directory entry.
  std::uint16_t copies = 1;  ///< Directory entries; the second is named "b" if `second` is.
  std::string second = "";
  std::uint16_t end_disk = 0;
  std::uint16_t entries_off = 0;
  std::uint32_t directory_size_off = 0;
  std::uint32_t directory_offset_off = 0;
  std::uint32_t entry_signature = 0x02014b50;
  std::uint32_t local_signature = 0x04034b50;
  std::uint16_t name_size_off = 0;
  std::uint16_t local_name_size_off = 0;
  std::string tail = "";

  [[nodiscard]] std::string bytes() const {
    std::string out;
    append_little(out, local_signature);
    append_little(out, std::uint16_t{20});
    append_little(out, local_flags);
    append_little(out, local_method);
    append_little(out, std::uint32_t{0x00210000});
    append_little(out, local_crc);
    append_little(out, packed);
    append_little(out, local_size);
    append_little(out, static_cast<std::uint16_t>(local_name.size() + local_name_size_off));
    append_little(out, std::uint16_t{0});
    out += local_name + data;
    std::string directory;
    for (int k = 0; k < copies; ++k) {
      const std::string& entry_name = k == 1 && !second.empty() ? second : name;
      append_little(directory, entry_signature);
      append_little(directory, std::uint32_t{0x00140014});
      append_little(directory, flags);
      append_little(directory, method);
      append_little(directory, std::uint32_t{0x00210000});
      append_little(directory, crc);
      append_little(directory, packed);
      append_little(directory, size);
      append_little(directory, static_cast<std::uint16_t>(entry_name.size() + name_size_off));
      append_little(directory, static_cast<std::uint16_t>(extra.size()));
      append_little(directory, std::uint16_t{0});
      append_little(directory, disk);
      directory.append(6, '\0');
      append_little(directory, local_offset);
      directory += entry_name + extra;
    }
    const std::size_t at = out.size();
    out += directory;
    append_little(out, std::uint32_t{0x06054b50});
    append_little(out, end_disk);
    append_little(out, std::uint16_t{0});
    append_little(out, static_cast<std::uint16_t>(copies + entries_off));
    append_little(out, static_cast<std::uint16_t>(copies + entries_off));
    append_little(out, static_cast<std::uint32_t>(directory.size() + directory_size_off));
    append_little(out, static_cast<std::uint32_t>(at + directory_offset_off));
    append_little(out, std::uint16_t{0});
    return out + tail;
  }
};

struct Broken {
  std::string bytes;
  const char* message;
};

TEST(ZipReader, NamesTheRuleThatABrokenArchiveBreaks) {
  EXPECT_EQ(ZipReader::of_bytes(Forged{}.bytes(), "f").read("a"), "hi");
  const std::string nul("a\0b", 3);
  const Broken table[] = {
      {"", "f@0: not a zip archive (no end record)"},
      {"PK", "f@2: not a zip archive (no end record)"},
      {std::string(100'000, 'P'), "f@100000: not a zip archive (no end record)"},
      {Forged{.tail = "x"}.bytes(), "f@103: not a zip archive (no end record)"},
      {Forged{.end_disk = 1}.bytes(), "f@80: archives on several disks are not supported"},
      {Forged{.directory_size_off = 1}.bytes(),
       "f@80: the directory does not end where the end record begins"},
      {Forged{.directory_offset_off = 1}.bytes(),
       "f@80: the directory does not end where the end record begins"},
      {Forged{.entries_off = 1}.bytes(), "f@80: more members than the directory has room for"},
      {Forged{.copies = 2, .entries_off = static_cast<std::uint16_t>(-1)}.bytes(),
       "f@80: bytes between the directory and its end"},
      {Forged{.entry_signature = 1}.bytes(), "f@33: no directory entry here"},
      {Forged{.name_size_off = 1}.bytes(), "f@33: directory entry is cut off"},
      {Forged{.name = "", .local_name = ""}.bytes(), "f@32: name of member \"\" is empty"},
      {Forged{.name = "/a"}.bytes(), "f@33: name of member \"/a\" is absolute"},
      {Forged{.name = "../a"}.bytes(), "f@33: name of member \"../a\" leaves its folder by \"..\""},
      {Forged{.name = "a/../b"}.bytes(),
       "f@33: name of member \"a/../b\" leaves its folder by \"..\""},
      {Forged{.name = "a/.."}.bytes(), "f@33: name of member \"a/..\" leaves its folder by \"..\""},
      {Forged{.name = "a\\b"}.bytes(), "f@33: name of member \"a\\b\" holds a NUL or a backslash"},
      {Forged{.name = nul}.bytes(), "f@33: name of member \"a\\x00b\" holds a NUL or a backslash"},
      {Forged{.flags = 1}.bytes(), "f@33: member \"a\" is encrypted"},
      {Forged{.flags = 1U << 13U}.bytes(), "f@33: member \"a\" has unsupported flags (got 8192)"},
      {Forged{.method = 12}.bytes(),
       "f@33: member \"a\" has an unsupported method (expected 0 stored or 8 deflate, got 12)"},
      {Forged{.size = 3}.bytes(),
       "f@33: member \"a\" is stored with two sizes (expected 2, got 3)"},
      {Forged{.disk = 1}.bytes(), "f@33: archives on several disks are not supported"},
      {Forged{.size = 0xFFFFFFFF, .extra = from_hex("0100 0400 00000000")}.bytes(),
       "f@33: ZIP64 field is cut off"},
      {Forged{.extra = from_hex("0100 0900 00")}.bytes(), "f@33: extra field is cut off"},
      {Forged{.copies = 2}.bytes(), "f@80: member \"a\" is there twice"},
      {Forged{.copies = 2, .second = "b"}.bytes(),
       "f@0: member \"b\" contradicts its entry in the directory"},
      {Forged{.local_offset = 4}.bytes(), "f@4: local header lies outside the file"},
      {Forged{.local_offset = 0x7FFFFFFF}.bytes(),
       "f@2147483647: local header lies outside the file"},
      {Forged{.local_signature = 1}.bytes(), "f@0: no local header here"},
      {Forged{.local_name_size_off = 3}.bytes(), "f@0: local header is cut off"},
      {Forged{.packed = 3, .size = 3, .local_size = 3}.bytes(),
       "f@0: member \"a\" reaches beyond its part of the file (expected at most 2 bytes, got 3)"},
      {Forged{.local_name = "b"}.bytes(),
       "f@0: member \"a\" contradicts its entry in the directory"},
      {Forged{.local_flags = 1}.bytes(),
       "f@0: member \"a\" contradicts its entry in the directory"},
      {Forged{.local_method = 8}.bytes(),
       "f@0: member \"a\" contradicts its entry in the directory"},
      {Forged{.local_crc = 1}.bytes(), "f@0: member \"a\" contradicts its entry in the directory"},
      {Forged{.local_size = 1}.bytes(), "f@0: member \"a\" contradicts its entry in the directory"},
      {Forged{.local_size = 0}.bytes(), "f@0: member \"a\" contradicts its entry in the directory"},
      {Forged{.local_crc = 0}.bytes(), "f@0: member \"a\" contradicts its entry in the directory"},
  };
  for (const Broken& broken : table) {
    EXPECT_THAT(
        isthmus::test::message_of<DataError>([&] { (void)ZipReader::of_bytes(broken.bytes, "f"); }),
        broken.message);
  }
}

TEST(ZipReader, AcceptsADataDescriptor) {
  const Forged forged{.flags = 8, .local_flags = 8, .local_crc = 0, .local_size = 0};
  EXPECT_EQ(ZipReader::of_bytes(forged.bytes(), "f").read("a"), "hi");
}

// Two members whose data is the same bytes, each with a local header of its own inside the other's
// data, is how a bomb multiplies itself.
TEST(ZipReader, RefusesMembersThatOverlap) {
  const ZipEntry inner_entry{"b", "xx", ZipMethod::kStored};
  const std::string inner = write_zip({&inner_entry, 1}).substr(0, 33);  // header, name, data
  const ZipEntry entries[] = {{"a", inner, ZipMethod::kStored}, {"b", "xx", ZipMethod::kStored}};
  std::string bytes = write_zip(entries);
  // The directory's second entry: its local offset now points at the header inside a's data.
  const std::size_t second = bytes.size() - 22 - 47;
  std::string offset;
  append_little(offset, std::uint32_t{31});
  bytes.replace(second + 42, 4, offset);
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)ZipReader::of_bytes(bytes, "f"); }),
              "f@31: members \"a\" and \"b\" overlap");
}

TEST(ZipReader, ChecksAMemberWhenItIsRead) {
  const Forged wrong_crc{.crc = 7, .local_crc = 7};
  EXPECT_THAT(isthmus::test::message_of<DataError>(
                  [&] { (void)ZipReader::of_bytes(wrong_crc.bytes(), "f").read("a"); }),
              "f!a: CRC-32 does not match (expected 0x00000007, got 0xd8932aac)");
  // 03 00 is deflate's empty block: final, fixed codes, end of block. 4b 04 00 is "a".
  const auto deflated = [](const std::string& data, std::uint32_t size) {
    const auto packed = static_cast<std::uint32_t>(data.size());
    Forged forged;
    forged.data = data;
    forged.method = forged.local_method = 8;
    forged.crc = forged.local_crc = 0xe8b7be43;  // of "a"
    forged.packed = packed;
    forged.size = forged.local_size = size;
    return ZipReader::of_bytes(forged.bytes(), "f");
  };
  EXPECT_EQ(deflated(from_hex("4b0400"), 1).read("a"), "a");
  const auto message = [&](const std::string& data, std::uint32_t size, const char* text) {
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)deflated(data, size).read("a"); }),
                text);
  };
  message(from_hex("4b0400"), 0, "f!a: unpacks to more than its declared size (expected 0 bytes)");
  message(from_hex("4b0400"), 2,
          "f!a: unpacks to less than its declared size (expected 2 bytes, got 1)");
  message(from_hex("4b04"), 1, "f!a: compressed bytes end too early");
  message("", 1, "f!a: compressed bytes end too early");
  message(from_hex("4b040000"), 1, "f!a: compressed bytes end too late");
  message(from_hex("07"), 1, "f!a: compressed bytes are damaged (invalid block type)");
}

TEST(ZipReader, BoundsWhatAMemberMayUnpackTo) {
  const std::string zeros(1'000'000, '\0');
  const ZipEntry entry{"a", zeros, ZipMethod::kDeflate};
  const std::string bytes = write_zip({&entry, 1});
  EXPECT_EQ(ZipReader::of_bytes(bytes, "f").read("a"), zeros);
  const ZipOptions strict{.free_bytes = 100, .max_ratio = 2};
  const ZipReader zip = ZipReader::of_bytes(bytes, "f", strict);
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)zip.read("a"); }),
              "f!a: is too large (expected at most " + std::to_string(100 + 2 * bytes.size()) +
                  " bytes, got 1000000)");
}

// ----------------------------------------------------------------------------------------- oracles

/// Members of all sizes, some that compress and some that do not.
std::vector<std::pair<std::string, std::string>> random_members(std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  std::vector<std::pair<std::string, std::string>> members;
  for (std::uint64_t k = bits() % 6; k > 0; --k) {
    std::string content(bits() % 4 == 0 ? 0 : bits() % 600'000, 'z');
    const std::uint64_t step = 1 + bits() % 50;
    for (std::size_t at = 0; at < content.size(); at += step) {
      content[at] = static_cast<char>(bits());
    }
    members.emplace_back("dir/m\u00e9mber" + std::to_string(k) + ".txt", content);
  }
  return members;
}

std::string written(const std::vector<std::pair<std::string, std::string>>& members) {
  std::vector<ZipEntry> entries;
  for (const auto& [name, content] : members) {
    entries.push_back(
        {name, content, content.size() % 2 == 0 ? ZipMethod::kDeflate : ZipMethod::kStored});
  }
  return write_zip(entries);
}

class ZipOnRandomMembers : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ZipOnRandomMembers, ReadsBackWhatItWrote) {
  const auto members = random_members(GetParam());
  const std::string bytes = written(members);
  EXPECT_EQ(bytes, written(members));
  const ZipReader zip = ZipReader::of_bytes(bytes, "r.zip");
  ASSERT_EQ(zip.names().size(), members.size());
  for (const auto& [name, content] : members) {
    ASSERT_EQ(zip.read(name), content);
  }
}

#ifdef ISTHMUS_TEST_LIBZIP
TEST_P(ZipOnRandomMembers, WritesWhatLibzipReads) {
  const auto members = random_members(GetParam());
  const ScratchFile file("ours.zip", written(members));
  zip_t* archive = zip_open(file.text().c_str(), ZIP_RDONLY | ZIP_CHECKCONS, nullptr);
  ASSERT_NE(archive, nullptr);
  EXPECT_EQ(zip_get_num_entries(archive, 0), static_cast<zip_int64_t>(members.size()));
  for (const auto& [name, content] : members) {
    std::string got(content.size() + 1, '\0');
    zip_file_t* member = zip_fopen(archive, name.c_str(), 0);
    ASSERT_NE(member, nullptr) << name;
    got.resize(static_cast<std::size_t>(zip_fread(member, got.data(), got.size())));
    EXPECT_EQ(zip_fclose(member), 0);
    EXPECT_EQ(got, content);
  }
  zip_close(archive);
}

TEST_P(ZipOnRandomMembers, ReadsWhatLibzipWrites) {
  const auto members = random_members(GetParam());
  const ScratchFile file("libzip.zip", "");
  zip_t* archive = zip_open(file.text().c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  ASSERT_NE(archive, nullptr);
  for (const auto& [name, content] : members) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    ASSERT_GE(index, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                             content.size() % 3 == 0 ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
  if (members.empty()) {
    return;  // libzip writes no file then
  }
  const ZipReader zip(file.path());
  for (const auto& [name, content] : members) {
    ASSERT_EQ(zip.read(name), content);
  }
}
#endif
INSTANTIATE_TEST_SUITE_P(Seeds, ZipOnRandomMembers, ::testing::Range<std::uint64_t>(0, 8));

TEST(ZipReader, ReadsZip64AndDataDescriptorsAsPythonWritesThem) {
  const auto out = isthmus::test::run_python("zipfile", R"(
import io, sys, zipfile
class Pipe(io.RawIOBase):  # cannot seek: sizes go into data descriptors
    def __init__(self): self.data = b''
    def writable(self): return True
    def write(self, b): self.data += bytes(b); return len(b)
def archive(target, zip64):
    with zipfile.ZipFile(target, 'w') as z:
        for name, method in (('s', zipfile.ZIP_STORED), ('d', zipfile.ZIP_DEFLATED)):
            info = zipfile.ZipInfo(name); info.compress_type = method
            with z.open(info, 'w', force_zip64=zip64) as f:
                f.write(name.encode() * 1000)
        if zip64:
            z._allowZip64 = True
for zip64 in (False, True):
    b = io.BytesIO(); archive(b, zip64); print(b.getvalue().hex())
    p = Pipe(); archive(p, zip64); print(p.data.hex())
)",
                                             "");
  if (!out) {
    GTEST_SKIP() << "no python3";
  }
  std::istringstream lines(*out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const ZipReader zip = ZipReader::of_bytes(from_hex(line), "p.zip");
    EXPECT_EQ(zip.read("s"), std::string(1000, 's'));
    EXPECT_EQ(zip.read("d"), std::string(1000, 'd'));
  }
  EXPECT_EQ(count, 4);
}

// The stored "hi" again, this time with every size and offset in ZIP64 fields (APPNOTE 4.3.14,
// 4.3.15, 4.5.3).
TEST(ZipReader, ReadsZip64WrittenByHand) {
  const char* const hex =
      "504b0304 2d00 0000 0000 0000 2100 ac2a93d8 ffffffff ffffffff 0100 1400 61"
      "  0100 1000 0200000000000000 0200000000000000 6869"
      "504b0102 2d00 2d00 0000 0000 0000 2100 ac2a93d8 ffffffff ffffffff 0100 1c00 0000 0000 0000"
      "  00000000 ffffffff 61 0100 1800 0200000000000000 0200000000000000 0000000000000000"
      "504b0606 2c00000000000000 2d00 2d00 00000000 00000000 0100000000000000 0100000000000000"
      "  4b00000000000000 3500000000000000"
      "504b0607 00000000 8000000000000000 01000000"
      "504b0506 ffff ffff ffff ffff ffffffff ffffffff 0000";
  EXPECT_EQ(ZipReader::of_bytes(from_hex(hex), "h").read("a"), "hi");
  std::string moved = from_hex(hex);
  moved[moved.size() - 22 - 12] = '\x7f';  // where the locator says the end record is
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)ZipReader::of_bytes(moved, "h"); }),
              "h@127: no ZIP64 end record here");
  moved[moved.size() - 22 - 6] = '\x7f';
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)ZipReader::of_bytes(moved, "h"); }),
              "h@184: the ZIP64 end record lies outside the file");
}

}  // namespace
}  // namespace isthmus::formats::zip_test
