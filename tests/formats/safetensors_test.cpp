#include "isthmus/formats/safetensors.hpp"

#include <cstdlib>
#include <cstring>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/sha256.hpp"

#include "formats/scratch.hpp"
#include "little_endian.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::formats::safetensors_test {
namespace {

using test::from_hex;
using test::ScratchFile;
using ::testing::ElementsAre;
using ::testing::Pair;

std::string file_of(const std::string& header, const std::string& data = "") {
  std::string bytes;
  append_little(bytes, static_cast<std::uint64_t>(header.size()));
  return bytes + header + data;
}

TensorBytes tensor(TensorType type, std::vector<std::int64_t> shape, const std::string& data) {
  const auto* first = reinterpret_cast<const std::byte*>(data.data());
  return {type, std::move(shape), {first, first + data.size()}};
}

std::string text_of(const TensorBytes& t) {
  return {reinterpret_cast<const char*>(t.data.data()), t.data.size()};
}

TEST(ParseSafetensors, ReadsAFileWrittenByHand) {
  const SafetensorsFile file = parse_safetensors(
      file_of(R"({"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[1,9]},)"
              R"("a":{"data_offsets":[0,1],"shape":[],"dtype":"BOOL"}}  )",
              "\x01"
              "12345678"),
      "h");
  EXPECT_THAT(file.metadata, ElementsAre(Pair("k", "v")));
  ASSERT_EQ(file.tensors.size(), 2U);
  const TensorBytes& a = file.tensors.at("a");
  EXPECT_EQ(a.type, TensorType::kBool);
  EXPECT_THAT(a.shape, ElementsAre());
  EXPECT_EQ(text_of(a), "\x01");
  const TensorBytes& b = file.tensors.at("b");  // not aligned, and legal
  EXPECT_EQ(b.type, TensorType::kF32);
  EXPECT_THAT(b.shape, ElementsAre(1, 2));
  EXPECT_EQ(text_of(b), "12345678");
}

TEST(ParseSafetensors, ReadsEmptyFilesAndEmptyTensors) {
  EXPECT_TRUE(parse_safetensors(file_of("{}"), "h").tensors.empty());
  const SafetensorsFile file =
      parse_safetensors(file_of(R"({"a":{"dtype":"F64","shape":[0,3],"data_offsets":[2,2]},)"
                                R"("b":{"dtype":"I16","shape":[1],"data_offsets":[0,2]}})",
                                "xy"),
                        "h");
  EXPECT_EQ(file.tensors.size(), 2U);
}

TEST(WriteSafetensors, OrdersByElementSizeThenNameAndPadsTheHeader) {
  SafetensorsFile file;
  file.metadata = {{"z", "1"}, {"a", "\"q\""}};
  file.tensors["a"] = tensor(TensorType::kU8, {1}, "u");
  file.tensors["c"] = tensor(TensorType::kI64, {1}, "eightby1");
  file.tensors["b"] = tensor(TensorType::kF64, {}, "eightby2");
  const std::string header = R"({"__metadata__":{"a":"\"q\"","z":"1"},)"
                             R"("b":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
                             R"("c":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},)"
                             R"("a":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}})";
  std::string padded = header;
  while (padded.size() % 8 != 0) {
    padded += ' ';
  }
  EXPECT_EQ(write_safetensors(file), file_of(padded, "eightby2eightby1u"));
}

TEST(WriteSafetensors, RefusesWhatItCouldNotReadBack) {
  const auto write = [](const std::string& name, const TensorBytes& t) {
    SafetensorsFile file;
    file.tensors[name] = t;
    (void)write_safetensors(file);
  };
  const char* const rule =
      "must have the bytes that shape and type give and another name than __metadata__, got ";
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { write("a", tensor(TensorType::kF32, {2}, "1234")); }),
              "write_safetensors: tensor \"a\" " + std::string(rule) + "4 bytes");
  EXPECT_THROW(write("a", tensor(TensorType::kU8, {-1, -4}, "1234")), InvalidArgument);
  EXPECT_THROW(write("__metadata__", tensor(TensorType::kU8, {0}, "")), InvalidArgument);
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { write("\xff", tensor(TensorType::kU8, {0}, "")); }),
              "write_safetensors: a tensor's name must be UTF-8, got \"\xff\"");
}

struct Broken {
  std::string bytes;
  const char* message;
};

TEST(ParseSafetensors, NamesOffsetRuleAndCodeOfEachKindOfBrokenFile) {
  const std::string huge("\x01\xe1\xf5\x05\0\0\0\0", 8);  // 100,000,001
  const std::string beyond("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  const char* const entry_rule =
      "f@37: tensor \"a\" must have exactly dtype (a string), shape (integers) and data_offsets "
      "(two integers) [ST_ENTRY]";
  const Broken table[] = {
      {"", "f@0: file is shorter than the 8 bytes of the header's length [ST_TOO_SHORT]"},
      {"1234567", "f@7: file is shorter than the 8 bytes of the header's length [ST_TOO_SHORT]"},
      {huge,
       "f@0: header is too large (expected at most 100000000 bytes, got 100000001) "
       "[ST_HEADER_TOO_LARGE]"},
      {beyond,
       "f@0: header is too large (expected at most 100000000 bytes, got "
       "18446744073709551615) [ST_HEADER_TOO_LARGE]"},
      {file_of("{}").substr(0, 9),
       "f@0: header does not fit into the file (expected at most 1 bytes, got 2) "
       "[ST_HEADER_LENGTH]"},
      {file_of(""), "f@8: header is not one JSON object with only blanks after it [ST_JSON]"},
      {file_of(" {}"), "f@8: header is not one JSON object with only blanks after it [ST_JSON]"},
      {file_of("{}\n"), "f@8: header is not one JSON object with only blanks after it [ST_JSON]"},
      {file_of("[]"), "f@8: header is not one JSON object with only blanks after it [ST_JSON]"},
      {file_of("{} {}"),
       "f@11: not valid JSON (syntax error while parsing value - unexpected '{'; "
       "expected end of input) [ST_JSON]"},
      {file_of("{\"\xff\":1}"), "f@10: header is not UTF-8 [ST_UTF8]"},
      {file_of("{\"a\":{}, \"a\":{}}"),
       "f@14: tensor \"a\" must have exactly dtype (a string), shape (integers) and data_offsets "
       "(two integers) [ST_ENTRY]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}})"),
       "f@63: key \"a\" is there twice [ST_DUPLICATE]"},
      {file_of(R"({"__metadata__":{"x":"1","x":"2"}})"),
       "f@35: metadata \"x\" is there twice [ST_DUPLICATE]"},
      {file_of(R"({"__metadata__":{},"__metadata__":{}})"),
       "f@40: key \"__metadata__\" is there twice [ST_DUPLICATE]"},
      {file_of(R"({"a":{"dtype":"U8","dtype":"U8"}})"),
       "f@33: key \"dtype\" is there twice [ST_DUPLICATE]"},
      {file_of(R"({"__metadata__":{"x":1}})"),
       "f@29: __metadata__ must map strings to strings [ST_METADATA]"},
      {file_of(R"({"__metadata__":null})"),
       "f@27: __metadata__ must map strings to strings [ST_METADATA]"},
      {file_of(R"({"__metadata__":{"x":{}}})"),
       "f@29: __metadata__ must map strings to strings [ST_METADATA]"},
      {file_of(R"({"__metadata__":[]})"),
       "f@24: __metadata__ must map strings to strings [ST_METADATA]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[0],"offsets":[0,0]}})"),
       "f@47: tensor \"a\" has the unknown key \"offsets\" [ST_ENTRY]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[]}})"), entry_rule},
      {file_of(R"({"a":7})"),
       "f@13: tensor \"a\" must have exactly dtype (a string), shape "
       "(integers) and data_offsets (two integers) [ST_ENTRY]"},
      {file_of(R"({"a":{"shape":[[0]]}})"),
       "f@23: tensor \"a\" must have exactly dtype (a string), shape (integers) and data_offsets "
       "(two integers) [ST_ENTRY]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", "x"),
       "f@57: tensor \"a\" must have exactly dtype (a string), shape (integers) and data_offsets "
       "(two integers) [ST_ENTRY]"},
      {file_of(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", "x"),
       "f@30: tensor \"a\" has an unsupported dtype (expected F64, F32, F16, BF16, I64, I32, I16, "
       "I8, U8 or BOOL, got \"F8_E4M3\") [ST_DTYPE]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "x"),
       "f@36: a number is not a plain integer >= 0 [ST_JSON]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "x"),
       "f@36: a number is not a plain integer >= 0 [ST_JSON]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}})"),
       "f@36: a number is not a plain integer >= 0 [ST_JSON]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,0]}})"),
       "f@36: integer does not fit in 64 signed bits (expected -2^63..2^63-1, got "
       "\"9223372036854775808\") [ST_JSON]"},
      {file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"),
       "f@11: tensor \"a\" has more bytes than 63 bits can count [ST_OVERFLOW]"},
      {file_of(R"({"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}})"),
       "f@11: tensor \"a\" has more bytes than 63 bits can count [ST_OVERFLOW]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[1,0]}})"),
       "f@11: tensor \"a\" ends before it begins [ST_OFFSET]"},
      {file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,3]}})", "xyz"),
       "f@11: tensor \"a\" has another size than shape and dtype say (expected 4 bytes, got 3) "
       "[ST_SIZE]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "xy"),
       "f@11: tensor \"a\" leaves a hole or overlaps (expected to begin at 0, got 1) [ST_OFFSET]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
               R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
               "xyz"),
       "f@63: tensor \"b\" leaves a hole or overlaps (expected to begin at 2, got 1) [ST_OFFSET]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "x"),
       "f@8: tensors do not end where the file does (expected 2 bytes of data, got 1) "
       "[ST_INCOMPLETE]"},
      {file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "xyz"),
       "f@8: tensors do not end where the file does (expected 2 bytes of data, got 3) "
       "[ST_INCOMPLETE]"},
      {file_of("{}", "x"),
       "f@8: tensors do not end where the file does (expected 0 bytes of data, got 1) "
       "[ST_INCOMPLETE]"},
  };
  for (const Broken& broken : table) {
    EXPECT_THAT(
        isthmus::test::message_of<DataError>([&] { (void)parse_safetensors(broken.bytes, "f"); }),
        broken.message);
  }
}

/// Random tensors of every type; names that need escaping.
SafetensorsFile random_file(std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  SafetensorsFile file;
  for (std::uint64_t k = bits() % 12; k > 0; --k) {
    TensorBytes t;
    t.type = static_cast<TensorType>(bits() % 10);
    std::size_t size = size_of(t.type);
    for (std::uint64_t d = bits() % 4; d > 0; --d) {
      t.shape.push_back(static_cast<std::int64_t>(bits() % 5));
      size *= static_cast<std::size_t>(t.shape.back());
    }
    for (std::size_t b = 0; b < size; ++b) {
      t.data.push_back(static_cast<std::byte>(bits()));
    }
    file.tensors["t\"\n\u00e9" + std::to_string(bits() % 50)] = t;
    file.metadata["k" + std::to_string(bits() % 9)] = "v\\\t" + std::to_string(bits());
  }
  return file;
}

class SafetensorsOnRandomFiles : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SafetensorsOnRandomFiles, ReadsBackWhatItWroteAlignedToItsElements) {
  const SafetensorsFile file = random_file(GetParam());
  const std::string bytes = write_safetensors(file);
  const auto header = static_cast<std::size_t>(load_little<std::uint64_t>(bytes, 0));
  EXPECT_EQ(header % 8, 0U);
  EXPECT_NE(bytes.substr(header, 8), std::string(8, ' '));  // no more padding than needed
  const ScratchFile on_disk("r.safetensors", bytes);
  const SafetensorsFile got = read_safetensors(on_disk.path());
  EXPECT_EQ(got.metadata, file.metadata);
  ASSERT_EQ(got.tensors.size(), file.tensors.size());
  for (const auto& [name, t] : file.tensors) {
    EXPECT_EQ(got.tensors.at(name).type, t.type);
    EXPECT_EQ(got.tensors.at(name).shape, t.shape);
    EXPECT_EQ(got.tensors.at(name).data, t.data);
  }
  EXPECT_EQ(write_safetensors(got), bytes);
}
INSTANTIATE_TEST_SUITE_P(Seeds, SafetensorsOnRandomFiles, ::testing::Range<std::uint64_t>(0, 16));

// The format is simple enough for Python to be an oracle without a library: json and slices.
constexpr const char* kReadByDefinition = R"(
import hashlib, json, struct, sys
rows = []
for path in sys.stdin.read().split('\n'):
    if not path: continue
    b = open(path, 'rb').read()
    n, = struct.unpack('<Q', b[:8])
    for name, e in json.loads(b[8:8 + n]).items():
        if name == '__metadata__': continue
        s, t = e['data_offsets']
        rows.append([path, name, e['dtype'], e['shape'],
                     hashlib.sha256(b[8 + n + s:8 + n + t]).hexdigest()])
print(json.dumps(rows))
)";

void expect_equal_to_python(const std::vector<std::filesystem::path>& paths) {
  std::string list;
  for (const auto& path : paths) {
    list += path.string() + "\n";
  }
  const auto out = isthmus::test::run_python("json", kReadByDefinition, list);
  if (!out) {
    GTEST_SKIP() << "no python3";
  }
  const Json rows = parse_json(*out, "oracle");
  std::size_t count = 0;
  for (const auto& path : paths) {
    count += read_safetensors(path).tensors.size();
  }
  EXPECT_EQ(rows.as_array().size(), count);
  for (const Json& row : rows.as_array()) {
    const Json::Array& cells = row.as_array();
    const SafetensorsFile file = read_safetensors(cells[0].as_string());
    const TensorBytes& t = file.tensors.at(cells[1].as_string());
    EXPECT_EQ(name_of(t.type), cells[2].as_string());
    Json shape = Json::array();
    for (const std::int64_t n : t.shape) {
      shape.push_back(n);
    }
    EXPECT_EQ(shape, cells[3]);
    Sha256 hash;
    hash.update(t.data);
    EXPECT_EQ(hash.hex(), cells[4].as_string());
  }
}

TEST(Safetensors, MeansToPythonWhatItMeansHere) {
  const ScratchFile file("o.safetensors", write_safetensors(random_file(5)));
  expect_equal_to_python({file.path()});
}

TEST(Safetensors, ReadsPublishedFiles) {
  const char* root = std::getenv("ISTHMUS_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(root == nullptr ? "" : root) / "metanet/pytorch_mnist_cnn";
  if (!std::filesystem::is_directory(folder)) {
    GTEST_SKIP() << "no metanet/pytorch_mnist_cnn below ISTHMUS_DATA";
  }
  expect_equal_to_python({folder / "mnist.safetensors", folder / "multi_layer.safetensors"});
  // The counts that the data set's README gives.
  const SafetensorsFile mnist = read_safetensors(folder / "mnist.safetensors");
  EXPECT_EQ(mnist.tensors.size(), 20U);
  EXPECT_THAT(mnist.tensors.at("fc1.weight").shape, ElementsAre(32, 11616));
  std::int64_t values = 0;
  for (const auto& [name, t] : mnist.tensors) {
    values += static_cast<std::int64_t>(t.data.size() / size_of(t.type));
  }
  EXPECT_EQ(values, 376'940);
  EXPECT_EQ(read_safetensors(folder / "multi_layer.safetensors").tensors.size(), 9U);
}

}  // namespace
}  // namespace isthmus::formats::safetensors_test
