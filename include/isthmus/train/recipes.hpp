#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::train {

/// A recipe: a config with a header comment that states the accuracy it reached, where, in what
/// time. Recipes are files of share/isthmus/recipes, embedded when the library is built.
struct RecipeInfo {
  std::string name;
  std::string summary;  ///< First line of the header comment.
};

/// All recipes, sorted by name.
[[nodiscard]] std::vector<RecipeInfo> list_recipes();

/// The TOML text of a recipe, comments included.
/// @throws InvalidArgument  for an unknown name; the hint offers the nearest.
[[nodiscard]] std::string_view recipe_text(std::string_view name);

}  // namespace isthmus::train
