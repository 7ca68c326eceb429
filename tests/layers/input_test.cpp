#include "isthmus/layers/input.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

TEST(NodeInput, TellsShapeTypeAndFormOfBothForms) {
  const at::Tensor dense = test::bag_of_words(4, 3, 7);
  const NodeInput tensor = dense;
  const NodeInput sparse = test::sparse_of(dense);
  for (const NodeInput& x : {tensor, sparse}) {
    EXPECT_EQ(num_rows(x), 4);
    EXPECT_EQ(num_cols(x), 3);
    EXPECT_EQ(scalar_type(x), at::kDouble);
    EXPECT_TRUE(torch::equal(to_dense(x), dense));
  }
  EXPECT_FALSE(is_sparse(tensor));
  EXPECT_TRUE(is_sparse(sparse));
}

TEST(NodeInput, ProjectsBothFormsAlikeWithAndWithoutBias) {
  const at::Tensor dense = test::bag_of_words(5, 4, 8);
  const at::Tensor weight = test::features(3, 4, 1);
  const at::Tensor bias = test::features(1, 3, 2).squeeze(0);
  const at::Tensor product = torch::matmul(dense, weight.t());  // entries are small: 1e-14 is slack
  EXPECT_LT(test::max_difference(project(dense, weight, {}), product), 1e-14);
  EXPECT_LT(test::max_difference(project(test::sparse_of(dense), weight, {}), product), 1e-14);
  EXPECT_LT(test::max_difference(project(test::sparse_of(dense), weight, bias), product + bias),
            1e-14);
}

TEST(NodeInput, DropsTheSameEntriesOfBothFormsAndScalesTheRest) {
  const at::Tensor dense = test::bag_of_words(50, 40, 9);
  const ops::DropoutKey key{.seed = 3, .layer = 0, .step = 1};
  const at::Tensor kept = to_dense(dropout(dense, 0.5, key));
  EXPECT_TRUE(torch::equal(to_dense(dropout(test::sparse_of(dense), 0.5, key)), kept));
  EXPECT_TRUE(((kept == 0) | (kept == 2.0 * dense)).all().item<bool>());
  const double share = (kept != 0).sum().item<double>() / (dense != 0).sum().item<double>();
  EXPECT_NEAR(share, 0.5, 0.1);  // about 700 entries: standard deviation 0.019
}

TEST(NodeInput, NamesTheShapeExpectedAndTheShapeGot) {
  const NodeInput x = torch::zeros({4, 3});
  EXPECT_NO_THROW(check_shape("Layer", x, 4, 3));
  EXPECT_NO_THROW(check_shape("Layer", x, -1, 3));
  test::expect_check_fails([&] { check_shape("Layer", x, 5, 3); },
                           "Layer: x must be floating [5, 3], got Float [4, 3]");
  test::expect_check_fails([&] { check_shape("Layer", x, -1, 2); },
                           "Layer: x must be floating [N, 2], got Float [4, 3]");
  test::expect_check_fails([&] { check_shape("Layer", torch::zeros({3}), -1, 3); },
                           "got Float [3]");
  test::expect_check_fails(
      [&] {
        check_shape("Layer", torch::zeros({4, 3}, at::kLong), -1, 3);
      },
      "got Long [4, 3]");
  test::expect_check_fails([&] { check_shape("Layer", at::Tensor(), -1, 3); },
                           "Layer: x must be a tensor, got an undefined one");
  test::expect_check_fails(
      [&] {
        check_shape("Layer", test::sparse_of(torch::ones({4, 3}, at::kDouble)), 4, 7);
      },
      "Layer: x must be floating [4, 7], got sparse [4, 3]");
}

}  // namespace
}  // namespace isthmus::layers
