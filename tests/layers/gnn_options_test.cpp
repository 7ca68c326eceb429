#include "isthmus/layers/gnn_options.hpp"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

TEST(GnnOptions, NamesEveryValueAsConfigsDo) {
  EXPECT_THAT(names_of<LayerType>(),
              ElementsAre("gcnconv", "sageconv", "ginconv", "linear", "pnaconv", "edgeconv"));
  EXPECT_THAT(names_of<DegreeScaler>(),
              ElementsAre("identity", "amplification", "attenuation", "linear", "inverse_linear"));
  EXPECT_THAT(names_of<StageType>(), ElementsAre("stack", "skipsum", "residual"));
  EXPECT_THAT(names_of<JumpingKnowledge>(), ElementsAre("none", "sum", "cat", "max", "lstm"));
  EXPECT_THAT(names_of<Norm>(), ElementsAre("none", "batch", "layer"));
  EXPECT_THAT(names_of<Activation>(),
              ElementsAre("identity", "relu", "gelu", "elu", "leaky_relu", "tanh"));
  EXPECT_THAT(names_of<Pooling>(), ElementsAre("none", "add", "mean", "max"));
  EXPECT_THAT(names_of<ops::Reduce>(), ElementsAre("add", "mean", "max", "min", "var", "std"));
}

TEST(GnnOptions, ReadsEveryNameBack) {
  EXPECT_EQ(parse_name<LayerType>("ginconv"), LayerType::kGin);
  EXPECT_EQ(parse_name<StageType>("residual"), StageType::kResidual);
  EXPECT_EQ(parse_name<JumpingKnowledge>("sum"), JumpingKnowledge::kSum);
  EXPECT_EQ(parse_name<Norm>("layer"), Norm::kLayer);
  EXPECT_EQ(parse_name<Activation>("tanh"), Activation::kTanh);
  EXPECT_EQ(parse_name<Pooling>("add"), Pooling::kSum);
  EXPECT_EQ(parse_name<Pooling>("sum"), Pooling::kSum);
  EXPECT_EQ(parse_name<ops::Reduce>("sum"), ops::Reduce::kSum);
  EXPECT_EQ(parse_name<ops::Reduce>("mean"), ops::Reduce::kMean);
  EXPECT_EQ(name_of(LayerType::kSage), "sageconv");
  EXPECT_EQ(parse_name<LayerType>("edgeconv"), LayerType::kEdge);
  EXPECT_EQ(parse_name<ops::Reduce>("std"), ops::Reduce::kStd);
  EXPECT_EQ(parse_name<JumpingKnowledge>("lstm"), JumpingKnowledge::kLstm);
  EXPECT_EQ(parse_name<DegreeScaler>("inverse_linear"), DegreeScaler::kInverseLinear);
}

TEST(GnnOptions, OffersTheNearestName) {
  try {
    (void)parse_name<LayerType>("gcncov");
    FAIL() << "nothing thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "layer_type must be one of gcnconv, sageconv, ginconv, linear, pnaconv, edgeconv, got "
        "gcncov");
    EXPECT_EQ(error.hint(), "did you mean gcnconv?");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
  try {
    (void)parse_name<Norm>("instance_norm");
    FAIL() << "nothing thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(std::string(error.what()),
              "norm must be one of none, batch, layer, got instance_norm");
    EXPECT_EQ(error.hint(), "");
  }
}

GnnOptions good() { return {.dim_in = 3, .dim_out = 2}; }

TEST(GnnOptions, AcceptsTheCombinationsOfTheProtocols) {
  EXPECT_NO_THROW(check_options(good()));
  GnnOptions platonov = good();
  platonov.layer_type = LayerType::kSage;
  platonov.stage_type = StageType::kResidual;
  platonov.layers_pre_mp = platonov.layers_post_mp = 1;
  platonov.norm = Norm::kLayer;
  EXPECT_NO_THROW(check_options(platonov));
  GnnOptions gin = good();
  gin.layer_type = LayerType::kGin;
  gin.graph_pooling = Pooling::kSum;
  gin.jk = JumpingKnowledge::kSum;
  gin.final_dropout = 0.5;
  EXPECT_NO_THROW(check_options(gin));
  for (const ops::Reduce agg : {ops::Reduce::kMax, ops::Reduce::kStd}) {
    platonov.agg = agg;
    EXPECT_NO_THROW(check_options(platonov));
  }
}

TEST(GnnOptions, NamesOptionRuleAndValueOfEachMisfit) {
  const auto expect = [](const std::function<void(GnnOptions&)>& spoil, const std::string& text) {
    GnnOptions options = good();
    spoil(options);
    try {
      check_options(options);
      ADD_FAILURE() << "nothing thrown, expected: " << text;
    } catch (const InvalidArgument& error) {
      EXPECT_EQ(std::string(error.what()), "Gnn: " + text);
    }
  };
  expect([](GnnOptions& o) { o.dim_in = 0; }, "dim_in must be >= 1, got 0");
  expect([](GnnOptions& o) { o.dim_out = -2; }, "dim_out must be >= 1, got -2");
  expect([](GnnOptions& o) { o.dim_inner = 0; }, "dim_inner must be >= 1, got 0");
  expect([](GnnOptions& o) { o.layers_pre_mp = -1; }, "layers_pre_mp must be >= 0, got -1");
  expect([](GnnOptions& o) { o.layers_mp = -1; }, "layers_mp must be >= 0, got -1");
  expect([](GnnOptions& o) { o.layers_post_mp = -1; }, "layers_post_mp must be >= 0, got -1");
  expect([](GnnOptions& o) { o.layers_mp = 0; }, "layers_mp + layers_post_mp must be >= 1, got 0");
  expect([](GnnOptions& o) { o.dropout = 1.0; }, "dropout must be in [0, 1), got 1.000000");
  expect([](GnnOptions& o) { o.input_dropout = -0.5; },
         "input_dropout must be in [0, 1), got -0.500000");
  expect([](GnnOptions& o) { o.final_dropout = 2; },
         "final_dropout must be in [0, 1), got 2.000000");
  expect([](GnnOptions& o) { o.agg = ops::Reduce::kMean; },
         "agg must be add with layer_type gcnconv, got mean");
  expect([](GnnOptions& o) { o.agg = ops::Reduce::kMax; }, "agg must be add or mean, got max");
  expect([](GnnOptions& o) { o.stage_type = StageType::kResidual; },
         "layers_pre_mp must be >= 1 with stage_type residual, got 0");
  expect(
      [](GnnOptions& o) {
        o.stage_type = StageType::kResidual;
        o.layers_pre_mp = 1;
      },
      "layers_post_mp must be >= 1 with stage_type residual, got 0");
  expect([](GnnOptions& o) { o.sage_project = true; },
         "project must be false but with layer_type sageconv, got true");
  const auto pna = [](GnnOptions& o) { o.layer_type = LayerType::kPna; };
  expect(
      [&](GnnOptions& o) {
        pna(o);
        o.agg = ops::Reduce::kSum;
      },
      "agg must be left out with layer_type pnaconv, got add");
  expect(
      [&](GnnOptions& o) {
        pna(o);
        o.pna.aggregators.clear();
      },
      "aggregators must be one or more, got none");
  expect(
      [&](GnnOptions& o) {
        pna(o);
        o.pna.towers = 3;
      },
      "dim_inner must be a multiple of towers = 3, got 16");
  expect(
      [&](GnnOptions& o) {
        pna(o);
        o.pna.towers = 4;
      },
      "dim_out must be a multiple of towers = 4, got 2");
  expect(
      [&](GnnOptions& o) {
        pna(o);
        o.pna.towers = 2;
        o.pna.divide_input = true;
      },
      "dim_in must be a multiple of towers = 2, got 3");
  expect(
      [&](GnnOptions& o) {
        pna(o);
        o.stage_type = StageType::kResidual;
        o.layers_pre_mp = o.layers_post_mp = 1;
      },
      "layer_type must be gcnconv, sageconv, ginconv or linear with stage_type residual, got "
      "pnaconv");
  const auto cat = [](GnnOptions& o) { o.jk = JumpingKnowledge::kCat; };
  expect(cat, "layers_post_mp must be >= 1 with jk cat, got 0");
  expect(
      [&](GnnOptions& o) {
        cat(o);
        o.layers_post_mp = 1;
        o.layers_mp = 0;
      },
      "layers_mp must be >= 1 with jk cat, got 0");
  expect(
      [&](GnnOptions& o) {
        cat(o);
        o.stage_type = StageType::kResidual;
        o.layers_pre_mp = o.layers_post_mp = 1;
      },
      "stage_type must be stack or skipsum with jk cat, got residual");
  expect([](GnnOptions& o) { o.jk = JumpingKnowledge::kSum; },
         "graph_pooling must be add, mean or max with jk sum, got none");
  expect(
      [](GnnOptions& o) {
        o.jk = JumpingKnowledge::kSum;
        o.graph_pooling = Pooling::kSum;
        o.layers_post_mp = 1;
      },
      "layers_post_mp must be 0 with jk sum, got 1");
}

}  // namespace
}  // namespace isthmus::layers
