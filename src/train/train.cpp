#include "isthmus/train/train.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <time.h>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/linear.hpp"
#include "isthmus/ops/tensor_executor.hpp"
#include "isthmus/train/model_file.hpp"

#include "checkpoint.hpp"
#include "document.hpp"
#include "graph_batches.hpp"
#include "memory_model.hpp"
#include "model_builder.hpp"
#include "prediction.hpp"
#include "prepare_set.hpp"
#include "protocol.hpp"
#include "run_folder.hpp"
#include "trainer.hpp"

namespace isthmus::train {
namespace {

namespace fs = std::filesystem;
using formats::Json;

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// One run and what became of it.
struct Slot {
  const Config* config = nullptr;
  const ProtocolPlan* plan = nullptr;
  const RunPlan* run = nullptr;
  bool writes_files = false;
  bool first = false;  ///< Its test predictions become predictions.tsv.
  RunEnd end = RunEnd::kInterrupted;
  std::optional<RunRecord> record;
  std::vector<EpochRecord> curve;
  std::vector<Json> checkpoints;  ///< Events.
  std::vector<layers::LayerRow> layers;
  std::string resumed_from;
  std::string failure;
};

/// The structure-blind network beside that of a config: the same layers without the graph. Of the
/// layers that propagate without weights, or many times, the MLP around them is left.
Config without_graph(const Config& config) {
  Config blind = config;
  GnnConfig& gnn = blind.gnn;
  const std::string& type = config.gnn.layer_type;
  gnn.layer_type = "linear";
  gnn.agg = "auto";
  gnn.project = false;
  if (gnn.stage_type == "drew") {
    gnn.stage_type = "skipsum";  // its layers add to what they are given, too
  }
  gnn.virtual_node = false;
  gnn.alternate = false;
  if ((type == "appnp" || type == "dagnn") && gnn.layers_post_mp == 0 && gnn.jk == "none") {
    gnn.layers_pre_mp -= 1;  // the linear layer in their place gives the scores
  } else if ((type == "appnp" || type == "dagnn" || type == "gcn2conv") && gnn.layers_post_mp > 0) {
    gnn.layers_mp = 0;
  }
  return blind;
}

/// The whole training: all runs of the config, then of its baseline.
class Training {
 public:
  Training(const Config& config, const TrainOptions& options)
      : config_(config),
        options_(options),
        started_(seconds_of(CLOCK_MONOTONIC)),
        started_cpu_(seconds_of(CLOCK_PROCESS_CPUTIME_ID)),
        set_(prepare_set(config, options.roots, options.progress, options.cancel)),
        dataset_(set_.dataset),
        data_(dataset_, config.dataset,
              layout_for(config, partition::parse_node_order(config.train.order))),
        content_sha256_(datasets::content_sha256(dataset_)),
        plan_(plan_protocol(config, dataset_)),
        baseline_config_(without_graph(config)) {
    baseline_plan_ = plan_protocol(baseline_config_, dataset_);
    for (const RunPlan& run : plan_.runs) {
      check_split(dataset_, run.split);
    }
    // Keys that do not fit together are refused before anything is written.
    check_sampling(config, dataset_);
    check_budgets(config.train, dataset_);
    check_edges(data_, config);
    check_memory(data_, config, plan_);
    (void)gnn_options(config, data_, dataset_.num_classes, 0);
    add_slots();
    warnings_ = dataset_.report.warnings;
    warn_about_single_graph_batches();
    if (data_.locality()) {
      const partition::LocalityResult& locality = *data_.locality();
      warnings_.insert(warnings_.end(), locality.warnings.begin(), locality.warnings.end());
      report_progress(options.progress, {"order", 1, 1, locality.summary()});
    }
  }

  TrainOutcome run() {
    if (writes()) {
      open_run_folder(config_.out_dir, config_, options_.force, options_.resume);
    }
    run_slots();
    return outcome();
  }

 private:
  [[nodiscard]] bool writes() const { return !config_.out_dir.empty(); }
  [[nodiscard]] fs::path folder_of(const Slot& slot) const {
    return fs::path(config_.out_dir) / slot.run->folder;
  }

  void add_slots() {
    for (const RunPlan& run : plan_.runs) {
      Slot slot;
      slot.config = &config_;
      slot.plan = &plan_;
      slot.run = &run;
      slot.writes_files = writes();
      slot.first = slots_.empty();
      slots_.push_back(std::move(slot));
    }
    num_runs_ = slots_.size();
    if (!config_.protocol.baseline || config_.gnn.layer_type == "linear") {
      return;
    }
    for (const RunPlan& run : baseline_plan_.runs) {
      Slot slot;
      slot.config = &baseline_config_;
      slot.plan = &baseline_plan_;
      slot.run = &run;
      slots_.push_back(std::move(slot));
    }
  }

  void warn_about_single_graph_batches() {
    const auto items = static_cast<std::int64_t>(plan_.runs.front().split.train.size());
    if (data_.is_graph_task() && config_.gnn.norm == "batch" &&
        config_.train.batches_per_epoch == 0 && config_.train.max_nodes == 0 &&
        config_.train.max_edges == 0 && items % config_.train.batch_size == 1) {
      warnings_.emplace_back(
          "the last batch of an epoch holds one graph: BatchNorm learns little from it");
    }
  }

  /// Runs side by side where a run is too small to fill the threads. Never beyond the panel
  /// kernel's width: wider products are only reproducible at one number of threads.
  void run_slots() {
    const bool side_by_side = slots_.size() > 1 && current_thread_budget() > 1 &&
                              config_.gnn.dim_inner <= ops::kPanelWidth;
    const auto one = [&](std::int64_t i) { execute(slots_[static_cast<std::size_t>(i)]); };
    const auto count = static_cast<std::int64_t>(slots_.size());
    if (side_by_side) {
      parallel_chunks(count, one);
    } else {
      for (std::int64_t i = 0; i < count; ++i) {
        one(i);
      }
    }
  }

  void execute(Slot& slot) {
    if (options_.cancel.requested() || stop_.requested()) {
      return;
    }
    Trainer trainer(data_, *slot.config, *slot.plan, *slot.run);
    if (slot.first || !slot.writes_files) {
      slot.layers = trainer.model()->describe();
    }
    const fs::path last = folder_of(slot) / "last.safetensors";
    if (slot.writes_files) {
      make_folder(folder_of(slot));
      if (options_.resume == Resume::kAuto && fs::exists(last)) {
        slot.record = read_checkpoint(last, trainer, content_sha256_);
        slot.resumed_from = slot.run->folder + "/last.safetensors";
        done_epochs(trainer.state().epoch);
      }
    }
    if (!slot.record) {
      slot.end = trainer.train(options_.cancel, [&](const EpochRecord& record) {
        done_epochs(1, slot, &record);
        const std::int64_t period = slot.config->train.ckpt_period;
        if (slot.writes_files && period > 0 && record.epoch % period == 0 &&
            record.epoch < slot.config->optim.max_epoch) {
          checkpoint(slot, trainer);
        }
      });
      close_run(slot, trainer);
    } else {
      slot.end = RunEnd::kDone;
    }
    slot.curve = trainer.state().curve;
  }

  /// What follows the last step of a run, whatever ended it.
  void close_run(Slot& slot, Trainer& trainer) {
    if (slot.end == RunEnd::kInterrupted) {
      if (slot.writes_files) {
        checkpoint(slot, trainer);
      }
      return;
    }
    if (slot.end == RunEnd::kDiverged) {
      stop_.request();
      slot.failure = describe_divergence(slot, trainer);
      return;
    }
    formats::SafetensorsFile state;
    if (slot.writes_files) {
      state = make_checkpoint(trainer, content_sha256_);
    }
    trainer.restore_best();
    slot.record = trainer.measure_all();
    if (!slot.writes_files) {
      return;
    }
    slot.record->checkpoint = slot.run->folder + "/best.safetensors";
    write_model(slot, trainer);
    if (slot.first) {
      write_predictions(slot, trainer);
    }
    // Last of all: a run counts as through only when its files are there.
    note_checkpoint(
        slot, trainer,
        write_checkpoint(folder_of(slot) / "last.safetensors", std::move(state), slot.record));
  }

  void checkpoint(Slot& slot, Trainer& trainer) {
    note_checkpoint(slot, trainer,
                    write_checkpoint(folder_of(slot) / "last.safetensors",
                                     make_checkpoint(trainer, content_sha256_), {}));
  }

  void note_checkpoint(Slot& slot, Trainer& trainer, std::int64_t bytes) {
    EpochRecord now;
    now.epoch = trainer.state().epoch;
    now.step = trainer.state().step;
    now.seconds = trainer.seconds();
    slot.checkpoints.push_back(
        checkpoint_event(*slot.run, now, slot.run->folder + "/last.safetensors", bytes));
    const std::lock_guard lock(mutex_);
    slot.curve = trainer.state().curve;
    write_log(Json());
  }

  void write_model(const Slot& slot, Trainer& trainer) {
    ModelFile file;
    file.architecture =
        architecture_json(trainer.model(), data_.is_graph_task(), class_labels(dataset_));
    file.config = config_toml(*slot.config);
    file.dataset = dataset_json(data_, content_sha256_, slot.run->fold.value_or(0));
    for (const auto& [name, tensor] : layers::named_tensors(*trainer.model())) {
      file.content.tensors.emplace(name, to_bytes(tensor));
    }
    write_model_file(folder_of(slot) / "best.safetensors", file, Overwrite::kReplace);
  }

  void write_predictions(const Slot& slot, Trainer& trainer) {
    const std::vector<std::int64_t>& items = slot.run->split.test;
    const PredictResult rows = prediction_rows(
        dataset_, items, data_.scores(trainer.model(), items), class_labels(dataset_));
    write_file_atomically(fs::path(config_.out_dir) / "predictions.tsv", predictions_tsv(rows),
                          Overwrite::kReplace);
  }

  std::string describe_divergence(const Slot& slot, Trainer& trainer) {
    const Divergence& where = trainer.divergence();
    std::string text = "training diverged: the loss is not finite in epoch " +
                       std::to_string(where.epoch) + " (seed " + std::to_string(slot.run->seed) +
                       (slot.run->fold ? ", fold " + std::to_string(*slot.run->fold) : "") +
                       "); first bad layer: " + where.layer + "; last good checkpoint: ";
    if (slot.writes_files && !trainer.best().empty()) {
      trainer.restore_best();
      write_model(slot, trainer);
      return text + slot.run->folder + "/best.safetensors (epoch " +
             std::to_string(trainer.state().best_epoch) + ")";
    }
    return text + "none";
  }

  /// Counts epochs and reports them; the callback is never entered by two threads.
  void done_epochs(std::int64_t count, const Slot& slot = {}, const EpochRecord* record = nullptr) {
    if (!options_.progress) {
      return;
    }
    const std::lock_guard lock(mutex_);
    epochs_done_ += count;
    std::string detail;
    if (record != nullptr && record->val) {
      detail = (slot.writes_files || slot.config == &config_ ? "seed " : "mlp, seed ") +
               std::to_string(slot.run->seed) +
               (slot.run->fold ? " fold " + std::to_string(*slot.run->fold) : "") +
               ", val accuracy " + std::to_string(record->val->accuracy).substr(0, 5);
    }
    report_progress(options_.progress,
                    {"epochs", epochs_done_,
                     static_cast<std::int64_t>(slots_.size()) * config_.optim.max_epoch, detail});
  }

  /// Rewrites log.jsonl: runs in their order, whatever order they ran in. `end` may be null.
  void write_log(const Json& end) const {
    std::string text = formats::write_json(plan_event(config_, plan_)) + "\n";
    for (std::size_t i = 0; i < num_runs_; ++i) {
      for (const EpochRecord& record : slots_[i].curve) {
        text += formats::write_json(epoch_event(*slots_[i].run, record)) + "\n";
      }
      for (const Json& event : slots_[i].checkpoints) {
        text += formats::write_json(event) + "\n";
      }
    }
    if (!end.is_null()) {
      text += formats::write_json(end) + "\n";
    }
    write_file_atomically(fs::path(config_.out_dir) / "log.jsonl", text, Overwrite::kReplace);
  }

  /// gin-optimistic: one epoch for all folds, where the mean of their curves is highest; ties go to
  /// the lower mean loss, then to the earlier epoch.
  static void choose_common_epoch(std::vector<Slot*> slots) {
    std::size_t length = slots.empty() ? 0 : slots.front()->curve.size();
    for (const Slot* slot : slots) {
      length = std::min(length, slot->curve.size());
    }
    std::optional<std::size_t> best;
    std::pair<double, double> best_key;
    for (std::size_t e = 0; e < length; ++e) {
      std::pair<double, double> key{0.0, 0.0};
      bool evaluated = true;
      for (const Slot* slot : slots) {
        evaluated = evaluated && slot->curve[e].val.has_value();
        if (evaluated) {
          key.first += slot->curve[e].val->accuracy;
          key.second -= slot->curve[e].val->loss;
        }
      }
      if (evaluated && (!best || key > best_key)) {
        best = e;
        best_key = key;
      }
    }
    if (!best) {
      return;
    }
    for (Slot* slot : slots) {
      const EpochRecord& chosen = slot->curve[*best];
      slot->record->best_epoch = chosen.epoch;
      slot->record->train = {chosen.loss, std::nan(""), {}};
      slot->record->val = *chosen.val;
      slot->record->test = *chosen.val;
    }
  }

  [[nodiscard]] std::vector<Slot*> finished(std::size_t begin, std::size_t end) {
    std::vector<Slot*> list;
    for (std::size_t i = begin; i < end; ++i) {
      if (slots_[i].record) {
        list.push_back(&slots_[i]);
      }
    }
    return list;
  }

  [[nodiscard]] std::vector<RunRecord> records(std::size_t begin, std::size_t end) {
    std::vector<Slot*> through = finished(begin, end);
    if (plan_.optimistic && through.size() == end - begin) {
      choose_common_epoch(through);
    }
    std::vector<RunRecord> list;
    for (const Slot* slot : through) {
      list.push_back(*slot->record);
    }
    return list;
  }

  [[nodiscard]] Json baseline_row(const std::vector<RunRecord>& runs,
                                  const std::vector<layers::LayerRow>& layers) const {
    Json row = Json::object();
    row["name"] = "mlp";
    const Json summary = summaries_json(runs, baseline_plan_.band);
    for (const auto& [key, value] : summary.as_object()) {
      row[key] = value;
    }
    std::int64_t parameters = 0;
    for (const layers::LayerRow& layer : layers) {
      parameters += layer.parameters;
    }
    double seconds = 0.0;
    for (const RunRecord& run : runs) {
      seconds += run.seconds;
    }
    row["parameters"] = parameters;
    row["seconds"] = seconds;
    return row;
  }

  TrainOutcome outcome() {
    TrainOutcome result;
    DocumentParts parts;
    parts.config = &config_;
    parts.options = &options_;
    parts.data = &data_;
    parts.content_sha256 = content_sha256_;
    parts.plan = &plan_;
    parts.rewired = set_.rewired ? &*set_.rewired : nullptr;
    parts.warnings = warnings_;
    for (const Slot& slot : slots_) {
      if (slot.end == RunEnd::kDiverged && result.status != TrainStatus::kFailed) {
        result.status = TrainStatus::kFailed;
        result.exit_code = ExitCode::kFailed;
        result.message = slot.failure;
      } else if (slot.end == RunEnd::kInterrupted && result.status == TrainStatus::kOk) {
        result.status = TrainStatus::kInterrupted;
        result.exit_code = ExitCode::kInterrupted;
        result.message =
            writes() ? "interrupted; --resume auto goes on from " + config_.out_dir : "interrupted";
      }
      if (parts.resumed_from.empty()) {
        parts.resumed_from = slot.resumed_from;
      }
    }
    parts.layers = slots_.front().layers;
    parts.runs = records(0, num_runs_);
    if (slots_.size() > num_runs_) {
      const std::vector<RunRecord> mlp = records(num_runs_, slots_.size());
      if (mlp.size() == slots_.size() - num_runs_) {
        parts.baselines.push_back(baseline_row(mlp, slots_.back().layers));
      }
    } else if (config_.protocol.baseline && !parts.runs.empty()) {
      parts.baselines.push_back(baseline_row(parts.runs, parts.layers));
    }
    parts.seconds = seconds_of(CLOCK_MONOTONIC) - started_;
    parts.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - started_cpu_;
    result.document = train_document(parts, result.status, result.exit_code);
    if (!result.message.empty()) {
      result.document["message"] = result.message;
    }
    if (writes()) {
      write_file_atomically(fs::path(config_.out_dir) / "result.json",
                            formats::write_json(result.document, 1) + "\n", Overwrite::kReplace);
      write_log(end_event(result.document));
    }
    return result;
  }

  const Config& config_;
  const TrainOptions& options_;
  double started_;
  double started_cpu_;
  PreparedSet set_;
  const datasets::Dataset& dataset_;
  TaskTensors data_;
  std::string content_sha256_;
  ProtocolPlan plan_;
  Config baseline_config_;
  ProtocolPlan baseline_plan_;
  std::vector<std::string> warnings_;
  std::vector<Slot> slots_;  ///< Runs of the config, then those of the baseline.
  std::size_t num_runs_ = 0;
  CancelToken stop_;  ///< A run diverged: start no other.
  std::mutex mutex_;  ///< Of progress and of log.jsonl.
  std::int64_t epochs_done_ = 0;
};

}  // namespace

TrainOutcome run_training(const Config& config, const TrainOptions& options) {
  if (config.dataset.name.empty()) {
    throw InvalidArgument("run_training: dataset.name is not set",
                          "--set dataset.name=NAME; isthmus dataset list shows the names");
  }
  ops::install_tensor_executor();
  return Training(config, options).run();
}

}  // namespace isthmus::train
