#pragma once

#include <filesystem>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Reads a graph classification set in the text form of the GIN and DGCNN papers:
///
///     G                                  number of graphs
///     n label                            per graph: nodes, class; then n lines
///     tag degree neighbour...  [value...]  neighbours from 0 inside the graph; `degree` of them
///
/// Tags and classes are any integers, mapped in ascending order; x is one-hot over the tags that
/// occur, then the values, of which every node has as many as the first. Loops are dropped and
/// parallel arcs merged unless the options keep them.
///
/// `folds` is a zip with DS/10fold_idx/{train,test}_idx-K.txt, K = 1..10, DS = the stem of `path`;
/// a path that is not there means no splits. Graphs that no test fold holds are reported, not
/// repaired.
///
/// @throws isthmus::DataError  with file and line.
///
/// @par Source  Xu, Hu, Leskovec, Jegelka: How Powerful are Graph Neural Networks?, ICLR 2019.
/// @par Differs from the authors' reader, which numbers tags and classes in order of appearance.
[[nodiscard]] Dataset read_gin_text(const std::filesystem::path& path,
                                    const std::filesystem::path& folds,
                                    const LoadOptions& options = {});

}  // namespace isthmus::datasets
