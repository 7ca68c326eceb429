#include "isthmus/train/rewire_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train::rewire_config_test {
namespace {

Config with(const std::vector<std::string>& set) {
  ConfigSources sources;
  sources.set = set;
  return resolve_config(sources);
}

void expect_rewiring_refused(const std::vector<std::string>& set, const std::string& message,
                             const std::string& hint = {}) {
  try {
    check_rewiring(with(set));
    ADD_FAILURE() << "nothing was thrown, expected: " << message;
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.what(), message);
    EXPECT_EQ(error.hint(), hint);
  }
}

TEST(RewireConfig, TakesEveryMethodWithWhatItNeeds) {
  check_rewiring(Config{});
  for (const char* method :
       {"gtr", "fosr", "sdrf", "borf", "afrc3", "afrc4", "grlef", "err", "prune", "random"}) {
    check_rewiring(with({std::string("rewire.method=") + method, "rewire.budget=5%"}));
  }
  for (const char* method : {"laser", "rings", "gdc", "egp", "cgp"}) {
    check_rewiring(with({std::string("rewire.method=") + method}));
  }
  check_rewiring(with({"rewire.method=borf", "rewire.budget=3", "rewire.h=20", "rewire.k=10"}));
  check_rewiring(with({"gnn.stage_type=drew", "rewire.method=rings", "rewire.hops=4"}));
}

TEST(RewireConfig, OffersTheNearestNameOfMethodsAndKeys) {
  try {
    (void)with({"rewire.method=forr"});
    ADD_FAILURE();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.hint(), "did you mean 'fosr'?");
  }
  try {
    (void)with({"rewire.buget=5"});
    ADD_FAILURE();
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(error.hint(), "did you mean 'rewire.budget'?");
  }
  Config made_by_hand;
  made_by_hand.rewire.method = "gtrr";
  EXPECT_THROW(check_rewiring(made_by_hand), InvalidArgument);
}

TEST(RewireConfig, RefusesABudgetThatIsMissingSurplusOrNone) {
  expect_rewiring_refused({"rewire.method=gtr"},
                          "rewire.budget must be a number of steps or a share of the edges such "
                          "as 5% with rewire.method gtr, got ''");
  expect_rewiring_refused({"rewire.method=gtr", "rewire.budget=-3"},
                          "rewire.budget must be a number of steps or a share of the edges such "
                          "as 5% with rewire.method gtr, got '-3'");
  expect_rewiring_refused({"rewire.method=laser", "rewire.budget=5"},
                          "rewire.budget must be left out with rewire.method laser, which has no "
                          "steps, got '5'");
  expect_rewiring_refused({"rewire.budget=5"},
                          "rewire.budget must be left out with rewire.method none, which has no "
                          "steps, got '5'");
}

TEST(RewireConfig, RefusesOptionsOfOtherMethods) {
  expect_rewiring_refused({"rewire.method=fosr", "rewire.budget=5", "rewire.rho=0.25"},
                          "rewire.rho is no option of rewire.method fosr, got 0.25",
                          "fosr takes rewire.budget, rewire.components, rewire.start, "
                          "rewire.power_iters");
  expect_rewiring_refused({"rewire.method=egp", "rewire.remove=off"},
                          "rewire.remove is no option of rewire.method egp, got 'off'",
                          "egp takes none");
  expect_rewiring_refused({"rewire.method=laser", "rewire.symmetrize=mean"},
                          "rewire.symmetrize must be none, union or intersection with "
                          "rewire.method laser, got 'mean'");
  expect_rewiring_refused({"rewire.method=gdc", "rewire.symmetrize=union"},
                          "rewire.symmetrize must be none or mean with rewire.method gdc, got "
                          "'union'");
  expect_rewiring_refused({"rewire.method=err", "rewire.budget=2", "rewire.remove=free"},
                          "rewire.remove must be auto, off or keep-connected with rewire.method "
                          "err, got 'free'");
  expect_rewiring_refused({"rewire.method=gdc", "rewire.control=true"},
                          "rewire.control must be false with rewire.method gdc, got true");
}

TEST(RewireConfig, DrewNeedsItsRings) {
  expect_rewiring_refused({"gnn.stage_type=drew"},
                          "gnn.stage_type drew needs the rings of its nodes as edges: "
                          "rewire.method must be rings without control, got 'none'",
                          "--set rewire.method=rings --set rewire.hops=3");
}

}  // namespace
}  // namespace isthmus::train::rewire_config_test
