#include "isthmus/layers/conv.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/layers/appnp.hpp"
#include "isthmus/layers/dagnn.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/sage_conv.hpp"
#include "isthmus/layers/sg_conv.hpp"

#include "layers/layer_cases.hpp"

namespace isthmus::layers {
namespace {

// Through the mixin a layer computes what its own forward() computes, and says its published name.
TEST(Conv, IsTheLayerItself) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(graph.num_nodes(), 3, 1).to(torch::kFloat);
  const ConvContext context(graph);
  const auto expect_same = [&](auto layer, const std::string& name, const at::Tensor& own) {
    Conv& conv = *layer;
    EXPECT_TRUE(torch::equal(conv.propagate(x, context), own)) << name;
    EXPECT_EQ(conv.type_name(), name);
  };
  GcnConv gcn(3, 2);
  expect_same(gcn, "GCNConv", gcn->forward(x, graph));
  SageConv sage(3, 2);
  expect_same(sage, "SAGEConv", sage->forward(x, graph));
  GinConv gin(3, 2);
  expect_same(gin, "GINConv", gin->forward(x, graph));
  Linear linear(3, 2);
  expect_same(linear, "Linear", linear->forward(x));
  SgConv sg(3, 2);
  expect_same(sg, "SGConv", sg->forward(x, graph));
  Appnp appnp(2, 0.1);
  expect_same(appnp, "APPNP", appnp->forward(x, graph));
  Dagnn dagnn(3);
  expect_same(dagnn, "DAGNN", dagnn->forward(x, graph));
}

// The generator is advanced by the mixin's reset_parameters() as by the layer's own.
TEST(Conv, DrawsInitialValuesFromTheGivenGenerator) {
  GcnConv a(4, 4);
  GcnConv b(4, 4);
  Initializer first(7);
  Initializer second(7);
  static_cast<Conv&>(*a).reset_parameters(first);
  b->reset_parameters(second);
  EXPECT_TRUE(torch::equal(a->lin->weight, b->lin->weight));
}

}  // namespace
}  // namespace isthmus::layers
