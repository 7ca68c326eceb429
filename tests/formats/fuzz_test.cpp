// Seeded mutations of well-formed files, for every reader of this room: each ends in a value or in
// an isthmus::Error, never in another exception or a crash, and never asks for more memory than 64
// MB + 20 times the file. ISTHMUS_FUZZ=1 makes 100,000 mutations of each format instead of 10,000.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/line_reader.hpp"
#include "isthmus/formats/npy.hpp"
#include "isthmus/formats/npz.hpp"
#include "isthmus/formats/safetensors.hpp"
#include "isthmus/formats/toml.hpp"
#include "isthmus/formats/zip.hpp"

#include "formats/random_json.hpp"

// Every allocation of this program is counted: the live bytes and their peak.
namespace {

constexpr std::size_t kPrefix = alignof(std::max_align_t);
std::atomic<std::size_t> live_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

void* counted(std::size_t size) {
  auto* block = static_cast<unsigned char*>(std::malloc(size + kPrefix));
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  *reinterpret_cast<std::size_t*>(block) = size;
  const std::size_t now = live_bytes.fetch_add(size) + size;
  peak_bytes.store(std::max(peak_bytes.load(), now));
  return block + kPrefix;
}

void release(void* pointer) noexcept {
  if (pointer != nullptr) {
    auto* block = static_cast<unsigned char*>(pointer) - kPrefix;
    live_bytes.fetch_sub(*reinterpret_cast<std::size_t*>(block));
    std::free(block);
  }
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
// A sanitizer's own nothrow forms would not pass through ours.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return counted(size);
}
void operator delete(void* pointer) noexcept { release(pointer); }
void operator delete[](void* pointer) noexcept { release(pointer); }
void operator delete(void* pointer, std::size_t /*size*/) noexcept { release(pointer); }
void operator delete[](void* pointer, std::size_t /*size*/) noexcept { release(pointer); }

namespace isthmus::formats::fuzz_test {
namespace {

/// One change of a file: bits, bytes, lengths, runs, numbers.
void mutate(std::string& bytes, const std::string& other, std::mt19937_64& bits) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : bits() % n; };
  static const char* const kTokens[] = {"0",
                                        "-1",
                                        "18446744073709551615",
                                        "1e999",
                                        "9223372036854775807",
                                        "\"",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        ",",
                                        "(",
                                        ")",
                                        "'",
                                        "\xff",
                                        "\n",
                                        ".",
                                        "null",
                                        "[[[[[",
                                        "a.b.",
                                        "4294967296"};
  const std::size_t at = below(bytes.size() + 1);
  switch (below(9)) {
    case 0:
      if (at < bytes.size()) {
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
      }
      break;
    case 1:
      if (at < bytes.size()) {
        bytes[at] = static_cast<char>(bits());
      }
      break;
    case 2:
      bytes.erase(at, below(16) + 1);
      break;
    case 3:
      bytes.insert(at, kTokens[below(std::size(kTokens))]);
      break;
    case 4:
      bytes.resize(at);
      break;
    case 5:
      bytes.insert(at, bytes.substr(below(bytes.size() + 1), below(64)));
      break;
    case 6: {  // a length or offset of 2, 4 or 8 bytes becomes extreme
      const std::size_t width = std::size_t{2} << below(3);
      const char fill = below(2) == 0 ? '\xff' : '\0';
      for (std::size_t k = at; k < std::min(bytes.size(), at + width); ++k) {
        bytes[k] = fill;
      }
      break;
    }
    case 7:
      bytes.insert(at, other.substr(below(other.size() + 1), below(200)));
      break;
    default:
      if (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9') {
        bytes[at] = static_cast<char>('0' + below(10));
      } else {
        bytes.insert(at, std::string(below(40), static_cast<char>(bits())));
      }
  }
}

struct Format {
  const char* name;
  std::function<std::string(std::mt19937_64&)> sample;
  std::function<void(const std::string&)> read;
};

NpyArray random_array(std::mt19937_64& bits) {
  std::vector<std::int64_t> shape;
  std::size_t n = 1;
  for (std::uint64_t d = bits() % 4; d > 0; --d) {
    shape.push_back(static_cast<std::int64_t>(bits() % 6));
    n *= static_cast<std::size_t>(shape.back());
  }
  std::vector<std::int16_t> values(n);
  for (std::int16_t& value : values) {
    value = static_cast<std::int16_t>(bits());
  }
  NpyArray array = make_npy(std::span<const std::int16_t>(values), shape);
  if (bits() % 4 == 0) {
    array.type = NpyType::kBytes;
    array.width = 2;
  } else if (bits() % 4 == 0) {
    array.type = NpyType::kF16;
  }
  return array;
}

/// Reads an array and every view of it that a data set might take.
void use(const NpyArray& array) {
  for (const auto& convert : std::vector<std::function<void()>>{
           [&] { (void)to_int64(array); }, [&] { (void)to_float(array); },
           [&] { (void)to_bool(array); }, [&] { (void)to_strings(array); }}) {
    try {
      convert();
    } catch (const DataError&) {
    }
  }
}

void read_npz(const std::string& bytes) {
  const Npz npz(ZipReader::of_bytes(bytes, "f.npz"));
  for (const std::string& name : npz.names()) {
    try {
      use(npz.read(name));
    } catch (const DataError&) {
    }
  }
}

void read_lines(const std::string& bytes) {
  LineReader in(bytes, "f.txt");
  while (in.next()) {
    while (!in.at_end()) {
      switch (in.number() % 3) {
        case 0:
          (void)in.integer("a", -100, 100'000);
          break;
        case 1:
          (void)in.real("b");
          break;
        default:
          (void)in.field("c");
      }
    }
    in.expect_end();
  }
}

std::vector<Format> formats() {
  const auto npz_sample = [](std::mt19937_64& bits) {
    std::vector<std::pair<std::string, NpyArray>> arrays;
    for (const char* name : {"x", "edges", "y"}) {
      arrays.emplace_back(name, random_array(bits));
    }
    return write_npz(arrays, bits() % 2 == 0 ? ZipMethod::kStored : ZipMethod::kDeflate);
  };
  return {
      {"json",
       [](std::mt19937_64& bits) { return write_json(test::RandomJson(bits()).value(5), 1); },
       [](const std::string& bytes) {
         const Json json = parse_json(bytes, "f.json");
         if (parse_json(write_json(json), "again") != json) {
           throw std::logic_error("what was read is not written as it was");
         }
       }},
      {"toml", [](std::mt19937_64& bits) { return write_toml(test::RandomJson(bits()).object(4)); },
       [](const std::string& bytes) { (void)parse_toml(bytes, "f.toml"); }},
      {"npy", [](std::mt19937_64& bits) { return write_npy(random_array(bits)); },
       [](const std::string& bytes) { use(parse_npy(bytes, "f.npy")); }},
      {"npz", npz_sample, read_npz},
      {"safetensors",
       [](std::mt19937_64& bits) {
         SafetensorsFile file;
         for (std::uint64_t k = bits() % 5; k > 0; --k) {
           file.metadata["m" + std::to_string(k)] = std::string(bits() % 20, 'v');
           const std::size_t size = bits() % 40;
           file.tensors["t" + std::to_string(k)] = {
               TensorType::kI8, {static_cast<std::int64_t>(size)}, std::vector<std::byte>(size)};
         }
         return write_safetensors(file);
       },
       [](const std::string& bytes) {
         const SafetensorsFile file = parse_safetensors(bytes, "f.safetensors");
         if (write_safetensors(parse_safetensors(write_safetensors(file), "again")) !=
             write_safetensors(file)) {
           throw std::logic_error("what was read is not written as it was");
         }
       }},
      {"lines",
       [](std::mt19937_64& bits) {
         std::string text;
         for (int k = 0; k < 40; ++k) {
           text += std::to_string(bits() % 1000) + (k % 4 == 3 ? "\r\n" : ", ");
         }
         return text;
       },
       read_lines},
  };
}

class Fuzz : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Fuzz, EndsInAValueOrAnErrorOfOursWithinItsMemory) {
  const Format format = formats()[GetParam()];
  const int rounds = std::getenv("ISTHMUS_FUZZ") != nullptr ? 100'000 : 10'000;
  std::mt19937_64 bits(GetParam());
  std::string base = format.sample(bits);
  std::string other = format.sample(bits);
  int accepted = 0;
  int refused = 0;
  for (int k = 0; k < rounds; ++k) {
    if (k % 50 == 0) {  // a new pair of well-formed files, which must be accepted as they are
      other = std::exchange(base, format.sample(bits));
      ASSERT_NO_THROW(format.read(base)) << format.name << " round " << k;
    }
    std::string bytes = base;
    for (std::uint64_t n = 1 + bits() % 4; n > 0; --n) {
      mutate(bytes, other, bits);
    }
    const std::size_t before = live_bytes.load();
    peak_bytes.store(before);
    try {
      format.read(bytes);
      ++accepted;
    } catch (const Error& error) {
      ++refused;
      ASSERT_NE(std::string(error.what()).find("f."), std::string::npos) << error.what();
    } catch (const std::exception& error) {
      FAIL() << format.name << " round " << k << " threw " << error.what();
    }
    ASSERT_EQ(live_bytes.load(), before) << format.name << " round " << k << " leaks";
    ASSERT_LE(peak_bytes.load() - before, (std::size_t{64} << 20U) + 20 * bytes.size())
        << format.name << " round " << k;
  }
  EXPECT_GT(accepted, rounds / 1000) << "mutations too wild to reach beyond the first rule";
  EXPECT_GT(refused, rounds / 100) << "mutations too tame";
  RecordProperty("accepted", accepted);
}
INSTANTIATE_TEST_SUITE_P(Formats, Fuzz, ::testing::Range<std::size_t>(0, 6),
                         [](const auto& row) { return std::string(formats()[row.param].name); });

}  // namespace
}  // namespace isthmus::formats::fuzz_test
