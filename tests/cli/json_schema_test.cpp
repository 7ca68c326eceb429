// The validator that all other tests of JSON output rest on.
#include "support/json_schema.hpp"

#include <string>

#include <gmock/gmock.h>

namespace isthmus::test::json_schema_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> errors(const std::string& schema, const std::string& document) {
  return json_schema_errors(formats::parse_json(schema, "schema"),
                            formats::parse_json(document, "document"));
}

TEST(JsonSchema, ChecksTypesAndValues) {
  EXPECT_THAT(errors(R"({"type":"integer","minimum":0})", "3"), IsEmpty());
  EXPECT_THAT(errors(R"({"type":["string","null"]})", "null"), IsEmpty());
  EXPECT_THAT(errors(R"({"type":"integer"})", "1.5"),
              ElementsAre("$: expected type \"integer\", got 1.5"));
  EXPECT_THAT(errors(R"({"minimum":0})", "-1"), ElementsAre("$: -1 is out of range"));
  EXPECT_THAT(errors(R"({"const":"a"})", "\"b\""), ElementsAre("$: expected \"a\", got \"b\""));
  EXPECT_THAT(errors(R"({"enum":[1,2]})", "3"), ElementsAre("$: 3 is not one of [1,2]"));
  EXPECT_THAT(errors(R"({"pattern":"^[0-9]+$"})", "\"1a\""),
              ElementsAre("$: '1a' does not match ^[0-9]+$"));
}

TEST(JsonSchema, ChecksMembersAndItems) {
  const std::string schema =
      R"({"properties":{"a":{"items":{"type":"string"}}},"required":["a","b"],"additionalProperties":{"type":"null"}})";
  EXPECT_THAT(errors(schema, R"({"a":["x"],"b":null})"), IsEmpty());
  EXPECT_THAT(errors(schema, R"({"a":["x",1],"c":2})"),
              ElementsAre("$.a[1]: expected type \"string\", got 1",
                          "$.c: expected type \"null\", got 2", "$: key b is missing"));
  EXPECT_THAT(errors(R"({"additionalProperties":false})", R"({"a":1})"),
              ElementsAre("$: unknown key a"));
}

TEST(JsonSchema, WantsExactlyOneAlternative) {
  const std::string schema = R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})";
  EXPECT_THAT(errors(schema, R"({"a":1})"), IsEmpty());
  EXPECT_THAT(errors(schema, R"({"a":1,"b":1})"), ElementsAre("$: fits 2 of oneOf:"));
  EXPECT_THAT(errors(schema, "{}"),
              ElementsAre("$: fits 0 of oneOf: [$: key a is missing] [$: key b is missing]"));
}

TEST(JsonSchema, PassesNoUnknownKeywordOver) {
  EXPECT_THAT(errors(R"({"minLength":3})", "\"x\""),
              ElementsAre("$: the schema has the unknown keyword minLength"));
}

}  // namespace
}  // namespace isthmus::test::json_schema_test
