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
  EXPECT_THAT(
      names_of<LayerType>(),
      ElementsAre("gcnconv", "sageconv", "ginconv", "linear", "sgconv", "appnp", "gcn2conv",
                  "dagnn", "gatconv", "gatv2conv", "transformerconv", "gineconv", "graphconv",
                  "genconv", "gatedgcnconv", "rgcnconv", "pnaconv", "edgeconv"));
  EXPECT_THAT(names_of<DegreeScaler>(),
              ElementsAre("identity", "amplification", "attenuation", "linear", "inverse_linear"));
  EXPECT_THAT(names_of<GenAggregation>(),
              ElementsAre("softmax", "powermean", "add", "mean", "max"));
  EXPECT_THAT(names_of<StageType>(),
              ElementsAre("stack", "skipsum", "residual", "reversible", "drew"));
  EXPECT_THAT(names_of<JumpingKnowledge>(), ElementsAre("none", "sum", "cat", "max", "lstm"));
  EXPECT_THAT(names_of<Norm>(),
              ElementsAre("none", "batch", "layer", "graph", "pair", "diff_group"));
  EXPECT_THAT(names_of<Activation>(),
              ElementsAre("identity", "relu", "gelu", "elu", "leaky_relu", "tanh"));
  EXPECT_THAT(names_of<Pooling>(),
              ElementsAre("none", "add", "mean", "max", "attention", "set2set"));
  EXPECT_THAT(names_of<ops::Reduce>(), ElementsAre("add", "mean", "max", "min", "var", "std"));
  EXPECT_THAT(names_of<StreamType>(), ElementsAre("auto", "f32", "f64", "fixed32"));
  EXPECT_THAT(names_of<ReversibleMode>(), ElementsAre("auto", "reversible", "plain"));
  EXPECT_THAT(names_of<MaskSharing>(), ElementsAre("shared", "per_layer"));
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
  EXPECT_EQ(parse_name<StageType>("reversible"), StageType::kReversible);
  EXPECT_EQ(parse_name<StreamType>("fixed32"), StreamType::kFixed32);
  EXPECT_EQ(parse_name<ReversibleMode>("plain"), ReversibleMode::kPlain);
  EXPECT_EQ(parse_name<MaskSharing>("per_layer"), MaskSharing::kPerLayer);
}

TEST(GnnOptions, OffersTheNearestName) {
  try {
    (void)parse_name<LayerType>("gcncov");
    FAIL() << "nothing thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(std::string(error.what()),
              "layer_type must be one of gcnconv, sageconv, ginconv, linear, sgconv, appnp, "
              "gcn2conv, dagnn, gatconv, gatv2conv, transformerconv, gineconv, graphconv, genconv, "
              "gatedgcnconv, rgcnconv, pnaconv, edgeconv, got gcncov");
    EXPECT_EQ(error.hint(), "did you mean gcnconv?");
    EXPECT_EQ(error.exit_code(), ExitCode::kUsage);
  }
  try {
    (void)parse_name<Norm>("instance_norm");
    FAIL() << "nothing thrown";
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(std::string(error.what()),
              "norm must be one of none, batch, layer, graph, pair, diff_group, got instance_norm");
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
  expect([](GnnOptions& o) { o.hops = -1; }, "hops must be >= 0, got -1");
  expect([](GnnOptions& o) { o.alpha = 1.5; }, "alpha must be in [0, 1], got 1.500000");
  expect([](GnnOptions& o) { o.theta = -1.0; }, "theta must be >= 0, got -1.000000");
  expect([](GnnOptions& o) { o.norm_groups = 0; }, "norm_groups must be >= 1, got 0");
  expect([](GnnOptions& o) { o.layer_type = LayerType::kAppnp; },
         "layers_pre_mp must be >= 1 with layer_type appnp, got 0");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kDagnn;
        o.layers_pre_mp = 1;
      },
      "layers_mp must be 1 with layer_type dagnn and layers_post_mp 0, got 2");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kGcn2;
        o.layers_pre_mp = 1;
      },
      "layers_post_mp must be >= 1 with layer_type gcn2conv, got 0");
  expect([](GnnOptions& o) { o.virtual_node = true; },
         "layers_pre_mp must be >= 1 with virtual_node, got 0");
  expect(
      [](GnnOptions& o) {
        o.layer_type = LayerType::kAppnp;
        o.layers_pre_mp = o.layers_mp = 1;
        o.virtual_node = true;
      },
      "layers_post_mp must be >= 1 with virtual_node and layer_type appnp, got 0");
  const auto residual = [](GnnOptions& o) {
    o.stage_type = StageType::kResidual;
    o.layers_pre_mp = o.layers_post_mp = 1;
  };
  expect(
      [&](GnnOptions& o) {
        residual(o);
        o.virtual_node = true;
      },
      "stage_type must be stack or skipsum with virtual_node, got residual");
  expect(
      [&](GnnOptions& o) {
        residual(o);
        o.norm = Norm::kPair;
      },
      "norm must be none, batch or layer with stage_type residual, got pair");
  expect(
      [&](GnnOptions& o) {
        residual(o);
        o.layer_type = LayerType::kSg;
      },
      "layer_type must be gcnconv, sageconv, ginconv, linear or gatconv with stage_type residual, "
      "got sgconv");
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
      "layer_type must be gcnconv, sageconv, ginconv, linear or gatconv with stage_type residual, "
      "got pnaconv");
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

TEST(GnnOptions, NamesWhatDoesNotFitAttention) {
  const auto expect = [](const std::function<void(GnnOptions&)>& spoil, const std::string& text) {
    GnnOptions options = good();
    options.layer_type = LayerType::kGat;
    options.heads = 4;
    spoil(options);
    try {
      check_options(options);
      ADD_FAILURE() << "nothing thrown, expected: " << text;
    } catch (const InvalidArgument& error) {
      EXPECT_EQ(std::string(error.what()), "Gnn: " + text);
    }
  };
  const auto residual = [](GnnOptions& o) {
    o.stage_type = StageType::kResidual;
    o.layers_pre_mp = o.layers_post_mp = 1;
  };
  expect([](GnnOptions& o) { o.heads = 0; }, "heads must be >= 1, got 0");
  expect([](GnnOptions& o) { o.heads_last = 0; }, "heads_last must be >= 1, got 0");
  expect([](GnnOptions& o) { o.attn_dropout = 1.0; },
         "attn_dropout must be in [0, 1), got 1.000000");
  expect([](GnnOptions& o) { o.dim_inner = 6; }, "dim_inner must be a multiple of heads, 4, got 6");
  expect([](GnnOptions& o) { o.agg = ops::Reduce::kMean; },
         "agg must be left out with layer_type gatconv, got mean");
  expect(
      [&](GnnOptions& o) {
        residual(o);
        o.layer_type = LayerType::kTransformer;
      },
      "layer_type must be gcnconv, sageconv, ginconv, linear or gatconv with stage_type residual, "
      "got transformerconv");
  expect(
      [&](GnnOptions& o) {
        residual(o);
        o.concat = false;
      },
      "concat must be true with stage_type residual, got false");
  expect(
      [&](GnnOptions& o) {
        residual(o);
        o.attn_dropout = 0.5;
      },
      "attn_dropout must be 0 with stage_type residual, got 0.500000");
  expect(
      [](GnnOptions& o) {
        o.jk = JumpingKnowledge::kSum;
        o.graph_pooling = Pooling::kSet2Set;
      },
      "graph_pooling must be add, mean or max with jk sum, got set2set");
  expect([](GnnOptions& o) { o.graph_pooling = Pooling::kSet2Set; },
         "layers_post_mp must be >= 1 with graph_pooling set2set, got 0");
  GnnOptions mean = good();
  mean.layer_type = LayerType::kGatv2;
  mean.heads = 3;
  mean.concat = false;  // any width will do
  EXPECT_NO_THROW(check_options(mean));
}

TEST(GnnOptions, RefuseEdgeLayersWithoutWhatTheyLookAt) {
  const auto message = [](const GnnOptions& options) -> std::string {
    try {
      check_options(options);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  GnnOptions o = good();
  o.layer_type = LayerType::kGine;
  EXPECT_EQ(message(o), "Gnn: edge_dim must be >= 1 with layer_type gineconv, got 0");
  o.edge_dim = 2;
  EXPECT_EQ(message(o), "");
  o.agg = ops::Reduce::kMean;
  EXPECT_EQ(message(o), "Gnn: agg must be add with layer_type gineconv, got mean");
  o.agg = std::nullopt;
  o.stage_type = StageType::kResidual;
  EXPECT_EQ(message(o),
            "Gnn: stage_type must be stack or skipsum with layer_type gineconv, got residual");
  GnnOptions r = good();
  r.layer_type = LayerType::kRgcn;
  EXPECT_EQ(message(r), "Gnn: num_relations must be >= 1 with layer_type rgcnconv, got 0");
  r.num_relations = 1;
  EXPECT_EQ(message(r), "");
  r.num_bases = -1;
  EXPECT_EQ(message(r), "Gnn: num_bases must be >= 0, got -1");
  GnnOptions a = good();
  a.alternate = true;
  a.num_relations = 1;
  EXPECT_EQ(message(a), "Gnn: num_relations must be >= 2 with alternate, got 1");
  a.num_relations = 2;
  EXPECT_EQ(message(a), "");
  a.layer_type = LayerType::kGatedGcn;
  a.edge_dim = 3;
  EXPECT_EQ(message(a),
            "Gnn: edge_dim must be dim_inner with alternate and layer_type gatedgcnconv, got 3");
  a.edge_encoder = true;
  EXPECT_EQ(message(a), "");
  a = good();
  a.alternate = true;
  a.num_relations = 2;
  a.stage_type = StageType::kResidual;
  a.layers_pre_mp = a.layers_post_mp = 1;
  EXPECT_EQ(message(a), "Gnn: stage_type must be stack or skipsum with alternate, got residual");
  GnnOptions g = good();
  g.layer_type = LayerType::kGat;
  g.edge_dim = 3;
  EXPECT_EQ(message(g),
            "Gnn: edge_dim must be 0 with layer_type gatconv, which does not look at features of "
            "edges, got 3");
}

TEST(GnnOptionsOfDrew, AreRefusedWithTheRule) {
  const auto message = [](const auto& change) -> std::string {
    GnnOptions o{.layer_type = LayerType::kGcn, .dim_in = 3, .dim_out = 2};
    o.stage_type = StageType::kDrew;
    o.layers_pre_mp = 1;
    o.layers_post_mp = 1;
    o.drew.rings = 2;
    change(o);
    try {
      check_options(o);
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([](GnnOptions&) {}), "");
  EXPECT_EQ(message([](GnnOptions& o) { o.layer_type = LayerType::kGin; }), "");
  EXPECT_EQ(message([](GnnOptions& o) { o.layer_type = LayerType::kSage; }),
            "Gnn: layer_type must be gcnconv or ginconv with stage_type drew, got sageconv");
  EXPECT_EQ(message([](GnnOptions& o) { o.layers_mp = 0; }), "Gnn: layers_mp must be >= 1, got 0");
  EXPECT_EQ(message([](GnnOptions& o) { o.drew.rings = 0; }), "Gnn: rings must be >= 1, got 0");
  EXPECT_EQ(message([](GnnOptions& o) { o.drew.delay = -1; }),
            "Gnn: delay must be >= 1, or 0 for none, got -1");
  EXPECT_EQ(message([](GnnOptions& o) {
              o.layer_type = LayerType::kGin;
              o.drew.self_loops = true;
            }),
            "Gnn: self_loops must be false with layer_type ginconv, got true");
  EXPECT_EQ(message([](GnnOptions& o) { o.degree_norm = DegreeNorm::kSource; }),
            "Gnn: degree_norm must be symmetric with stage_type drew, got source");
  EXPECT_EQ(message([](GnnOptions& o) { o.layers_pre_mp = 0; }),
            "Gnn: layers_pre_mp must be >= 1 with stage_type drew, got 0");
}

}  // namespace
}  // namespace isthmus::layers
