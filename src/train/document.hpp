#pragma once

#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/train/train.hpp"

#include "protocol.hpp"
#include "result.hpp"
#include "rewire_set.hpp"
#include "tensors.hpp"
#include "trainer.hpp"

namespace isthmus::train {

/// What the result document is made of.
struct DocumentParts {
  const Config* config = nullptr;
  const TrainOptions* options = nullptr;
  const TaskTensors* data = nullptr;
  std::string content_sha256;
  const ProtocolPlan* plan = nullptr;
  const RewireFacts* rewired = nullptr;  ///< Null: nothing was.
  std::vector<layers::LayerRow> layers;
  std::vector<RunRecord> runs;  ///< Those that are through.
  formats::Json baselines = formats::Json::array();
  std::vector<std::string> warnings;
  std::string resumed_from;  ///< Empty: nothing was resumed.
  double seconds = 0.0;
  double cpu_seconds = 0.0;
};

/// The document isthmus.train/1, keys in the order of the interface.
[[nodiscard]] formats::Json train_document(const DocumentParts& parts, TrainStatus status,
                                           ExitCode exit_code);

/// What an order of the nodes was predicted to save.
[[nodiscard]] formats::Json locality_json(const partition::LocalityResult& locality);

/// Lines of log.jsonl.
[[nodiscard]] formats::Json plan_event(const Config& config, const ProtocolPlan& plan);
[[nodiscard]] formats::Json epoch_event(const RunPlan& run, const EpochRecord& record);
[[nodiscard]] formats::Json checkpoint_event(const RunPlan& run, const EpochRecord& record,
                                             const std::string& path, std::int64_t bytes);
/// The document without its long parts.
[[nodiscard]] formats::Json end_event(const formats::Json& document);

/// "ok", "interrupted" or "failed".
[[nodiscard]] std::string_view status_name(TrainStatus status);

/// Highest resident memory of the process so far, in bytes.
[[nodiscard]] std::int64_t peak_bytes();

}  // namespace isthmus::train
