#include "isthmus/layers/state_dict.hpp"

#include "isthmus/core/error.hpp"
#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/gnn.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

GnnOptions options(std::uint64_t seed) {
  GnnOptions o{.layer_type = LayerType::kGin, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  o.norm = Norm::kBatch;
  o.seed = seed;
  return o;
}

/// Copies that the module does not share.
NamedTensors snapshot(const torch::nn::Module& module) {
  NamedTensors tensors = named_tensors(module);
  for (auto& [name, tensor] : tensors) {
    tensor = tensor.clone();
  }
  return tensors;
}

void expect_equal(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) {
    EXPECT_TRUE(torch::equal(tensor, b.at(name))) << name;
  }
}

NamedTensors prefixed(const NamedTensors& tensors, const std::string& prefix) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) {
    result.emplace(prefix + name, tensor);
  }
  return result;
}

std::string message_of_loading(torch::nn::Module& module, const NamedTensors& tensors) {
  try {
    load_named_tensors(module, tensors, {.source = "model.safetensors"});
  } catch (const DataError& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::kData);
    return error.what();
  }
  return "";
}

TEST(StateDict, ListsParametersAndBuffersOfTheModuleItself) {
  BatchNorm norm(2);
  const NamedTensors tensors = named_tensors(*norm);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    names.push_back(name);
    EXPECT_FALSE(tensor.requires_grad());
  }
  EXPECT_THAT(names, ElementsAre("module.bias", "module.num_batches_tracked", "module.running_mean",
                                 "module.running_var", "module.weight"));
  at::Tensor weight = tensors.at("module.weight");
  weight.fill_(3.0);
  EXPECT_EQ(norm->module->weight[0].item<float>(), 3.0F);
}

TEST(StateDict, TakesAModelOverBitByBit) {
  const Gnn source(options(1));
  Gnn target(options(2));
  const LoadReport report = load_named_tensors(*target, named_tensors(*source));
  EXPECT_THAT(report.missing, IsEmpty());
  expect_equal(named_tensors(*target), named_tensors(*source));
  EXPECT_TRUE(target->parameters()[0].requires_grad());
}

TEST(StateDict, StripsWrappersThatEveryNameHas) {
  const Gnn source(options(1));
  Gnn target(options(2));
  const NamedTensors wrapped = prefixed(named_tensors(*source), "module._orig_mod.module.");
  load_named_tensors(*target, wrapped);
  expect_equal(named_tensors(*target), named_tensors(*source));
}

TEST(StateDict, DoesNotStripAPrefixOfTheModulesOwn) {
  BatchNorm source(2);
  {
    const torch::NoGradGuard no_grad;
    source->module->weight.fill_(7.0);
  }
  BatchNorm target(2);
  load_named_tensors(*target, named_tensors(*source));
  EXPECT_EQ(target->module->weight[1].item<float>(), 7.0F);
  BatchNorm wrapped(2);
  load_named_tensors(*wrapped, prefixed(named_tensors(*source), "module."));
  EXPECT_EQ(wrapped->module->weight[1].item<float>(), 7.0F);
}

TEST(StateDict, FindsPlainBatchNormNames) {
  const Gnn source(options(1));
  NamedTensors plain;
  for (const auto& [name, tensor] : named_tensors(*source)) {
    std::string shorter = name;
    const std::size_t at = shorter.find("module.");
    if (at != std::string::npos) {
      shorter.erase(at, 7);
    }
    plain.emplace(shorter, tensor);
  }
  ASSERT_TRUE(plain.contains("norms.0.running_mean"));
  Gnn target(options(2));
  load_named_tensors(*target, plain);
  expect_equal(named_tensors(*target), named_tensors(*source));
}

TEST(StateDict, TakesAScalarForEpsAndWidensHalfTypes) {
  GinConv conv(2, 3);
  NamedTensors tensors = snapshot(*conv);
  tensors["eps"] = torch::tensor(0.5);
  tensors["nn.lins.0.bias"] = torch::tensor({1.0, 2.0, 3.0}).to(torch::kHalf);
  tensors["nn.lins.1.bias"] = torch::tensor({1.0, 2.0, 3.0}).to(torch::kBFloat16);
  load_named_tensors(*conv, tensors);
  EXPECT_EQ(conv->eps.sizes(), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(conv->eps.item<float>(), 0.5F);
  EXPECT_EQ(named_tensors(*conv).at("nn.lins.0.bias")[2].item<float>(), 3.0F);
  EXPECT_EQ(named_tensors(*conv).at("nn.lins.1.bias").scalar_type(), torch::kFloat);
}

TEST(StateDict, ListsEveryMisfitInOneErrorAndWritesNothing) {
  GinConv conv(2, 3);
  const NamedTensors before = snapshot(*conv);
  NamedTensors tensors = prefixed(snapshot(*conv), "");
  tensors["nn.lins.0.wieght"] = tensors["nn.lins.0.weight"];
  tensors.erase("nn.lins.0.weight");
  tensors["nn.lins.1.weight"] = torch::zeros({3, 7});
  tensors["nn.lins.1.bias"] = torch::full({3}, 9.0);
  tensors["extra"] = torch::zeros({1});
  EXPECT_EQ(message_of_loading(*conv, tensors),
            "model.safetensors: tensors do not fit the model; missing: nn.lins.0.weight (nearest: "
            "nn.lins.0.wieght); unexpected: extra, nn.lins.0.wieght (nearest: nn.lins.0.weight); "
            "mis-shaped: nn.lins.1.weight: expected Float [3, 3], got Float [3, 7]");
  expect_equal(named_tensors(*conv), before);
}

TEST(StateDict, RefusesIntegersForFloatsAndADimensionForAnother) {
  GinConv conv(2, 3);
  NamedTensors tensors = snapshot(*conv);
  tensors["nn.lins.0.bias"] = torch::zeros({3}, torch::kLong);
  EXPECT_THAT(message_of_loading(*conv, tensors), HasSubstr("expected Float [3], got Long [3]"));
  tensors = snapshot(*conv);
  tensors["nn.lins.0.bias"] = torch::zeros({3, 1});
  EXPECT_THAT(message_of_loading(*conv, tensors),
              HasSubstr("expected Float [3], got Float [3, 1]"));
}

TEST(StateDict, RefusesTwoNamesForOneTensor) {
  BatchNorm norm(2);
  NamedTensors tensors = snapshot(*norm);
  tensors["weight"] = torch::zeros({2});
  EXPECT_EQ(message_of_loading(*norm, tensors),
            "model.safetensors: tensors do not fit the model; unexpected: weight");
}

TEST(StateDict, LoadsTheRestWhenNotStrictAndReportsWhatStayed) {
  GinConv conv(2, 3);
  const NamedTensors before = snapshot(*conv);
  NamedTensors tensors = snapshot(*conv);
  tensors.erase("eps");
  tensors["other"] = torch::zeros({1});
  tensors["nn.lins.1.weight"] = torch::zeros({3, 7});
  tensors["nn.lins.1.bias"] = torch::full({3}, 9.0F);
  const LoadReport report = load_named_tensors(*conv, tensors, {.strict = false});
  EXPECT_THAT(report.missing, ElementsAre("eps"));
  EXPECT_THAT(report.unexpected, ElementsAre("other"));
  EXPECT_THAT(report.misshaped,
              ElementsAre("nn.lins.1.weight: expected Float [3, 3], got Float [3, 7]"));
  EXPECT_EQ(named_tensors(*conv).at("nn.lins.1.bias")[0].item<float>(), 9.0F);
  EXPECT_TRUE(
      torch::equal(named_tensors(*conv).at("nn.lins.1.weight"), before.at("nn.lins.1.weight")));
}

}  // namespace
}  // namespace isthmus::layers
