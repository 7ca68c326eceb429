#include "isthmus/train/recipes.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train::recipes_test {
namespace {

TEST(Recipes, AreSortedAndEachResolves) {
  const std::vector<RecipeInfo> list = list_recipes();
  EXPECT_TRUE(std::is_sorted(list.begin(), list.end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
  ASSERT_FALSE(list.empty());
  for (const RecipeInfo& recipe : list) {
    SCOPED_TRACE(recipe.name);
    ConfigSources sources;
    sources.recipe = recipe.name;
    const Config config = resolve_config(sources);
    EXPECT_FALSE(config.dataset.name.empty());
    EXPECT_EQ(config.out_dir, "results/" + recipe.name);
    EXPECT_GT(recipe.summary.size(), 10U);
  }
}

TEST(Recipes, TextKeepsItsComments) {
  EXPECT_THAT(std::string(recipe_text("cora-gcn")), ::testing::StartsWith("# GCN on Cora"));
}

TEST(Recipes, UnknownNameGetsTheNearest) {
  try {
    (void)recipe_text("cora-gnc");
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "unknown recipe 'cora-gnc'");
    EXPECT_EQ(error.hint(), "did you mean 'cora-gcn'?");
  }
}

}  // namespace
}  // namespace isthmus::train::recipes_test
