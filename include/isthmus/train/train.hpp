#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train {

/// Whether a run that was stopped goes on.
enum class Resume : std::uint8_t {
  kNone,  ///< Start anew; an out_dir with results is refused unless `force`.
  kAuto,  ///< Go on from the checkpoints in out_dir, if there are any and the config is the same.
};

/// What a training needs beside its Config; nothing here changes a number.
struct TrainOptions {
  datasets::DataRoots roots = {};
  bool force = false;  ///< Replace what an earlier run left in out_dir.
  Resume resume = Resume::kNone;
  ProgressCallback progress = {};      ///< "epochs" done of all epochs of all runs.
  CancelToken cancel = {};             ///< Looked at after each step.
  std::vector<std::string> args = {};  ///< Command line, for the envelope of the result.
  std::string git = {};                ///< Revision for `versions.git`; empty: null.
};

enum class TrainStatus : std::uint8_t { kOk, kInterrupted, kFailed };

/// What a training came to.
struct TrainOutcome {
  TrainStatus status = TrainStatus::kOk;
  ExitCode exit_code = ExitCode::kOk;
  std::string message = {};  ///< For a person when status is not kOk: epoch, layer, checkpoint.
  /// The whole result document `isthmus.train/1`, envelope included (schema, event, version, args,
  /// seed, status, exit_code, warnings): print it as it is. The same is in out_dir/result.json.
  formats::Json document;
};

/// Runs the protocol of a config: every seed on every split or fold, then the MLP baseline row.
///
/// Writes into config.out_dir (if not empty, made if missing; all files atomically): config.toml,
/// log.jsonl, result.json, predictions.tsv, and per run seed-S[-fold-F]/best.safetensors (model)
/// and last.safetensors (checkpoint). The test set is looked at once per run, after validation
/// chose the epoch (gin-optimistic has no test set, and says so).
///
/// A cancel request ends the step, writes a checkpoint and gives kInterrupted (exit 130); NaN or
/// infinite loss gives kFailed (exit 1), naming the epoch, the first bad layer and the last good
/// checkpoint. The thread budget is the caller's: same bits for any number of threads.
///
/// @throws InvalidArgument  for an out_dir with results (hint: --force), values that do not fit the
///                          set, or resume with another config.
/// @throws DataError        as datasets::load(), or for a damaged checkpoint.
/// @throws ResourceLimit, RunFailed  where files cannot be written.
[[nodiscard]] TrainOutcome run_training(const Config& config, const TrainOptions& options = {});

}  // namespace isthmus::train
