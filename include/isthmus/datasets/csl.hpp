#pragma once

#include <cstdint>
#include <filesystem>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Circular skip links: 150 graphs C(41; 1, R) on 41 nodes, where node i touches i +- 1 and i +- R
/// (mod 41), randomly relabelled. Class c = 0..9 has R = 2, 3, 4, 5, 6, 9, 11, 12, 13, 16; graphs
/// 15c..15c+14 belong to it. All are 4-regular, so every model bounded by 1-WL answers all alike
/// and scores exactly 10 %. No features. Splits: the five published folds of 90/30/30.
///
/// @par Source  Murphy, Srinivasan, Rao, Ribeiro: Relational Pooling for Graph Representations,
/// ICML
///              2019. Folds: Dwivedi et al., Benchmarking Graph Neural Networks (MIT).
[[nodiscard]] Dataset csl(std::uint64_t seed = 0);

/// Reads the published copy: `folder`/tu_text/CSL in TU text and `folder`/splits/CSL_train.index,
/// CSL_val.index, CSL_test.index with one fold a line, graph ids from 0 separated by commas.
/// @throws isthmus::DataError  with file and line.
[[nodiscard]] Dataset read_csl(const std::filesystem::path& folder,
                               const LoadOptions& options = {});

}  // namespace isthmus::datasets
