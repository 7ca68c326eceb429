#include "isthmus/explain/subject.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "explain_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::explain {
namespace {

using layers::GnnOptions;
using layers::LayerType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

GnnOptions options_of(LayerType type) {
  GnnOptions o{.layer_type = type, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.layers_pre_mp = 1;
  o.layers_post_mp = 1;
  o.hops = type == LayerType::kSg || layers::keeps_width(type) ? 2 : 0;
  o.layers_mp = o.hops > 0 ? 1 : 2;
  o.edge_dim = !layers::looks_at_edge_features(type) ? 0 : type == LayerType::kGraphConv ? 1 : 2;
  o.num_relations = 2;
  return o;
}

train::ModelInput random_input(std::uint64_t seed, const GnnOptions& options) {
  train::ModelInput input;
  input.graph = isthmus::test::random_multigraph(80, 110, seed);
  input.x = test::numbers(80, 3, seed, torch::kDouble);
  input.edge_attr =
      test::numbers(110, std::max<std::int64_t>(1, options.edge_dim), seed + 1, torch::kDouble);
  input.edge_type = test::numbers(110, 1, seed + 2).squeeze(1).gt(0).to(torch::kLong);
  return input;
}

//     0 -> 1 -> 2 -> 3 -> 4, and 1 -> 3; two layers hear two arcs.
// Explaining 4: {2, 1} -> 3 -> 4 in reach; 0 and 2 hear and are heard from outside.
TEST(SubjectOfNode, HoldsWhatTheTargetHearsAndOneArcMore) {
  train::ModelInput input;
  const std::vector<NodeId> src = {3, 0, 1, 2, 1};
  const std::vector<NodeId> dst = {4, 1, 2, 3, 3};
  input.graph = Graph::from_coo(6, src, dst);
  input.x = torch::ones({6, 3});
  const Subject subject = subject_of_node(
      test::made({.layer_type = LayerType::kSage, .dim_in = 3, .dim_out = 2}), input, 4);
  EXPECT_THAT(subject.nodes, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(subject.hops, ElementsAre(3, 2, 2, 1, 0));
  EXPECT_EQ(subject.row, 4);
  EXPECT_EQ(subject.number, 4);
  EXPECT_EQ(subject.whole_nodes, 6);
  // 0 -> 1; 1 -> 2; 1 -> 3, 2 -> 3; 3 -> 4, by their places in src and dst.
  EXPECT_THAT(subject.edges, ElementsAre(1, 2, 4, 3, 0));
  EXPECT_THAT(subject.explained, ElementsAre(0, 1, 1, 1, 1));
}

// The same, asked about one arc only: what is further away still makes the scores.
TEST(SubjectOfNode, AsksOnlyAboutWhatIsNear) {
  for (const bool whole : {false, true}) {
    GnnOptions options = options_of(LayerType::kGcn);
    options.degree_norm = whole ? layers::DegreeNorm::kSource : layers::DegreeNorm::kSymmetric;
    const train::ModelInput input = random_input(5, options);
    layers::Gnn model = test::made(options, torch::kDouble);
    const Subject all = subject_of_node(model, input, 17);
    const Subject near = subject_of_node(model, input, 17, 1);
    EXPECT_EQ(near.within, 1);
    EXPECT_EQ(near.nodes, all.nodes);
    EXPECT_EQ(near.edges, all.edges);
    std::int64_t asked = 0;
    for (std::size_t e = 0; e < near.edges.size(); ++e) {
      asked += near.explained[e];
      EXPECT_LE(near.explained[e], all.explained[e]);
    }
    // Arcs from the neighbours into the target, loops, and arcs between those.
    std::int64_t expected = 0;
    const CsrView csr = near.input.graph.csr();
    for (NodeId v = 0; v < csr.num_rows(); ++v) {
      for (const NodeId u : csr.row(v)) {
        const auto hops = [&](NodeId w) { return near.hops[static_cast<std::size_t>(w)]; };
        expected += hops(u) >= 0 && hops(u) <= 1 && hops(v) >= 0 && hops(v) <= 1 ? 1 : 0;
      }
    }
    EXPECT_EQ(asked, expected);
    EXPECT_GT(asked, 0);
    EXPECT_LT((target_scores(near, std::get<at::Tensor>(near.input.x), {}) -
               train::run_model(model, input)[17])
                  .abs()
                  .max()
                  .item<double>(),
              1e-12);
  }
}

class SubjectOfLayer : public ::testing::TestWithParam<int> {};

// Every layer: the same scores inside the cut-out as in the whole graph, to rounding.
TEST_P(SubjectOfLayer, HasTheScoresOfTheWholeGraph) {
  const auto type = static_cast<LayerType>(GetParam());
  const GnnOptions options = options_of(type);
  layers::Gnn model = test::made(options, torch::kDouble);
  const train::ModelInput input = random_input(5, options);
  const at::Tensor whole = train::run_model(model, input).detach();
  std::size_t smaller = 0;
  for (const std::int64_t node : {0, 17, 42, 79}) {
    const Subject subject = subject_of_node(model, input, node);
    smaller += subject.nodes.size() < 80 ? 1 : 0;
    const at::Tensor scores = target_scores(subject, std::get<at::Tensor>(subject.input.x), {});
    EXPECT_LT((scores - whole[node]).abs().max().item<double>(), 1e-12) << "node " << node;
    EXPECT_EQ(subject.label, whole[node].argmax().item<std::int64_t>());
  }
  EXPECT_EQ(smaller, 4U) << "the graph is too dense for this test";
}

// What is not explained has no influence: a gradient of exactly 0.
TEST_P(SubjectOfLayer, ExplainsEveryEdgeThatMatters) {
  const auto type = static_cast<LayerType>(GetParam());
  const GnnOptions options = options_of(type);
  const Subject subject =
      subject_of_node(test::made(options, torch::kDouble), random_input(5, options), 17);
  at::Tensor mask =
      torch::ones({subject.input.graph.num_edges()}, torch::kDouble).requires_grad_(true);
  const at::Tensor scores = target_scores(subject, std::get<at::Tensor>(subject.input.x), mask);
  if (!scores.requires_grad()) {
    GTEST_SKIP() << "hears nobody";
  }
  const at::Tensor gradient = torch::autograd::grad({scores.sum()}, {mask}, {}, false, false,
                                                    /*allow_unused=*/true)[0];
  for (std::size_t e = 0; gradient.defined() && e < subject.explained.size(); ++e) {
    if (subject.explained[e] == 0) {
      EXPECT_EQ(gradient[static_cast<std::int64_t>(e)].item<double>(), 0.0) << "edge " << e;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryType, SubjectOfLayer,
                         ::testing::Range(0,
                                          static_cast<int>(layers::names_of<LayerType>().size())));

// The groups of a reversible layer hear each other one after the other: L C arcs. On a path,
// further nodes are not even in the subject, and those within it all have a say.
TEST(SubjectOfNode, ReachesThroughEveryGroupOfReversibleLayers) {
  GnnOptions options = options_of(LayerType::kSage);
  options.stage_type = layers::StageType::kReversible;
  options.norm = layers::Norm::kLayer;
  options.act = layers::Activation::kTanh;
  options.dim_inner = 6;
  for (const std::int64_t groups : {2, 3}) {
    options.reversible.groups = groups;
    const std::int64_t far = 2 * groups;
    EXPECT_EQ(reach(options), far);
    layers::Gnn model = test::made(options, torch::kDouble);
    train::ModelInput input;
    std::vector<NodeId> src;
    std::vector<NodeId> dst;
    for (NodeId v = 0; v + 1 < 12; ++v) {
      src.push_back(v);
      dst.push_back(v + 1);
    }
    input.graph = Graph::from_coo(12, src, dst);
    input.x = test::numbers(12, 3, 4, torch::kDouble);
    const at::Tensor whole = train::run_model(model, input).detach();
    const Subject subject = subject_of_node(model, input, 11);
    EXPECT_EQ(static_cast<std::int64_t>(subject.nodes.size()), far + 2);
    const at::Tensor mask =
        torch::ones({subject.input.graph.num_edges()}, torch::kDouble).requires_grad_(true);
    const at::Tensor scores = target_scores(subject, std::get<at::Tensor>(subject.input.x), mask);
    EXPECT_LT((scores - whole[11]).abs().max().item<double>(), 1e-12);
    scores.sum().backward();
    for (std::size_t e = 0; e < subject.explained.size(); ++e) {
      EXPECT_EQ(mask.grad()[static_cast<std::int64_t>(e)].item<double>() != 0.0,
                subject.explained[e] == 1)
          << groups << " groups, edge " << e;
    }
  }
}

TEST(SubjectOfNode, TakesSparseFeatures) {
  const GnnOptions options = options_of(LayerType::kGcn);
  layers::Gnn model = test::made(options);
  train::ModelInput input;
  input.graph = isthmus::test::random_multigraph(40, 60, 3);
  const std::vector<std::int64_t> rowptr = [] {
    std::vector<std::int64_t> ptr(41);
    for (std::size_t i = 0; i < ptr.size(); ++i) {
      ptr[i] = static_cast<std::int64_t>(i);
    }
    return ptr;
  }();
  std::vector<std::int32_t> col(40);
  for (std::size_t i = 0; i < col.size(); ++i) {
    col[i] = static_cast<std::int32_t>(i % 3);
  }
  input.x = ops::SparseMatrix(40, 3, rowptr, col, std::vector<float>(40, 1.5F));
  const at::Tensor whole = train::run_model(model, input).detach();
  const Subject subject = subject_of_node(model, input, 11);
  EXPECT_LT((target_scores(subject, std::get<at::Tensor>(subject.input.x), {}) - whole[11])
                .abs()
                .max()
                .item<double>(),
            1e-6);
}

TEST(SubjectOfNode, TakesTheWholeGraphWhereNormsLookAtIt) {
  GnnOptions options = options_of(LayerType::kGcn);
  options.norm = layers::Norm::kPair;
  EXPECT_EQ(reach(options), -1);
  const train::ModelInput input = random_input(5, options);
  layers::Gnn model = test::made(options, torch::kDouble);
  const Subject subject = subject_of_node(model, input, 17);
  EXPECT_EQ(subject.nodes.size(), 80U);
  EXPECT_EQ(subject.row, 17);
  EXPECT_EQ(subject.explained, std::vector<std::uint8_t>(110, 1));
  EXPECT_LT((target_scores(subject, std::get<at::Tensor>(subject.input.x), {}) -
             train::run_model(model, input)[17])
                .abs()
                .max()
                .item<double>(),
            1e-12);
}

TEST(Reach, CountsHops) {
  EXPECT_EQ(reach({.layer_type = LayerType::kGcn, .layers_mp = 3}), 3);
  EXPECT_EQ(reach({.layer_type = LayerType::kLinear, .layers_mp = 3}), 0);
  EXPECT_EQ(reach({.layer_type = LayerType::kSg, .layers_mp = 2, .hops = 3}), 6);
  EXPECT_EQ(reach({.layer_type = LayerType::kSg, .layers_mp = 2}), 2);
  EXPECT_EQ(reach({.layer_type = LayerType::kAppnp, .layers_mp = 1}), 10);
  EXPECT_EQ(reach({.layer_type = LayerType::kGin, .layers_mp = 2, .virtual_node = true}), -1);
  EXPECT_EQ(reach({.layer_type = LayerType::kGcn,
                   .layers_mp = 2,
                   .degree_norm = layers::DegreeNorm::kSource}),
            -1);
}

TEST(SubjectOfGraph, ExplainsAllOfIt) {
  train::ModelInput input;
  input.graph = isthmus::test::random_multigraph(7, 12, 2);
  input.x = test::numbers(7, 3, 4);
  input.ptr = {0, 7};
  layers::Gnn model = test::made({.layer_type = LayerType::kGin,
                                  .dim_in = 3,
                                  .dim_out = 3,
                                  .layers_post_mp = 1,
                                  .graph_pooling = layers::Pooling::kSum});
  const Subject subject = subject_of_graph(model, input, 3);
  EXPECT_EQ(subject.edges.size(), 12U);
  EXPECT_TRUE(subject.hops.empty());
  EXPECT_EQ(subject.number, 3);
  EXPECT_EQ(subject.label, train::run_model(model, input)[0].argmax().item<std::int64_t>());
}

TEST(ClassScores, OfSeveralAndOfOne) {
  const at::Tensor three = torch::tensor({0.0, std::log(3.0), 0.0}, torch::kDouble);
  EXPECT_THAT(class_probabilities(three),
              ElementsAre(::testing::DoubleNear(0.2, 1e-12), ::testing::DoubleNear(0.6, 1e-12),
                          ::testing::DoubleNear(0.2, 1e-12)));
  EXPECT_NEAR(class_loss(three, 1).item<double>(), -std::log(0.6), 1e-12);
  EXPECT_DOUBLE_EQ(class_logit(three, 1).item<double>(), std::log(3.0));
  const at::Tensor one = torch::tensor({std::log(3.0)}, torch::kDouble);  // p_1 = 0.75
  EXPECT_THAT(class_probabilities(one),
              ElementsAre(::testing::DoubleNear(0.25, 1e-12), ::testing::DoubleNear(0.75, 1e-12)));
  EXPECT_NEAR(class_loss(one, 0).item<double>(), -std::log(0.25), 1e-12);
  EXPECT_DOUBLE_EQ(class_logit(one, 0).item<double>(), -std::log(3.0));
}

TEST(SubjectOfNode, RefusesNodesThatAreNotThere) {
  const GnnOptions options = options_of(LayerType::kGcn);
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] {
                (void)subject_of_node(test::made(options, torch::kDouble), random_input(5, options),
                                      80);
              }),
              HasSubstr("node must be in 0..79, got 80"));
}

}  // namespace
}  // namespace isthmus::explain
