#include "isthmus/explain/fidelity.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::explain::fidelity_test {
namespace {

using ::testing::HasSubstr;

/// Two targets of a model with two classes:
///   1: says 0 (0.8); without S it says 1 (p_0 = 0.3), S alone says 0 (0.7); |S| / E = 0.1
///   2: says 1 (0.6); without S still 1 (0.55), S alone says 0 (p_1 = 0.2);  |S| / E = 0.3
std::vector<FidelityProbe> two_probes() {
  return {
      {.whole = {0.8, 0.2}, .without = {0.3, 0.7}, .only = {0.7, 0.3}, .label = 0, .share = 0.1},
      {.whole = {0.4, 0.6}, .without = {0.45, 0.55}, .only = {0.8, 0.2}, .label = 0, .share = 0.3}};
}

TEST(Fidelity, OfAModelByHand) {
  const Fidelity f = fidelity(two_probes(), ExplanationType::kModel);
  EXPECT_EQ(f.targets, 2);
  EXPECT_DOUBLE_EQ(f.plus, 0.5);   // the first changes, the second does not
  EXPECT_DOUBLE_EQ(f.minus, 0.5);  // the second changes
  EXPECT_NEAR(f.plus_probability, (0.5 + 0.05) / 2, 1e-15);
  EXPECT_NEAR(f.minus_probability, (0.1 + 0.4) / 2, 1e-15);
  EXPECT_NEAR(f.characterisation, 0.5, 1e-15);  // 1 / (0.5 / 0.5 + 0.5 / 0.5)
  EXPECT_NEAR(f.sparsity, 0.8, 1e-15);
  const double first = 0.8 * std::log(0.8 / 0.7) + 0.2 * std::log(0.2 / 0.3);
  const double second = 0.4 * std::log(0.4 / 0.8) + 0.6 * std::log(0.6 / 0.2);
  EXPECT_NEAR(f.unfaithfulness, 1.0 - (std::exp(-first) + std::exp(-second)) / 2, 1e-15);
}

// Label 0 for both: the model is right, wrong without S, right with S for the first; for the second
// wrong, wrong without S, right with S alone.
TEST(Fidelity, OfAPhenomenonByHand) {
  const Fidelity f = fidelity(two_probes(), ExplanationType::kPhenomenon);
  EXPECT_DOUBLE_EQ(f.plus, 0.5);
  EXPECT_DOUBLE_EQ(f.minus, 0.5);
  EXPECT_NEAR(f.plus_probability, (0.5 + (0.4 - 0.45)) / 2, 1e-15);
  EXPECT_NEAR(f.minus_probability, (0.1 + (0.4 - 0.8)) / 2, 1e-15);
}

// GraphFramEx' extremes, and the two limits at which the formula would divide by 0.
TEST(Fidelity, CharacterisesTheBestAndTheWorst) {
  FidelityProbe best{.whole = {1, 0}, .without = {0, 1}, .only = {1, 0}};
  EXPECT_DOUBLE_EQ(fidelity({&best, 1}, ExplanationType::kModel).characterisation, 1.0);
  FidelityProbe useless{.whole = {1, 0}, .without = {1, 0}, .only = {1, 0}};
  EXPECT_DOUBLE_EQ(fidelity({&useless, 1}, ExplanationType::kModel).characterisation, 0.0);
  FidelityProbe insufficient{.whole = {1, 0}, .without = {0, 1}, .only = {0, 1}};
  const Fidelity f = fidelity({&insufficient, 1}, ExplanationType::kModel);
  EXPECT_DOUBLE_EQ(f.characterisation, 0.0);
  EXPECT_DOUBLE_EQ(f.unfaithfulness, 1.0);  // KL is infinite
}

TEST(Fidelity, OfNothingIsUndefined) {
  EXPECT_TRUE(std::isnan(fidelity({}, ExplanationType::kModel).plus));
}

TEST(Fidelity, RefusesWhatDoesNotFit) {
  const FidelityProbe uneven{.whole = {1, 0}, .without = {1}, .only = {1, 0}};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] {
                (void)fidelity({&uneven, 1}, ExplanationType::kModel);
              }),
              HasSubstr("got 2, 1 and 2"));
  const FidelityProbe unknown{.whole = {1, 0}, .without = {1, 0}, .only = {1, 0}, .label = -1};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] {
                (void)fidelity({&unknown, 1}, ExplanationType::kPhenomenon);
              }),
              HasSubstr("label must be in 0..1"));
}

TEST(CurveArea, IsTheMeanHeight) {
  const std::vector<double> x = {5, 10, 30};
  const std::vector<double> y = {0, 1, 0};  // 2.5 + 10 over 25
  EXPECT_DOUBLE_EQ(curve_area(x, y), 0.5);
  EXPECT_TRUE(std::isnan(curve_area({x.data(), 1}, {y.data(), 1})));
  const std::vector<double> down = {5, 4, 6};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)curve_area(down, y); }),
              HasSubstr("x must ascend, got 4"));
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] {
                (void)curve_area(x, {y.data(), 2});
              }),
              HasSubstr("y must have 3 values as x has, got 2"));
}

}  // namespace
}  // namespace isthmus::explain::fidelity_test
