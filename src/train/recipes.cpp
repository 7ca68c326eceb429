#include "isthmus/train/recipes.hpp"

#include <algorithm>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

#include "recipe_texts.hpp"

namespace isthmus::train {
namespace {

/// Text of the first comment line, without its mark.
std::string first_comment(std::string_view text) {
  const std::size_t start = text.find_first_not_of("# ");
  if (start == std::string_view::npos || !text.starts_with("#")) {
    return "";
  }
  return std::string(text.substr(start, text.find('\n', start) - start));
}

}  // namespace

std::vector<RecipeInfo> list_recipes() {
  std::vector<RecipeInfo> list;
  for (const RecipeText& recipe : recipe_texts()) {
    list.push_back({std::string(recipe.name), first_comment(recipe.text)});
  }
  return list;
}

std::string_view recipe_text(std::string_view name) {
  std::vector<std::string> names;
  for (const RecipeText& recipe : recipe_texts()) {
    if (recipe.name == name) {
      return recipe.text;
    }
    names.emplace_back(recipe.name);
  }
  const std::string near = nearest_name(name, names);
  throw InvalidArgument("unknown recipe '" + std::string(name) + "'",
                        near.empty() ? "isthmus train --list-recipes names them all"
                                     : "did you mean '" + near + "'?");
}

}  // namespace isthmus::train
