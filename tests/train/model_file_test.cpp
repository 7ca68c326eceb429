#include "isthmus/train/model_file.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::train::model_file_test {
namespace {

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::path(::testing::TempDir()) / name;
}

ModelFile tiny() {
  ModelFile model;
  model.architecture["schema"] = "isthmus.model/1";
  model.config = "seed = 1\n";
  model.dataset["name"] = "karate";
  model.content.tensors["w"] = {formats::TensorType::kU8, {2}, {std::byte{1}, std::byte{2}}};
  return model;
}

TEST(ModelFile, ComesBackAsWritten) {
  const auto path = scratch("train_model_file.safetensors");
  write_model_file(path, tiny(), Overwrite::kReplace);
  const ModelFile back = read_model_file(path);
  EXPECT_EQ(back.architecture, tiny().architecture);
  EXPECT_EQ(back.config, "seed = 1\n");
  EXPECT_EQ(back.dataset, tiny().dataset);
  EXPECT_EQ(back.content.tensors.at("w").data, tiny().content.tensors.at("w").data);
  EXPECT_EQ(back.content.metadata.at("format"), "pt");
}

TEST(ModelFile, RefusesFilesWithoutItsMetadata) {
  const auto path = scratch("train_no_metadata.safetensors");
  write_file_atomically(path, formats::write_safetensors(tiny().content), Overwrite::kReplace);
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)read_model_file(path); }),
              ::testing::HasSubstr(
                  "not a model file of isthmus (expected metadata 'isthmus.model', got none)"));
}

TEST(ModelFile, RefusesAnotherSchema) {
  const auto path = scratch("train_schema.safetensors");
  ModelFile model = tiny();
  model.architecture["schema"] = "isthmus.model/9";
  write_model_file(path, model, Overwrite::kReplace);
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)read_model_file(path); }),
              ::testing::HasSubstr(
                  "unknown schema (expected \"isthmus.model/1\", got \"isthmus.model/9\")"));
}

}  // namespace
}  // namespace isthmus::train::model_file_test
