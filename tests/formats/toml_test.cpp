#include "isthmus/formats/toml.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "formats/random_json.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::formats::toml_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr const char* kExample = R"(# a comment
seed = 0
optim = { base_lr = 5e-4, max_epoch = 200 }

[gnn]
layers = 2
act = "relu"
agg.kind = "add"

[a.b]
x = 1.0

[[grid]]
k = 1
[[grid]]
k = 2
)";

TEST(ParseToml, KeepsTheOrderOfTheFile) {
  EXPECT_EQ(write_json(parse_toml(kExample, "t.toml").root),
            R"({"seed":0,"optim":{"base_lr":5e-04,"max_epoch":200},)"
            R"("gnn":{"layers":2,"act":"relu","agg":{"kind":"add"}},"a":{"b":{"x":1.0}},)"
            R"("grid":[{"k":1},{"k":2}]})");
}

TEST(ParseToml, KnowsTheLineOfEveryKey) {
  EXPECT_THAT(
      parse_toml(kExample, "t.toml").line,
      UnorderedElementsAre(Pair("seed", 2), Pair("optim", 3), Pair("optim.base_lr", 3),
                           Pair("optim.max_epoch", 3), Pair("gnn", 5), Pair("gnn.layers", 6),
                           Pair("gnn.act", 7), Pair("gnn.agg", 8), Pair("gnn.agg.kind", 8),
                           Pair("a", 10), Pair("a.b", 10), Pair("a.b.x", 11), Pair("grid", 13),
                           Pair("grid[0].k", 14), Pair("grid[1].k", 16)));
}

TEST(ParseToml, TellsIntegersFromDoubles) {
  const Json root = parse_toml("a = 1\nb = 1.0\nc = 0x10\nd = inf\ne = 1_000", "t").root;
  EXPECT_EQ(root.at("a"), Json(1));
  EXPECT_EQ(root.at("b"), Json(1.0));
  EXPECT_EQ(root.at("c"), Json(16));
  EXPECT_TRUE(std::isinf(root.at("d").as_double()));
  EXPECT_EQ(root.at("e"), Json(1000));
}

TEST(ParseToml, TakesAnEmptyTextAsAnEmptyTable) {
  EXPECT_EQ(parse_toml("", "t").root, Json::object());
}

TEST(ParseToml, QuotesKeysInPathsThatAreNotBare) {
  EXPECT_THAT(parse_toml("\"a.b\".c = 1", "t").line,
              UnorderedElementsAre(Pair("\"a.b\"", 1), Pair("\"a.b\".c", 1)));
}

struct Broken {
  std::string text;
  const char* message;
};

TEST(ParseToml, NamesTheLineAndTheRuleOfEachKindOfBrokenText) {
  std::string dotted = "a";
  for (int k = 0; k < 33; ++k) {
    dotted += ".a";
  }
  const Broken table[] = {
      {"a = 1\nb = \n", "t.toml:2: not valid TOML ("},
      {"a = 1\n\na = 2\n", "t.toml:3: not valid TOML ("},
      {"[t]\na = 1\n[t]\n", "t.toml:3: not valid TOML ("},
      {"\nday = 2020-01-02", "t.toml:2: dates and times are not supported (key day)"},
      {"a = { b = [1, 07:32:00] }", "t.toml:1: dates and times are not supported (key a.b[1])"},
      {"a = \"x\n\"", "t.toml:1: not valid TOML ("},
      {"a = 99999999999999999999", "t.toml:1: not valid TOML ("},
      {"a = \"\xff\"", "t.toml:1: not valid TOML ("},
      {"x = 1\n" + dotted + " = 1", "t.toml:2: a key has more than 32 dots"},
      {"x = 1\n[" + dotted + "]", "t.toml:2: a key has more than 32 dots"},
      {"a = " + std::string(33, '['), "t.toml:1: nested deeper than 32 brackets"},
      {"b = \"\"\"\n'[[[\n\"\"\"\nc = '''\n'''\na = " + std::string(33, '['),
       "t.toml:6: nested deeper than 32 brackets"},
  };
  for (const Broken& broken : table) {
    EXPECT_THAT(
        isthmus::test::message_of<DataError>([&] { (void)parse_toml(broken.text, "t.toml"); }),
        HasSubstr(broken.message))
        << broken.text;
  }
}

// What looks like depth but lies in strings, comments or between values is none.
TEST(ParseToml, CountsOnlyBracketsAndDotsThatNest) {
  const std::string many(40, '[');
  const std::string dots =
      "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a";
  const std::string text = "a = \"" + many + dots + "\\\"" + many + "\"\n" +     //
                           "b = '" + many + "'  # " + many + dots + "\n" +       //
                           "c = \"\"\"\n" + many + "\n\"" + many + "\"\"\"\n" +  //
                           "d = '''" + dots + "\n'" + many + "'''\n" +           //
                           "e = \"\"\"x\"\"\"\"\"\n";
  std::string floats = "f = [0.5";
  for (int k = 0; k < 100; ++k) {
    floats += ", 1.5";
  }
  EXPECT_EQ(parse_toml(text + floats + "]", "t").root.as_object().size(), 6U);
}

TEST(WriteToml, PutsPlainValuesBeforeTables) {
  const Json root = parse_json(
      R"({"t":{"x":1,"sub":{"y":2.0},"empty":{}},"seed":0,"list":[1,{"a b":"q\"\n"}]})", "t");
  EXPECT_EQ(write_toml(root),
            "seed = 0\n"
            "list = [1, { \"a b\" = \"q\\\"\\n\" }]\n"
            "\n[t]\nx = 1\n"
            "\n[t.sub]\ny = 2.0\n"
            "\n[t.empty]\n");
}

TEST(WriteToml, RefusesWhatTomlCannotSay) {
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([] { (void)write_toml(Json(1)); }),
              "write_toml: root must be an object, got integer");
  Json root;
  root["a"]["b"].push_back(Json());
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)write_toml(root); }),
              "write_toml: a.b[] must not be null, TOML has no such value");
}

/// Plain values first, at every level that becomes a [table].
Json plain_first(const Json& json) {
  if (!json.is_object()) {
    return json;
  }
  Json result = Json::object();
  for (const bool want_object : {false, true}) {
    for (const auto& [key, value] : json.as_object()) {
      if (value.is_object() == want_object) {
        result[key] = plain_first(value);
      }
    }
  }
  return result;
}

class TomlOnRandomDocuments : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(TomlOnRandomDocuments, ReadsBackWhatItWrote) {
  test::RandomJson random(GetParam());
  for (int k = 0; k < 40; ++k) {
    const Json json = random.object(4);
    const std::string text = write_toml(json);
    ASSERT_EQ(parse_toml(text, "t").root, plain_first(json)) << text;
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, TomlOnRandomDocuments, ::testing::Range<std::uint64_t>(0, 16));

// Python's tomllib and json are the oracles: both texts of one document must agree.
TEST(WriteToml, MeansToPythonWhatTheJsonMeans) {
  test::RandomJson random(11);
  Json pairs = Json::array();
  for (int k = 0; k < 200; ++k) {
    const Json json = random.object(4);
    pairs.push_back(Json(Json::Array{write_toml(json), write_json(json)}));
  }
  const auto out = isthmus::test::run_python("tomllib", R"(
import json, sys, tomllib
pairs = json.load(sys.stdin)
print(sum(tomllib.loads(t) == json.loads(j) for t, j in pairs))
)",
                                             write_json(pairs));
  if (!out) {
    GTEST_SKIP() << "no python3 with tomllib";
  }
  EXPECT_EQ(*out, "200\n");
}

}  // namespace
}  // namespace isthmus::formats::toml_test
