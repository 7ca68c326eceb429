#include "isthmus/formats/npy.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/json.hpp"

#include "formats/scratch.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::formats::npy_test {
namespace {

using test::from_hex;
using ::testing::ElementsAre;

/// A version 1.0 file with this dictionary, unpadded, and this payload.
std::string file_of(const std::string& dictionary, const std::string& payload) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() % 256);
  bytes += static_cast<char>(dictionary.size() / 256);
  return bytes + dictionary + payload;
}

std::string header(const std::string& descr, const std::string& shape,
                   const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + "}";
}

template <typename T>
NpyArray array_of(std::initializer_list<T> values) {
  return make_npy(std::span<const T>(values.begin(), values.size()),
                  {static_cast<std::int64_t>(values.size())});
}

TEST(ParseNpy, ReadsAFileWrittenByHand) {
  const NpyArray a = parse_npy(
      file_of(header("<i2", "(2, 3)"), from_hex("0100 0200 0300 ffff 0500 0080")), "a.npy");
  EXPECT_EQ(a.type, NpyType::kI16);
  EXPECT_EQ(a.type_name(), "int16");
  EXPECT_THAT(a.shape, ElementsAre(2, 3));
  EXPECT_EQ(a.size(), 6);
  EXPECT_EQ(a.item_size(), 2U);
  EXPECT_EQ(a.origin, "a.npy");
  EXPECT_THAT(to_int64(a), ElementsAre(1, 2, 3, -1, 5, -32768));
}

// Columns first in the file, rows first here: (0,0) (1,0) (0,1) (1,1) (0,2) (1,2).
TEST(ParseNpy, TransposesFortranOrder) {
  const NpyArray a =
      parse_npy(file_of(header("|u1", "(2, 3)", "True"), from_hex("010203040506")), "a");
  EXPECT_THAT(to_int64(a), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(ParseNpy, SwapsTheOtherByteOrder) {
  EXPECT_THAT(
      to_int64(parse_npy(file_of(header(">i4", "(2,)"), from_hex("00000001 fffffffe")), "a")),
      ElementsAre(1, -2));
  EXPECT_THAT(to_strings(parse_npy(file_of(header(">U1", "(1,)"), from_hex("000020ac")), "a")),
              ElementsAre("\u20ac"));
}

TEST(ParseNpy, ReadsSingleNumbersEmptyArraysAndLongShapes) {
  EXPECT_THAT(to_double(parse_npy(file_of(header("<f8", "()"), from_hex("000000000000f83f")), "a")),
              ElementsAre(1.5));
  EXPECT_EQ(parse_npy(file_of(header("<f8", "(3, 0)", "True"), ""), "a").size(), 0);
  EXPECT_THAT(parse_npy(file_of(header("|b1", "(2L,)"), from_hex("0001")), "a").shape,
              ElementsAre(2));
}

struct Broken {
  std::string bytes;
  const char* message;
};

TEST(ParseNpy, NamesTheOffsetAndTheRuleThatABrokenFileBreaks) {
  const std::string v4("\x93NUMPY\x04\x00\x00\x00\x00\x00", 12);
  const std::string v11("\x93NUMPY\x01\x01\x00\x00\x00\x00", 12);
  const std::string v2("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12);
  const std::string r33 = "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)";
  const Broken table[] = {
      {"", "f@0: not a npy file (expected \"\\x93NUMPY\", got \"\")"},
      {"PK\x03\x04zz", "f@0: not a npy file (expected \"\\x93NUMPY\", got \"PK\\x03\\x04zz\")"},
      {"\x93NUMPY\x01", "f@7: file ends inside the header"},
      {v2.substr(0, 11), "f@11: file ends inside the header"},
      {v4, "f@6: npy version is not supported (expected 1.0, 2.0 or 3.0, got 4.0)"},
      {v11, "f@6: npy version is not supported (expected 1.0, 2.0 or 3.0, got 1.1)"},
      {v2,
       "f@8: header is longer than the file or 1 MiB (expected at most 0 bytes, got "
       "4294967295)"},
      {file_of("", ""),
       "f@10: header is not the dictionary that numpy writes (expected \"{\", got "
       "\"\")"},
      {file_of("[1]", ""),
       "f@10: header is not the dictionary that numpy writes (expected \"{\", "
       "got \"[\")"},
      {file_of("{1: 2}", ""),
       "f@11: header is not the dictionary that numpy writes (expected a "
       "string, got \"1\")"},
      {file_of("{'descr", ""), "f@11: header holds a string that does not end"},
      {file_of("{'descr' 1}", ""),
       "f@19: header is not the dictionary that numpy writes (expected \":\", got \"1\")"},
      {file_of("{'x': 1}", ""),
       "f@15: header has the key \"x\" twice or beyond descr, fortran_order and shape"},
      {file_of("{'shape': (), 'shape': ()}", ""),
       "f@32: header has the key \"shape\" twice or beyond descr, fortran_order and shape"},
      {file_of("{'shape': ()}", ""),
       "f@23: header lacks one of the keys descr, fortran_order, shape"},
      {file_of(header("<f4", "()") + "x", ""), "f@63: header has text after the dictionary"},
      {file_of(header("|O", "(1,)"), "x"),
       "f@24: arrays of Python objects are refused: they hold pickles, which can run code"},
      {file_of("{'descr': [('a', '<f4')]}", ""), "f@20: structured arrays are not supported"},
      {file_of(header("<c8", "()"), ""),
       "f@25: element type is not supported (expected bool, i1..i8, u1..u8, f2..f8, U or S, got "
       "\"<c8\")"},
      {file_of(header("|i4", "()"), ""),
       "f@25: element type is not supported (expected bool, i1..i8, u1..u8, f2..f8, U or S, got "
       "\"|i4\")"},
      {file_of(header("<U0", "()"), ""),
       "f@25: element type is not supported (expected bool, i1..i8, u1..u8, f2..f8, U or S, got "
       "\"<U0\")"},
      {file_of(header("<U9999999", "()"), ""),
       "f@31: element type is not supported (expected bool, i1..i8, u1..u8, f2..f8, U or S, got "
       "\"<U9999999\")"},
      {file_of(header("", "()"), ""),
       "f@22: element type is not supported (expected bool, i1..i8, u1..u8, f2..f8, U or S, got "
       "\"\")"},
      {file_of(header("<f4", "()", "1"), ""), "f@44: fortran_order must be True or False"},
      {file_of(header("<f4", "3"), ""),
       "f@60: header is not the dictionary that numpy writes (expected \"(\", got \"3\")"},
      {file_of(header("<f4", "(3)"), ""), "f@63: shape must be a tuple"},
      {file_of(header("<f4", "(-1,)"), ""), "f@61: shape must hold integers >= 0 of 63 bits"},
      {file_of(header("<f4", "(9223372036854775808,)"), ""),
       "f@61: shape must hold integers >= 0 of 63 bits"},
      {file_of(header("<f4", r33), ""), "f@125: shape has more than 32 dimensions"},
      {file_of(header("<f4", "(4611686018427387904, 1)"), ""),
       "f@85: shape has more elements than 63 bits can count"},
      {file_of(header("|u1", "(4294967296, 4294967296, 0)"), ""),
       "f@88: shape has more elements than 63 bits can count"},
      {file_of(header("<f4", "(3,)"), "12345678"),
       "f@65: payload does not match the shape (expected 12 bytes for (3,) of 4 bytes each, got "
       "8)"},
      {file_of(header("<f4", "(1, 2)"), "123456789"),
       "f@67: payload does not match the shape (expected 8 bytes for (1, 2) of 4 bytes each, got "
       "9)"},
      {file_of(header("<f4", "(0,)"), "1"),
       "f@65: payload does not match the shape (expected 0 bytes for (0,) of 4 bytes each, got 1)"},
  };
  for (const Broken& broken : table) {
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)parse_npy(broken.bytes, "f"); }),
                broken.message);
  }
}

// ---------------------------------------------------------------------------------------
// conversion

TEST(ToInt64, TakesWholeNumbersOfEveryType) {
  EXPECT_THAT(to_int64(array_of<bool>({false, true})), ElementsAre(0, 1));
  EXPECT_THAT(to_int64(array_of<std::int8_t>({-128, 127})), ElementsAre(-128, 127));
  EXPECT_THAT(to_int64(array_of<std::uint32_t>({4294967295U})), ElementsAre(4294967295));
  EXPECT_THAT(to_int64(array_of<std::uint64_t>({9223372036854775807U})),
              ElementsAre(std::numeric_limits<std::int64_t>::max()));
  EXPECT_THAT(to_int64(array_of<float>({-3.0F, 16777216.0F})), ElementsAre(-3, 16777216));
}

TEST(Conversions, RefuseWhatTheTypeCannotHold) {
  NpyArray text = parse_npy(file_of(header("|S2", "(1,)"), "ab"), "t.npz!x.npy");
  const auto message = [](const auto& convert, const char* expected) {
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { convert(); }), expected);
  };
  message([&] { (void)to_int64(text); },
          "t.npz!x.npy: has the wrong element type (expected integers, got bytes)");
  message([&] { (void)to_float(text); },
          "t.npz!x.npy: has the wrong element type (expected numbers, got bytes)");
  message([&] { (void)to_bool(text); },
          "t.npz!x.npy: has the wrong element type (expected bool or integers, got bytes)");
  NpyArray a = array_of<double>({0.0, 1.5});
  a.origin = "x";
  message([&] { (void)to_int64(a); },
          "x: element 1 is out of range (expected a whole number, got 1.5)");
  message([&] { (void)to_bool(a); },
          "x: has the wrong element type (expected bool or integers, got float64)");
  message([&] { (void)to_strings(a); },
          "x: has the wrong element type (expected str or bytes, got float64)");
  a = array_of<double>({std::nan("")});
  a.origin = "x";
  message([&] { (void)to_int64(a); },
          "x: element 0 is out of range (expected a whole number, got nan)");
  a = array_of<double>({1e39});
  a.origin = "x";
  message([&] { (void)to_float(a); },
          "x: element 0 is out of range (expected a number in float's range, got 1e+39)");
  a = array_of<std::int32_t>({16777216, -16777217});
  a.origin = "x";
  message([&] { (void)to_float(a); },
          "x: element 1 is out of range (expected an integer up to 2^24, got -16777217)");
  a = array_of<std::uint64_t>({1ULL << 63U});
  a.origin = "x";
  message([&] { (void)to_int64(a); },
          "x: element 0 is out of range (expected at most 2^63 - 1, got 9223372036854775808)");
  message([&] { (void)to_double(a); },
          "x: element 0 is out of range (expected an integer up to 2^53, got 9223372036854775808)");
  a = array_of<std::uint8_t>({0, 1, 2});
  a.origin = "x";
  message([&] { (void)to_bool(a); }, "x: element 2 is out of range (expected 0 or 1, got 2)");
}

TEST(Conversions, KeepNumbersInfinitiesAndBools) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(to_float(array_of<double>({0.1, -HUGE_VAL})), ElementsAre(0.1F, -kInfinity));
  EXPECT_THAT(to_float(array_of<std::int64_t>({-16777216})), ElementsAre(-16777216.0F));
  EXPECT_THAT(to_double(array_of<bool>({true})), ElementsAre(1.0));
  EXPECT_THAT(to_bool(array_of<std::int64_t>({1, 0})), ElementsAre(1, 0));
  EXPECT_THAT(to_strings(parse_npy(file_of(header("|S3", "(2,)"), from_hex("616200 630064")), "a")),
              ElementsAre("ab", std::string("c\0d", 3)));
  EXPECT_THAT(
      to_strings(parse_npy(file_of(header("<U2", "(1,)"), from_hex("00d80000 ffff1f00")), "a")),
      ElementsAre("\uFFFD\uFFFD"));  // a surrogate, and one beyond Unicode
}

// binary16 by another road: the exponent moved to binary32's bias, done by bits.
TEST(ToFloat, WidensEveryHalfExactly) {
  std::vector<std::uint16_t> all(65536);
  for (std::size_t k = 0; k < all.size(); ++k) {
    all[k] = static_cast<std::uint16_t>(k);
  }
  NpyArray a = make_npy(std::span<const std::uint16_t>(all), {65536});
  a.type = NpyType::kF16;
  const std::vector<float> got = to_float(a);
  for (std::uint32_t k = 0; k < 65536; ++k) {
    const std::uint32_t sign = (k & 0x8000U) << 16U;
    const std::uint32_t rest = k & 0x7FFFU;
    if (rest > 0x7C00U) {
      ASSERT_TRUE(std::isnan(got[k]));
      continue;
    }
    const std::uint32_t shifted = rest == 0x7C00U ? 0x7F800000U : rest << 13U;
    const float magnitude =
        rest == 0x7C00U ? std::bit_cast<float>(shifted) : std::bit_cast<float>(shifted) * 0x1p112F;
    const float expected = std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(got[k]), std::bit_cast<std::uint32_t>(expected)) << k;
  }
}

// ------------------------------------------------------------------------------------------
// writing

TEST(WriteNpy, RefusesAnArrayThatContradictsItself) {
  NpyArray a = array_of<float>({1, 2});
  a.shape = {3};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)write_npy(a); }),
              "write_npy: data must have the size that shape and type "
              "give, got 8 bytes for (3,) of 4 bytes each");
  a.shape = {-1, -2};
  EXPECT_THROW((void)write_npy(a), InvalidArgument);
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] {
                (void)make_npy(std::span<const float>(), {2, 1});
              }),
              "make_npy: shape must hold the values, got (2, 1) for 0 values");
}

// numpy is the oracle both ways: it writes every type in both byte orders, both memory orders and
// three versions, with the elements as C-order native bytes beside; and for C order in native bytes
// of version 1.0 its file must be ours to the byte.
TEST(Npy, AgreesWithNumpy) {
  const auto out = isthmus::test::run_python("numpy", R"(
import io, json, warnings
import numpy as np
warnings.simplefilter('ignore')
rng = np.random.default_rng(0)
rows = []
def add(a, version):
    b = io.BytesIO()
    np.lib.format.write_array(b, a, version=version)
    native = np.array(a.astype(a.dtype.newbyteorder('=')), order='C')
    same = (version == (1, 0) and a.dtype == native.dtype and a.flags.c_contiguous
            and a.dtype.isnative)
    rows.append(dict(file=b.getvalue().hex(), shape=list(a.shape), type=native.dtype.name,
                     data=native.tobytes().hex(), same=bool(same)))
for shape in [(), (0,), (1,), (7,), (3, 4), (2, 3, 5), (4, 0, 2), (1, 1, 1, 6)]:
    for code in ['b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'U5', 'S3']:
        a = (rng.integers(0, 120, size=shape) / (4 if code[0] == 'f' else 1))
        a = np.asarray(a).astype(np.dtype(code))
        for order in '<>':
            for layout in 'CF':
                for version in [(1, 0), (2, 0), (3, 0)]:
                    b = np.array(a.astype(a.dtype.newbyteorder(order)), order=layout)
                    add(b, version)
print(json.dumps(rows))
)",
                                             "");
  if (!out) {
    GTEST_SKIP() << "no python3 with numpy";
  }
  const Json rows = parse_json(*out, "oracle");
  std::size_t same = 0;
  for (const Json& row : rows.as_array()) {
    const std::string file = from_hex(row.at("file").as_string());
    const NpyArray a = parse_npy(file, "oracle.npy");
    const std::string& type = row.at("type").as_string();
    ASSERT_TRUE(type.starts_with(a.type_name())) << type;  // "str160" is numpy's name of <U5
    ASSERT_EQ(a.shape.size(), row.at("shape").as_array().size());
    for (std::size_t d = 0; d < a.shape.size(); ++d) {
      ASSERT_EQ(a.shape[d], row.at("shape").as_array()[d].as_integer());
    }
    const std::string data = from_hex(row.at("data").as_string());
    ASSERT_EQ(a.data.size(), data.size());
    ASSERT_TRUE(data.empty() || std::memcmp(a.data.data(), data.data(), data.size()) == 0)
        << type << " " << file;
    if (row.at("same").as_bool()) {
      ++same;
      ASSERT_EQ(write_npy(a), file);
    }
    const NpyArray again = parse_npy(write_npy(a), "again");
    ASSERT_EQ(again.data, a.data);
    ASSERT_EQ(again.shape, a.shape);
    ASSERT_EQ(again.type, a.type);
  }
  EXPECT_EQ(rows.as_array().size(), 8U * 14 * 2 * 2 * 3);
  EXPECT_GT(same, 100U);
}

}  // namespace
}  // namespace isthmus::formats::npy_test
