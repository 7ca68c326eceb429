#include "isthmus/layers/readout.hpp"

#include <array>
#include <functional>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

// Two graphs of rows (1, -4), (3, -2) and (5, 0), an empty one between them.
TEST(Readout, CombinesTheRowsOfEachGraphAndGivesZerosForNone) {
  const at::Tensor x = torch::tensor({{1.0, -4.0}, {3.0, -2.0}, {5.0, 0.0}}, torch::kDouble);
  const std::array<std::int64_t, 4> ptr{0, 2, 2, 3};
  const auto expect = [&](Pooling pooling, const at::Tensor& expected) {
    EXPECT_TRUE(torch::equal(Readout(pooling)->forward(x, ptr), expected))
        << static_cast<int>(pooling);
  };
  expect(Pooling::kNone, x);
  expect(Pooling::kSum, torch::tensor({{4.0, -6.0}, {0.0, 0.0}, {5.0, 0.0}}, torch::kDouble));
  expect(Pooling::kMean, torch::tensor({{2.0, -3.0}, {0.0, 0.0}, {5.0, 0.0}}, torch::kDouble));
  expect(Pooling::kMax, torch::tensor({{3.0, -2.0}, {0.0, 0.0}, {5.0, 0.0}}, torch::kDouble));
}

TEST(Readout, DoesNotChangeWhenTheNodesOfAGraphChangePlaces) {
  const at::Tensor x = test::features(6, 3, 3);
  const at::Tensor order = torch::tensor({2, 0, 1, 5, 4, 3}, torch::kLong);  // within the graphs
  const std::array<std::int64_t, 3> ptr{0, 3, 6};
  for (const Pooling pooling : {Pooling::kSum, Pooling::kMean, Pooling::kMax}) {
    Readout readout(pooling);
    EXPECT_LT(test::max_difference(readout->forward(x, ptr),
                                   readout->forward(x.index_select(0, order), ptr)),
              1e-14);
  }
}

TEST(Readout, HandsItsRowsToTheModuleOfItsKind) {
  const at::Tensor x = test::features(5, 2, 4);
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  Readout attention(Pooling::kAttention, 2);
  Readout set2set(Pooling::kSet2Set, 2);
  Initializer init(6);
  for (Readout& readout : {std::ref(attention), std::ref(set2set)}) {
    readout->reset_parameters(init);
    readout->to(torch::kDouble);
  }
  EXPECT_EQ(init.drawn(), 6U);
  EXPECT_TRUE(torch::equal(attention->forward(x, ptr), attention->attention->forward(x, ptr)));
  EXPECT_TRUE(torch::equal(set2set->forward(x, ptr), set2set->set2set->forward(x, ptr)));
  EXPECT_EQ(set2set->forward(x, ptr).size(1), readout_columns(Pooling::kSet2Set, 2));
  EXPECT_EQ(Readout(Pooling::kMax)->parameters().size(), 0U);
}

TEST(Readout, HasTheGradientOfItsFormula) {
  const at::Tensor x = test::features(5, 2, 4).requires_grad_(true);
  const std::array<std::int64_t, 4> ptr{0, 2, 2, 5};
  for (const Pooling pooling : {Pooling::kNone, Pooling::kSum, Pooling::kMean, Pooling::kMax}) {
    EXPECT_TRUE(test::gradcheck(
        [&](const std::vector<at::Tensor>& in) { return Readout(pooling)->forward(in[0], ptr); },
        {x}));
  }
}

TEST(Readout, PrintsItsKindAndRefusesVectors) {
  std::ostringstream text;
  text << Readout(Pooling::kNone) << Readout() << Readout(Pooling::kMean) << Readout(Pooling::kMax);
  EXPECT_EQ(text.str(), "Readout(none)Readout(sum)Readout(mean)Readout(max)");
  std::ostringstream learnt;
  Readout(Pooling::kAttention, 4)->pretty_print(learnt);
  Readout(Pooling::kSet2Set, 4)->pretty_print(learnt);
  EXPECT_EQ(learnt.str(), "Readout(attention, 4)Readout(set2set, 4)");
  const std::array<std::int64_t, 2> ptr{0, 3};
  test::expect_check_fails([&] { (void)Readout()->forward(torch::zeros({3}), ptr); },
                           "Readout: x must be [N, C], got [3]");
}

}  // namespace
}  // namespace isthmus::layers
