// Signals in the middle of training: the checkpoint is whole, and the resumed run ends with equal
// bits.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "training.hpp"

namespace isthmus::cli::interrupt_test {
namespace {

constexpr std::int64_t kEpochs = 400;

/// Whether a training has written its first checkpoint below the folder.
bool has_checkpoint(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename() == "last.safetensors") {
      return true;
    }
  }
  return false;
}

/// Sends `signals` one after another, the first `delay` seconds after the first checkpoint.
test::ProcessOptions signalling(const std::filesystem::path& folder, std::vector<int> signals,
                                double delay) {
  using Clock = std::chrono::steady_clock;
  return {.watch = [folder, signals = std::move(signals), delay, next = std::size_t{0},
                    seen = Clock::time_point()](int pid, std::string_view /*err*/) mutable {
    if (seen == Clock::time_point()) {
      if (has_checkpoint(folder)) {
        seen = Clock::now();
      }
    } else if (next < signals.size() &&
               std::chrono::duration<double>(Clock::now() - seen).count() >= delay) {
      ::kill(pid, signals[next++]);
    }
  }};
}

std::string final_loss(const test::ProcessResult& result) {
  const formats::Json document = valid_document(result.out, "train");
  return document.is_object() ? document.at("final_loss_hex").as_string() : std::string();
}

/// The loss of a training that nobody disturbed.
const std::string& undisturbed() {
  static const std::string loss = [] {
    const test::TemporaryFolder folder;
    return final_loss(run_isthmus(small_training(folder / "run", kEpochs, {"--json"})));
  }();
  return loss;
}

/// What ends a training, and how long after its first checkpoint.
struct Disturbance {
  int signal;
  double delay;
};

class Disturbed : public ::testing::TestWithParam<Disturbance> {};

TEST_P(Disturbed, TrainingGoesOnToEqualBits) {
  const test::TemporaryFolder folder;
  const Disturbance disturbance = GetParam();
  const test::ProcessResult stopped =
      run_isthmus(small_training(folder / "run", kEpochs, {"--json"}),
                  signalling(folder.path(), {disturbance.signal}, disturbance.delay));
  if (disturbance.signal == SIGKILL) {
    ASSERT_EQ(stopped.signal, SIGKILL) << "the training ended before the signal";
    EXPECT_EQ(stopped.out, "");
  } else {
    ASSERT_EQ(stopped.exit_code, 130) << stopped.err;
    const formats::Json document = valid_document(stopped.out, "train");
    ASSERT_TRUE(document.is_object());
    EXPECT_EQ(document.at("status").as_string(), "interrupted");
  }
  const test::ProcessResult resumed =
      run_isthmus(small_training(folder / "run", kEpochs, {"--json", "--resume", "auto"}));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(final_loss(resumed), undisturbed());
}

INSTANTIATE_TEST_SUITE_P(Signals, Disturbed,
                         ::testing::Values(Disturbance{SIGINT, 0.0}, Disturbance{SIGINT, 0.05},
                                           Disturbance{SIGTERM, 0.02}, Disturbance{SIGKILL, 0.0},
                                           Disturbance{SIGKILL, 0.03}, Disturbance{SIGKILL, 0.07}));

TEST(Interrupt, TheSecondSignalEndsAtOnce) {
  const test::TemporaryFolder folder;
  // A step long enough that the second signal comes before its end.
  const test::ProcessResult result =
      run_isthmus(small_training(folder / "run", 100000, {"--json"}),
                  signalling(folder.path(), {SIGINT, SIGTERM, SIGINT}, 0.0));
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.signal, 0);
}

TEST(Interrupt, EndsAPrintingVerbToo) {
  if (test_data().empty()) {
    GTEST_SKIP() << "no data root (option test_data)";
  }
  // Verifying every set takes seconds; the signal comes in between.
  bool sent = false;
  const auto start = std::chrono::steady_clock::now();
  const test::ProcessResult result = run_isthmus(
      {"dataset", "verify", "--json"}, {.watch = [&](int pid, std::string_view) {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        if (!sent && elapsed.count() > 0.2) {
          sent = true;
          ::kill(pid, SIGINT);
        }
      }});
  EXPECT_EQ(result.exit_code, 130);
  const formats::Json document = valid_document(result.out, "dataset");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("status").as_string(), "interrupted");
}

}  // namespace
}  // namespace isthmus::cli::interrupt_test
