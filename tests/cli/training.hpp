#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace isthmus::cli {

/// Words of a small training: GraphSAGE on a 20 x 20 minesweeper board, one split, no files needed.
/// `out_dir` may be empty.
[[nodiscard]] inline std::vector<std::string> small_training(const std::string& out_dir,
                                                             std::int64_t epochs,
                                                             std::vector<std::string> more = {}) {
  std::vector<std::string> words = {"train",
                                    "--set=dataset.name=gen:minesweeper,rows=20,cols=20",
                                    "--set=protocol.name=platonov",
                                    "--set=gnn.layer_type=sageconv",
                                    "--set=gnn.dim_inner=16",
                                    "--set=gnn.dropout=0.2",
                                    "--set=train.ckpt_period=20",
                                    "--set=optim.max_epoch=" + std::to_string(epochs),
                                    "--folds=1",
                                    "--out-dir=" + out_dir};
  if (out_dir.empty()) {
    words.pop_back();
  }
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace isthmus::cli
