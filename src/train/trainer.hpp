#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/state_dict.hpp"
#include "isthmus/train/config.hpp"
#include "isthmus/train/optimizer.hpp"
#include "isthmus/train/scheduler.hpp"

#include "cluster_batches.hpp"
#include "protocol.hpp"
#include "result.hpp"
#include "sampled_batches.hpp"
#include "tensors.hpp"

namespace isthmus::train {

/// What one epoch came to.
struct EpochRecord {
  std::int64_t epoch = 0;  ///< 1-based.
  std::int64_t step = 0;   ///< Steps done since the start.
  double lr = 0.0;
  double loss = 0.0;                ///< Mean of the epoch's training losses.
  std::optional<SplitMetrics> val;  ///< If it was evaluated. The test set never is.
  double seconds = 0.0;             ///< Since the start of the run.
};

/// Everything of a run that is not a tensor; with the tensors it is a checkpoint. Randomness is
/// counter-based, so there is no generator to save: seed, epoch, batch and step are its state.
struct RunState {
  std::int64_t epoch = 0;  ///< Epochs finished.
  std::int64_t batch = 0;  ///< Batches finished of the epoch under way.
  std::int64_t step = 0;
  double loss_sum = 0.0;        ///< Of the batches finished of the epoch under way.
  std::int64_t best_epoch = 0;  ///< 0: no evaluation yet.
  double best_score = 0.0;
  double best_loss = 0.0;
  std::int64_t bad_evaluations = 0;
  double seconds = 0.0;  ///< Wall time of earlier sittings.
  double cpu_seconds = 0.0;
  std::vector<EpochRecord> curve;
};

enum class RunEnd : std::uint8_t { kDone, kInterrupted, kDiverged };

/// Where and why training diverged.
struct Divergence {
  std::int64_t epoch = 0;
  std::string layer;  ///< First layer whose output is not finite; "loss" if all are finite.
};

/// One training: one seed on one split.
class Trainer {
 public:
  Trainer(const TaskTensors& data, const Config& config, const ProtocolPlan& plan,
          const RunPlan& run);

  /// Called after each epoch.
  using EpochCallback = std::function<void(const EpochRecord&)>;

  /// Trains to the last epoch, to early stopping, to a request of `cancel` or to a loss that is not
  /// finite, whichever comes first.
  RunEnd train(const CancelToken& cancel, const EpochCallback& on_epoch);

  /// Puts the parameters of the chosen epoch into model(). Without an evaluation: the present ones.
  void restore_best();
  /// Metrics of all three splits, in one go; call once, after restore_best().
  [[nodiscard]] RunRecord measure_all();

  [[nodiscard]] layers::Gnn& model() noexcept { return model_; }
  [[nodiscard]] Optimizer& optimizer() noexcept { return optimizer_; }
  [[nodiscard]] Scheduler& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] RunState& state() noexcept { return state_; }
  [[nodiscard]] const RunState& state() const noexcept { return state_; }
  [[nodiscard]] layers::NamedTensors& best() noexcept { return best_; }
  [[nodiscard]] const Divergence& divergence() const noexcept { return divergence_; }
  [[nodiscard]] const RunPlan& run() const noexcept { return *run_; }
  [[nodiscard]] const Config& config() const noexcept { return *config_; }
  /// Wall and CPU time so far, earlier sittings included.
  [[nodiscard]] double seconds() const;
  [[nodiscard]] double cpu_seconds() const;

 private:
  [[nodiscard]] std::int64_t plan_epoch();
  using Forward = std::function<at::Tensor()>;  ///< Scores of a step's targets.
  [[nodiscard]] double step_on_batch(double lr);
  [[nodiscard]] double step(const Forward& forward, const Targets& targets, double lr);
  [[nodiscard]] std::optional<SplitMetrics> evaluate_validation();
  void remember_if_better(const SplitMetrics& val);
  void find_divergence(const Forward& forward);
  [[nodiscard]] bool finished() const;

  const TaskTensors* data_;
  const Config* config_;
  const ProtocolPlan* plan_;
  const RunPlan* run_;
  layers::Gnn model_;
  Optimizer optimizer_;
  Scheduler scheduler_;
  RunState state_;
  layers::NamedTensors best_;
  Divergence divergence_;
  Targets train_targets_;                     ///< Items are nodes.
  std::unique_ptr<SampledBatches> sampled_;   ///< With train.sampler = "neighbor".
  std::unique_ptr<ClusterBatches> clusters_;  ///< With train.sampler = "cluster".
  std::vector<std::vector<std::int64_t>>
      graphs_of_;  ///< Of each batch of the epoch, where items are graphs.
  double started_ = 0.0;
  double started_cpu_ = 0.0;
};

}  // namespace isthmus::train
