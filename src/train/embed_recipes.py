#!/usr/bin/env python3
"""Writes recipe_texts.cpp: the recipes as string literals, so that a program needs no path to them.

Usage: embed_recipes.py OUTPUT RECIPE.toml...
"""
import pathlib
import sys


def literal(text):
    """C++ literals of at most 8000 characters each: compilers may refuse longer ones."""
    pieces = [text[i:i + 8000] for i in range(0, len(text), 8000)] or ['']
    return '\n     '.join(f'R"recipe({piece})recipe"' for piece in pieces)


output, *recipes = sys.argv[1:]
rows = []
for path in sorted(map(pathlib.Path, recipes), key=lambda p: p.stem):
    text = path.read_text(encoding='utf-8')
    if ')recipe"' in text:
        sys.exit(f'{path}: )recipe" may not occur in a recipe')
    rows.append(f'    {{"{path.stem}",\n     {literal(text)}}},\n')
pathlib.Path(output).write_text(
    '#include "recipe_texts.hpp"\n\n#include <array>\n\nnamespace isthmus::train {\nnamespace {\n\n'
    f'constexpr std::array<RecipeText, {len(rows)}> kRecipes{{{{\n' + ''.join(rows) + '}};\n\n}  // namespace\n\n'
    'std::span<const RecipeText> recipe_texts() { return kRecipes; }\n\n}  // namespace isthmus::train\n',
    encoding='utf-8')
