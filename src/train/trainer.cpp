#include "trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

#include <ATen/ATen.h>
#include <sys/resource.h>
#include <time.h>
#include <torch/csrc/autograd/autograd.h>

#include "isthmus/core/parallel_chunks.hpp"

#include "graph_batches.hpp"
#include "model_builder.hpp"

namespace isthmus::train {
namespace {

double clock_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// CPU time of this run: of the thread where runs share the process, else of the process.
double cpu_clock() {
  return clock_seconds(in_parallel_chunks() ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID);
}

Optimizer make_optimizer(layers::Gnn& model, const OptimConfig& c) {
  const auto set_of = [](const std::vector<at::Tensor>& parameters) {
    std::unordered_set<const void*> set;
    for (const at::Tensor& parameter : parameters) {
      set.insert(parameter.unsafeGetTensorImpl());
    }
    return set;
  };
  const auto first = set_of(model->first_layer_parameters());
  const auto passing = set_of(model->message_passing_parameters());
  const bool all = c.weight_decay_layers == "all";
  ParameterGroup with{{}, c.weight_decay};
  ParameterGroup without{{}, 0.0};
  ParameterGroup own{{}, c.weight_decay_mp};
  for (const at::Tensor& parameter : model->parameters()) {
    const void* key = parameter.unsafeGetTensorImpl();
    const bool decays = all || first.count(key) != 0;
    const bool apart = c.weight_decay_mp >= 0.0 && passing.count(key) != 0;
    (apart ? own : decays ? with : without).parameters.push_back(parameter);
  }
  OptimizerOptions options;
  options.kind = c.optimizer == "sgd" ? OptimizerKind::kSgd : OptimizerKind::kAdam;
  options.beta1 = c.beta1;
  options.beta2 = c.beta2;
  options.eps = c.eps;
  options.momentum = c.momentum;
  return {{std::move(with), std::move(without), std::move(own)}, options};
}

Scheduler make_scheduler(const OptimConfig& c) {
  SchedulerOptions options;
  options.decay = c.scheduler == "step"      ? Decay::kStep
                  : c.scheduler == "cos"     ? Decay::kCosine
                  : c.scheduler == "plateau" ? Decay::kPlateau
                                             : Decay::kNone;
  options.base_lr = c.base_lr;
  options.step_size = c.step_size;
  options.factor = c.lr_decay;
  options.max_epoch = c.max_epoch;
  options.patience = c.patience;
  options.min_lr = c.min_lr;
  return Scheduler(options);
}

/// result[d] = nodes with d incoming arcs in the training graphs (one, where items are nodes).
std::vector<std::int64_t> in_degree_histogram(const TaskTensors& data, const RunPlan& run) {
  std::vector<std::int64_t> histogram;
  const auto add = [&histogram](const Graph& graph) {
    for (NodeId v = 0; v < graph.num_dst(); ++v) {
      const auto degree = static_cast<std::size_t>(graph.csr().degree(v));
      histogram.resize(std::max(histogram.size(), degree + 1));
      ++histogram[degree];
    }
  };
  if (!data.items_are_graphs()) {
    add(data.whole().graph);
    return histogram;
  }
  for (const std::int64_t g : run.split.train) {
    add(data.dataset().graphs[static_cast<std::size_t>(g)]);
  }
  return histogram;
}

layers::Gnn make_model(const TaskTensors& data, const Config& config, const ProtocolPlan& plan,
                       const RunPlan& run) {
  const std::int64_t scores = plan.one_logit ? 1 : data.dataset().num_classes;
  layers::GnnOptions options = gnn_options(config, data, scores, run.seed);
  if (options.layer_type == layers::LayerType::kPna) {
    options.pna.degrees = in_degree_histogram(data, run);
  }
  return layers::Gnn(options);
}

/// Larger is better; AUC of a split with one class, or F1 without a positive, is undefined and
/// never better.
double score_of(const SplitMetrics& metrics, Metric metric) {
  const double score = metric == Metric::kAuc        ? metrics.auc.value_or(0.0)
                       : metric == Metric::kAccuracy ? metrics.accuracy
                       : metric == Metric::kF1       ? metrics.graphwise->mean.f1
                                                     : -metrics.loss;
  return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
}

}  // namespace

Trainer::Trainer(const TaskTensors& data, const Config& config, const ProtocolPlan& plan,
                 const RunPlan& run)
    : data_(&data),
      config_(&config),
      plan_(&plan),
      run_(&run),
      model_(make_model(data, config, plan, run)),
      optimizer_(make_optimizer(model_, config.optim)),
      scheduler_(make_scheduler(config.optim)) {
  if (!data.items_are_graphs()) {
    train_targets_ = data.node_targets(run.split.train);
  }
  if (config.train.sampler == "neighbor") {
    sampled_ = std::make_unique<SampledBatches>(data, config, run.split.train, run.seed);
  } else if (config.train.sampler == "cluster") {
    clusters_ = std::make_unique<ClusterBatches>(data, config, run.split.train, run.seed);
  }
}

double Trainer::seconds() const {
  return state_.seconds + clock_seconds(CLOCK_MONOTONIC) - started_;
}

double Trainer::cpu_seconds() const { return state_.cpu_seconds + cpu_clock() - started_cpu_; }

/// Says what the steps of the epoch under way are made of; their number.
std::int64_t Trainer::plan_epoch() {
  if (sampled_) {
    return sampled_->num_batches();
  }
  if (clusters_) {
    return clusters_->num_batches();
  }
  if (!data_->items_are_graphs()) {
    return 1;
  }
  graphs_of_ =
      graph_batches(data_->dataset(), config_->train, run_->split.train, run_->seed, state_.epoch);
  return static_cast<std::int64_t>(graphs_of_.size());
}

/// The step of the batch under way; the loss before it.
double Trainer::step_on_batch(double lr) {
  if (sampled_) {
    const SampledBatch batch = sampled_->at(state_.epoch, state_.batch);
    return step([&] { return model_->forward(batch.x, batch.contexts, batch.num_rows); },
                batch.targets, lr);
  }
  const auto scores_of = [this](const ModelInput& input) { return run_model(model_, input); };
  if (clusters_) {
    const ClusterStep cluster = clusters_->at(state_.epoch, state_.batch);
    return step([&] { return scores_of(cluster.input); }, cluster.targets, lr);
  }
  if (data_->items_are_graphs()) {
    const std::vector<std::int64_t>& items = graphs_of_[static_cast<std::size_t>(state_.batch)];
    const ModelInput input = data_->batch(items);
    return step([&] { return scores_of(input); }, data_->targets_of(items), lr);
  }
  return step([&] { return scores_of(data_->whole()); }, train_targets_, lr);
}

/// One optimiser step; the loss before it. A loss that is not finite changes nothing.
double Trainer::step(const Forward& forward, const Targets& targets, double lr) {
  model_->train();
  model_->set_step(static_cast<std::uint32_t>(state_.step));
  const at::Tensor scores = forward();
  const LossAndGradient loss = loss_and_gradient(scores, targets);
  if (!std::isfinite(loss.loss)) {
    find_divergence(forward);
    return loss.loss;
  }
  optimizer_.zero_grad();
  torch::autograd::backward({scores}, {loss.gradient});
  optimizer_.step(lr);
  return loss.loss;
}

/// The first layer whose output is not finite, by the same forward pass once more.
void Trainer::find_divergence(const Forward& forward) {
  divergence_ = {state_.epoch + 1, "loss"};
  bool found = false;
  model_->observe([&](std::string_view name, const at::Tensor& output) {
    if (!found && !at::isfinite(output.detach()).all().item<bool>()) {
      divergence_.layer = std::string(name);
      found = true;
    }
  });
  const at::NoGradGuard no_grad;
  (void)forward();
  model_->observe({});
}

std::optional<SplitMetrics> Trainer::evaluate_validation() {
  const bool last = state_.epoch == config_->optim.max_epoch;
  if ((state_.epoch % config_->train.eval_period != 0 && !last) || run_->split.val.empty()) {
    return std::nullopt;
  }
  const at::Tensor scores = data_->scores(model_, run_->split.val);
  return measure(scores, data_->targets_of(run_->split.val), plan_->metric == Metric::kAuc);
}

/// Keeps the parameters of the best epoch: highest score, ties to the lower loss, then the earlier.
void Trainer::remember_if_better(const SplitMetrics& val) {
  const double score = score_of(val, plan_->metric);
  const bool better = state_.best_epoch == 0 || score > state_.best_score ||
                      (score == state_.best_score && val.loss < state_.best_loss);
  if (!better) {
    ++state_.bad_evaluations;
    return;
  }
  state_.best_epoch = state_.epoch;
  state_.best_score = score;
  state_.best_loss = val.loss;
  state_.bad_evaluations = 0;
  if (plan_->optimistic) {
    return;  // The epoch is chosen over all folds, once they are through.
  }
  for (const auto& [name, tensor] : layers::named_tensors(*model_)) {
    at::Tensor& kept = best_[name];
    if (kept.defined()) {
      kept.copy_(tensor);
    } else {
      kept = tensor.clone();
    }
  }
}

bool Trainer::finished() const {
  return state_.epoch >= config_->optim.max_epoch || scheduler_.exhausted() ||
         (config_->train.early_stop > 0 && state_.bad_evaluations > config_->train.early_stop);
}

RunEnd Trainer::train(const CancelToken& cancel, const EpochCallback& on_epoch) {
  started_ = clock_seconds(CLOCK_MONOTONIC);
  started_cpu_ = cpu_clock();
  while (!finished()) {
    const std::int64_t batches = plan_epoch();
    const double lr = scheduler_.lr(state_.epoch);
    while (state_.batch < batches) {
      if (cancel.requested()) {
        return RunEnd::kInterrupted;
      }
      const double loss = step_on_batch(lr);
      if (!std::isfinite(loss)) {
        return RunEnd::kDiverged;
      }
      state_.loss_sum += loss;
      ++state_.batch;
      ++state_.step;
    }
    ++state_.epoch;
    state_.batch = 0;
    EpochRecord record{
        state_.epoch, state_.step,
        lr,           std::exchange(state_.loss_sum, 0.0) / static_cast<double>(batches),
        {},           0.0};
    record.val = evaluate_validation();
    if (record.val) {
      remember_if_better(*record.val);
      scheduler_.observe(record.val->loss);
    }
    record.seconds = seconds();
    state_.curve.push_back(record);
    if (on_epoch) {
      on_epoch(record);
    }
  }
  return RunEnd::kDone;
}

void Trainer::restore_best() {
  if (!best_.empty()) {
    layers::load_named_tensors(*model_, best_);
  }
}

RunRecord Trainer::measure_all() {
  RunRecord record;
  record.seed = run_->seed;
  record.fold = run_->fold;
  record.epochs = state_.epoch;
  record.best_epoch = best_.empty() ? state_.epoch : state_.best_epoch;
  record.final_loss =
      state_.curve.empty() ? std::numeric_limits<double>::quiet_NaN() : state_.curve.back().loss;
  // One forward pass for all three.
  std::vector<std::int64_t> items;
  for (const auto* part : {&run_->split.train, &run_->split.val, &run_->split.test}) {
    items.insert(items.end(), part->begin(), part->end());
  }
  const at::Tensor scores = data_->scores(model_, items);
  const bool with_auc = plan_->metric == Metric::kAuc;
  std::int64_t row = 0;
  const auto part = [&](const std::vector<std::int64_t>& ids) {
    const std::int64_t count = data_->num_scores(ids);
    const at::Tensor own = scores.narrow(0, row, count);
    row += count;
    return measure(own, data_->targets_of(ids), with_auc);
  };
  record.train = part(run_->split.train);
  record.val = part(run_->split.val);
  record.test = part(run_->split.test);
  record.seconds = seconds();
  record.cpu_seconds = cpu_seconds();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  record.peak_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  return record;
}

}  // namespace isthmus::train
