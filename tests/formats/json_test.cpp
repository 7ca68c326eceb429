#include "isthmus/formats/json.hpp"

#include <cstdio>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "formats/random_json.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::formats::json_test {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Json, KeepsTheOrderOfKeys) {
  const Json json = parse_json(R"({"b": 1, "a": [true, null, 2.5, "x"]})", "t.json");
  EXPECT_EQ(json.as_object()[0].first, "b");
  EXPECT_EQ(json.at("b").as_integer(), 1);
  EXPECT_EQ(write_json(json), R"({"b":1,"a":[true,null,2.5,"x"]})");
}

TEST(Json, WritesIndentedTextAndEmptyContainersOnOneLine) {
  Json json;
  json["a"].push_back(1);
  json["a"].push_back(Json::object());
  json["b"] = Json::array();
  EXPECT_EQ(write_json(json, 2), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(Json, TellsIntegersFromDoublesInBothDirections) {
  EXPECT_EQ(write_json(Json(1)), "1");
  EXPECT_EQ(write_json(Json(1.0)), "1.0");
  EXPECT_EQ(write_json(Json(1e300)), "1e+300");
  EXPECT_EQ(write_json(Json(0.1)), "0.1");
  EXPECT_EQ(write_json(Json(-0.0)), "-0.0");
  EXPECT_TRUE(parse_json("1", "t").is_integer());
  EXPECT_FALSE(parse_json("1.0", "t").is_integer());
  EXPECT_TRUE(parse_json("1.0", "t").is_number());
  EXPECT_EQ(parse_json("3", "t").as_double(), 3.0);
}

TEST(Json, WritesWhatIsNotFiniteAsNull) {
  EXPECT_EQ(write_json(Json(std::nan(""))), "null");
  EXPECT_EQ(write_json(Json(-kInfinity)), "null");
}

TEST(Json, HoldsTheWholeRangeOfInt64AndNothingBeyond) {
  EXPECT_EQ(parse_json("9223372036854775807", "t").as_integer(),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_json("-9223372036854775808", "t").as_integer(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Json(std::size_t{7}).as_integer(), 7);
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)Json(std::size_t{1} << 63U); }),
              HasSubstr("below 2^63, got 9223372036854775808"));
}

TEST(Json, EscapesControlCharactersAndReplacesInvalidUtf8) {
  EXPECT_EQ(write_json(Json("a\"\\\n\t\r\x01\x7f\u00e9")),
            "\"a\\\"\\\\\\n\\t\\r\\u0001\\u007f\u00e9\"");
  EXPECT_EQ(write_json(Json("x\xff\xc3y")), "\"x\uFFFD\uFFFDy\"");
}

TEST(Json, SkipsAByteOrderMark) {
  EXPECT_EQ(parse_json("\xEF\xBB\xBF[1]", "t"), Json(Json::Array{1}));
}

TEST(Json, FindsMembers) {
  Json json = parse_json(R"({"a": 1})", "t");
  EXPECT_NE(json.find("a"), nullptr);
  EXPECT_EQ(json.find("b"), nullptr);
  json["b"] = "new";
  EXPECT_EQ(json.at("b").as_string(), "new");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)json.at("c"); }),
              "Json: the object has no member \"c\"");
}

TEST(Json, NamesBothTypesWhenTheyDisagree) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)Json(1).as_string(); }),
              "Json: expected string, got integer");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)Json("x").as_double(); }),
              "Json: expected number, got string");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)Json(1.5).as_integer(); }),
              "Json: expected integer, got number");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)Json().find("a"); }),
              "Json: expected object, got null");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)Json(true).as_array(); }),
              "Json: expected array, got boolean");
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([] { (void)Json(Json::Array{}).as_bool(); }),
      "Json: expected boolean, got array");
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { Json(Json::Object{}).push_back(1); }),
              "Json: expected array, got object");
}

struct Broken {
  const char* text;
  const char* message;
};

TEST(ParseJson, NamesTheLineAndTheRuleOfEachKindOfBrokenText) {
  const Broken table[] = {
      {"",
       "t.json:1: not valid JSON (syntax error while parsing value - unexpected end of input; "
       "expected '[', '{', or a literal)"},
      {"{\n\"a\": 1,\n}",
       "t.json:3: not valid JSON (syntax error while parsing object key - "
       "unexpected '}'; expected string literal)"},
      {"[1,\n2\n",
       "t.json:2: not valid JSON (syntax error while parsing array - unexpected end of "
       "input; expected ']')"},
      {"[1] [2]",
       "t.json:1: not valid JSON (syntax error while parsing value - unexpected '['; "
       "expected end of input)"},
      {"{\"a\": 1,\n\"b\": 2,\n\"a\": 3\n}", "t.json:3: duplicate key \"a\""},
      {"[\n18446744073709551615\n]",
       "t.json:2: integer does not fit in 64 signed bits (expected -2^63..2^63-1, got "
       "\"18446744073709551615\")"},
      {"\n9223372036854775808",
       "t.json:2: integer does not fit in 64 signed bits (expected -2^63..2^63-1, got "
       "\"9223372036854775808\")"},
      {"[-99999999999999999999]",
       "t.json:1: integer does not fit in 64 signed bits (expected -2^63..2^63-1, got "
       "\"-99999999999999999999\")"},
      {"[1e999]", "t.json:1: not valid JSON (number overflow parsing '1e999')"},
  };
  for (const Broken& broken : table) {
    EXPECT_THAT(
        isthmus::test::message_of<DataError>([&] { (void)parse_json(broken.text, "t.json"); }),
        broken.message)
        << broken.text;
  }
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const char* text :
       {"NaN", "[Infinity]", "// c\n1", "/* c */ 1", "{'a': 1}", "[01]", "[+1]", "[1.]", "\"\xff\"",
        "\"\x01\"", "tru", "\"\\ud800\"", "[1,]", "{1: 2}"}) {
    EXPECT_THROW((void)parse_json(text, "t"), DataError) << text;
  }
}

TEST(ParseJson, StopsAtTwoHundredLevels) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_NO_THROW((void)parse_json(nested(200), "t"));
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)parse_json(nested(201), "t"); }),
              "t:1: nested deeper than 200 levels");
  EXPECT_THROW((void)parse_json(std::string(1'000'000, '['), "t"), DataError);
}

class JsonOnRandomDocuments : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(JsonOnRandomDocuments, ReadsBackWhatItWrote) {
  test::RandomJson random(GetParam());
  for (int k = 0; k < 40; ++k) {
    const Json json = random.value(4);
    ASSERT_EQ(parse_json(write_json(json), "t"), json);
    ASSERT_EQ(parse_json(write_json(json, 3), "t"), json);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, JsonOnRandomDocuments, ::testing::Range<std::uint64_t>(0, 16));

// Python's json is the oracle: each double travels beside its exact hexadecimal form.
TEST(WriteJson, GivesPythonTheSameDoubles) {
  test::RandomJson random(3);
  Json pairs = Json::array();
  for (int k = 0; k < 2000; ++k) {
    const double x = random.finite();
    char hex[64];
    std::snprintf(hex, sizeof hex, "%a", x);
    pairs.push_back(Json(Json::Array{x, hex}));
  }
  const auto out = isthmus::test::run_python("json", R"(
import json, sys
pairs = json.load(sys.stdin)
print(sum(isinstance(x, float) and x == float.fromhex(h) for x, h in pairs))
)",
                                             write_json(pairs));
  if (!out) {
    GTEST_SKIP() << "no python3";
  }
  EXPECT_EQ(*out, "2000\n");
}

}  // namespace
}  // namespace isthmus::formats::json_test
