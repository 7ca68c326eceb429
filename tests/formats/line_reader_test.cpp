#include "isthmus/formats/line_reader.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>
#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::formats::line_reader_test {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  LineReader in(text, "t");
  while (in.next()) {
    lines.emplace_back(in.line());
  }
  EXPECT_EQ(in.number(), static_cast<std::int64_t>(lines.size()));
  EXPECT_EQ(LineReader::count_lines(text), in.number()) << text;
  return lines;
}

TEST(LineReader, TakesBothLineEndsAndAMissingLastOne) {
  EXPECT_THAT(lines_of(""), ElementsAre());
  EXPECT_THAT(lines_of("a"), ElementsAre("a"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
  EXPECT_THAT(lines_of("a\r\nb\n\nc\r\n"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(lines_of("\n"), ElementsAre(""));
}

TEST(LineReader, SkipsAByteOrderMarkOnce) {
  EXPECT_THAT(lines_of("\xEF\xBB\xBF"
                       "1\n\xEF\xBB\xBF"
                       "2"),
              ElementsAre("1",
                          "\xEF\xBB\xBF"
                          "2"));
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  LineReader in(line, "t");
  EXPECT_TRUE(in.next());
  while (!in.at_end()) {
    fields.emplace_back(in.field("field"));
  }
  return fields;
}

TEST(LineReader, SplitsAtBlanksAndCommas) {
  EXPECT_THAT(fields_of("1, 2"), ElementsAre("1", "2"));
  EXPECT_THAT(fields_of("  1,2 "), ElementsAre("1", "2"));
  EXPECT_THAT(fields_of("1\t 2  3"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(fields_of("a ,b"), ElementsAre("a", "b"));
  EXPECT_THAT(fields_of(" \t "), ElementsAre());
}

TEST(LineReader, KeepsAnEmptyFieldBesideAComma) {
  EXPECT_THAT(fields_of("1,,2"), ElementsAre("1", "", "2"));
  EXPECT_THAT(fields_of(",1"), ElementsAre("", "1"));
  EXPECT_THAT(fields_of("1, "), ElementsAre("1", ""));
}

TEST(LineReader, ReadsNumbersIndependentOfTheirWriter) {
  LineReader in("-9223372036854775808 9223372036854775807 -0 1.5 -2e-3 1E5 .5 7", "t");
  ASSERT_TRUE(in.next());
  EXPECT_EQ(in.integer("a"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(in.integer("a"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(in.integer("a", 0, 3), 0);
  EXPECT_EQ(in.real("a"), 1.5);
  EXPECT_EQ(in.real("a"), -2e-3);
  EXPECT_EQ(in.real("a"), 1e5);
  EXPECT_EQ(in.real("a"), 0.5);
  EXPECT_EQ(in.rest(), "7");
  in.expect_end();
}

TEST(LineReader, RoundsWhatIsTooSmallForADoubleToZeroOrDenormal) {
  LineReader in("1e-400 -1e-400 4e-320 nan -inf", "t");
  ASSERT_TRUE(in.next());
  EXPECT_EQ(in.real("a"), 0.0);
  EXPECT_EQ(in.real("a"), 0.0);
  EXPECT_EQ(in.real("a"), 4e-320);
  EXPECT_TRUE(std::isnan(in.real("a", NonFinite::kAllow)));
  EXPECT_TRUE(std::isinf(in.real("a", NonFinite::kAllow)));
}

struct Broken {
  const char* line;
  std::function<void(LineReader&)> read;
  const char* message;
};

TEST(LineReader, NamesFileLineRuleAndTextGot) {
  const auto id = [](LineReader& in) { (void)in.integer("node id", 1, 5); };
  const auto any = [](LineReader& in) { (void)in.integer("count"); };
  const auto real = [](LineReader& in) { (void)in.real("weight"); };
  const Broken table[] = {
      {"0", id, "f:2: node id is out of range (expected an integer in 1..5, got \"0\")"},
      {"6", id, "f:2: node id is out of range (expected an integer in 1..5, got \"6\")"},
      {"x", id, "f:2: node id is not an integer (expected an integer in 1..5, got \"x\")"},
      {"1x", id, "f:2: node id is not an integer (expected an integer in 1..5, got \"1x\")"},
      {"1.0", id, "f:2: node id is not an integer (expected an integer in 1..5, got \"1.0\")"},
      {"+1", id, "f:2: node id is not an integer (expected an integer in 1..5, got \"+1\")"},
      {",1", id, "f:2: node id is not an integer (expected an integer in 1..5, got \"\")"},
      {"99999999999999999999", any,
       "f:2: count is out of range (expected an integer of 64 bits, got \"99999999999999999999\")"},
      {"-1", [](LineReader& in) { (void)in.integer("n", 0); },
       "f:2: n is out of range (expected an integer >= 0, got \"-1\")"},
      {"9",
       [](LineReader& in) { (void)in.integer("n", std::numeric_limits<std::int64_t>::min(), 8); },
       "f:2: n is out of range (expected an integer <= 8, got \"9\")"},
      {" ", id, "f:2: node id is missing (expected one more field, got \"end of line\")"},
      {"1.5.2", real, "f:2: weight is not a number (expected a number, got \"1.5.2\")"},
      {"1e400", real,
       "f:2: weight is out of range (expected a number within double's range, got \"1e400\")"},
      {"1e99999", real,
       "f:2: weight is out of range (expected a number within double's range, got \"1e99999\")"},
      {"inf", real, "f:2: weight is not finite (expected a finite number, got \"inf\")"},
      {"1 2", [&](LineReader& in) { any(in), in.expect_end(); },
       "f:2: line has too many fields (expected end of line, got \"2\")"},
      {"1,", [&](LineReader& in) { any(in), in.expect_end(); },
       "f:2: line has too many fields (expected end of line, got \"\")"},
      {"a\x01z", any,
       "f:2: count is not an integer (expected an integer of 64 bits, got \"a\\x01z\")"},
  };
  for (const Broken& broken : table) {
    const std::string text = "first\n" + std::string(broken.line) + "\n";
    LineReader in(text, "f");
    ASSERT_TRUE(in.next() && in.next());
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { broken.read(in); }), broken.message);
  }
}

/// strtod and strtoll are the oracles; the texts are what printf writes for random values.
class LineReaderOnRandomNumbers : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LineReaderOnRandomNumbers, AgreesWithTheCLibrary) {
  std::mt19937_64 bits(GetParam());
  static const char* const kSeparators[] = {" ", ",", ", ", "\t", " , ", "  "};
  std::string text;
  std::vector<std::string> tokens;
  for (int k = 0; k < 600; ++k) {
    char token[64];
    const auto raw = static_cast<std::int64_t>(bits()) >> (bits() % 64);
    if (k % 2 == 0) {
      std::snprintf(token, sizeof token, "%lld", static_cast<long long>(raw));
    } else {
      const double scale = std::pow(10.0, static_cast<double>(bits() % 600) - 310.0);
      std::snprintf(token, sizeof token, bits() % 2 == 0 ? "%.17g" : "%.6e",
                    static_cast<double>(raw % 100000) * scale);
    }
    tokens.emplace_back(token);
    text += token;
    text += k % 10 == 9 ? (bits() % 2 == 0 ? "\r\n" : "\n") : kSeparators[bits() % 6];
  }
  LineReader in(text, "t");
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (k % 10 == 0) {
      ASSERT_TRUE(in.next());
    }
    if (k % 2 == 0) {
      ASSERT_EQ(in.integer("n"), std::strtoll(tokens[k].c_str(), nullptr, 10)) << tokens[k];
    } else {
      ASSERT_EQ(in.real("x"), std::strtod(tokens[k].c_str(), nullptr)) << tokens[k];
    }
    if (k % 10 == 9) {
      in.expect_end();
    }
  }
  EXPECT_FALSE(in.next());
}
INSTANTIATE_TEST_SUITE_P(Seeds, LineReaderOnRandomNumbers, ::testing::Range<std::uint64_t>(0, 8));

}  // namespace
}  // namespace isthmus::formats::line_reader_test
