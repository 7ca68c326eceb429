#include "isthmus/rewiring/edit_log_text.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "support/message_of.hpp"

namespace isthmus::rewiring::edit_log_text_test {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

EditLogFile small() {
  return {.num_nodes = 5,
          .graph_hash = "abc",
          .method = "sdrf",
          .mode = "definition",
          .log = {{{.step = 1, .edge = {0, 3}, .score = 0.1, .tied = 4, .note = "join"},
                   {.step = 2, .edge = {1, 4}, .score = -1.5e-300},
                   {.step = 2, .kind = EditKind::kRemove, .edge = {0, 1}, .score = kNan}}}};
}

const char* const kSmall =
    "# isthmus-edits 1 n=5 graph=abc method=sdrf mode=definition\n"
    "1\tadd\t0\t3\t0.1\t4\tjoin\n"
    "2\tadd\t1\t4\t-1.5e-300\t1\t\n"
    "2\tremove\t0\t1\t\t1\t\n";

TEST(EditLogText, WritesTheFormatToTheByte) { EXPECT_EQ(write_edit_log(small()), kSmall); }

TEST(EditLogText, ReadsItBack) {
  const EditLogFile file = read_edit_log(kSmall, "f");
  EXPECT_EQ(file.num_nodes, 5);
  EXPECT_EQ(file.graph_hash, "abc");
  EXPECT_EQ(file.method, "sdrf");
  EXPECT_EQ(file.mode, "definition");
  ASSERT_EQ(file.log.edits.size(), 3U);
  EXPECT_EQ(file.log.edits[0].note, "join");
  EXPECT_EQ(file.log.edits[0].tied, 4);
  EXPECT_EQ(file.log.edits[2].kind, EditKind::kRemove);
  EXPECT_EQ(file.log.edits[2].edge, (Edge{0, 1}));
  EXPECT_TRUE(std::isnan(file.log.edits[2].score));
}

TEST(EditLogText, TakesRemarksOtherLineEndsAndNoLastOne) {
  const EditLogFile file = read_edit_log(
      "# isthmus-edits 1 mode=m method=x graph=h n=2\r\n# step op u v score tied note\r\n\r\n"
      "7\tadd\t0\t1\t\t1\ttwo words",
      "f");
  ASSERT_EQ(file.log.edits.size(), 1U);
  EXPECT_EQ(file.log.edits[0].note, "two words");
  EXPECT_EQ(file.log.steps(), 7);
}

TEST(EditLogText, NamesLineAndRule) {
  const auto refuses = [](const std::string& text, const char* message) {
    EXPECT_THAT(test::message_of<DataError>([&] { (void)read_edit_log(text, "f"); }), message)
        << text;
  };
  const std::string first = "# isthmus-edits 1 n=3 graph=h method=x mode=m\n";
  refuses("", "f:1: a log of edits must start with \"# isthmus-edits 1 n=...\", got \"\"");
  refuses("1\tadd\t0\t1\t\t1\t\n",
          "f:1: a log of edits must start with \"# isthmus-edits 1 n=...\", got "
          "\"1\tadd\t0\t1\t\t1\t\"");
  refuses("# isthmus-edits 2 n=3\n", "f:1: the version of the format must be 1, got \"2\"");
  refuses("# isthmus-edits 1 n=3 n=3\n",
          "f:1: the first line must hold each of n, graph, method, mode once, as KEY=VALUE, got "
          "\"n=3\"");
  refuses("# isthmus-edits 1 n=3 method=x mode=m\n",
          "f:1: the first line must tell graph=..., got \"# isthmus-edits 1 n=3 method=x mode=m\"");
  refuses("# isthmus-edits 1 n=x graph=h method=x mode=m\n",
          "f:1: n must be a number of nodes >= 0, got \"x\"");
  refuses(first + "1\tadd\t0\t1\t\t1\n",
          "f:2: a row must have the 7 fields step, op, u, v, score, tied, note between tabs, got "
          "\"1\tadd\t0\t1\t\t1\"");
  refuses(first + "0\tadd\t0\t1\t\t1\t\n", "f:2: step must be an integer >= 1 here, got \"0\"");
  refuses(first + "2\tadd\t0\t1\t\t1\t\n1\tadd\t0\t2\t\t1\t\n",
          "f:3: step must be an integer >= 2 here, got \"1\"");
  refuses(first + "1\tflip\t0\t1\t\t1\t\n", "f:2: op must be add or remove, got \"flip\"");
  for (const char* ends : {"1\t1", "2\t1", "-1\t1", "0\t3", "0\t99999999999", "a\t1"}) {
    EXPECT_THAT(test::message_of<DataError>(
                    [&] { (void)read_edit_log(first + "1\tadd\t" + ends + "\t\t1\t\n", "f"); }),
                HasSubstr("f:2: u and v must be ids with 0 <= u < v < 3"))
        << ends;
  }
  refuses(first + "1\tadd\t0\t1\tx\t1\t\n", "f:2: score must be a number or empty, got \"x\"");
  refuses(first + "1\tadd\t0\t1\t\t0\t\n", "f:2: tied must be an integer >= 1, got \"0\"");
  refuses("# isthmus-edits 1 n=3 graph=h method=x mode=m " + std::string(70, 'z'),
          ("f:1: the first line must hold each of n, graph, method, mode once, as KEY=VALUE, got "
           "\"" +
           std::string(60, 'z') + "...\"")
              .c_str());
}

TEST(EditLogText, WritesNothingThatItWouldNotRead) {
  const auto refuses = [](const auto& spoil, const char* message) {
    EditLogFile file = small();
    spoil(file);
    EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)write_edit_log(file); }),
                HasSubstr(message));
  };
  refuses([](EditLogFile& file) { file.graph_hash = "a b"; }, "one word each, got 'a b'");
  refuses([](EditLogFile& file) { file.num_nodes = 4; }, "of 4 nodes, got step 2, 1-4");
  refuses([](EditLogFile& file) { file.log.edits[0].step = 3; }, "never fall, ties be >= 1, got");
  refuses([](EditLogFile& file) { file.log.edits[1].note = "a\tb"; }, "neither tabs nor ends");
}

class EditLogTextOfRandomEdits : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(EditLogTextOfRandomEdits, ComesBackBitByBit) {
  RandomStream draws(GetParam(), 0);
  EditLogFile file = small();
  file.num_nodes = 1000;
  file.log.edits.clear();
  std::int64_t step = 1;
  for (int i = 0; i < 200; ++i) {
    const auto u = static_cast<NodeId>(draws.integer(999));
    file.log.edits.push_back(
        {.step = step += draws.integer(2),
         .kind = draws.integer(2) == 0 ? EditKind::kAdd : EditKind::kRemove,
         .edge = {u, static_cast<NodeId>(u + 1 + draws.integer(999 - u))},
         .score = std::exp(1400.0 * (draws.uniform() - 0.5)) * (draws.integer(2) == 0 ? 1 : -1),
         .tied = 1 + draws.integer(5),
         .note = draws.integer(2) == 0 ? "" : "join"});
  }
  const std::string text = write_edit_log(file);
  const EditLogFile back = read_edit_log(text, "f");
  EXPECT_EQ(write_edit_log(back), text);
  for (std::size_t i = 0; i < file.log.edits.size(); ++i) {
    EXPECT_EQ(back.log.edits[i].score, file.log.edits[i].score);
    EXPECT_EQ(back.log.edits[i].edge, file.log.edits[i].edge);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, EditLogTextOfRandomEdits, ::testing::Range<std::uint64_t>(0, 8));

}  // namespace
}  // namespace isthmus::rewiring::edit_log_text_test
