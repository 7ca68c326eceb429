#pragma once

#include <span>
#include <string_view>

namespace isthmus::train {

/// A recipe as it was embedded by embed_recipes.py.
struct RecipeText {
  std::string_view name;
  std::string_view text;
};

/// Sorted by name; the texts live as long as the program.
[[nodiscard]] std::span<const RecipeText> recipe_texts();

}  // namespace isthmus::train
