#include "document.hpp"

#include <fstream>
#include <limits>

#include <sys/resource.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/core/version.hpp"
#include "isthmus/ops/torch_environment.hpp"

namespace isthmus::train {
namespace {

using formats::Json;

constexpr std::string_view kTrainSchema = "isthmus.train/1";

Json texts(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const std::string& text : list) {
    json.push_back(text);
  }
  return json;
}

/// Labelled items of each class.
Json class_counts(const datasets::Dataset& dataset) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(dataset.num_classes));
  for (std::size_t i = 0; i < dataset.y.size(); ++i) {
    if (has_class(dataset, i)) {
      ++counts[static_cast<std::size_t>(dataset.y[i])];
    }
  }
  Json json = Json::array();
  for (const std::int64_t count : counts) {
    json.push_back(count);
  }
  return json;
}

Json dataset_part(const DocumentParts& parts) {
  const datasets::Dataset& dataset = parts.data->dataset();
  Json json = Json::object();
  json["name"] = dataset.name;
  json["content_sha256"] = parts.content_sha256;
  json["files"] = Json::array();
  for (const auto& file : dataset.report.files) {
    Json entry = Json::object();
    entry["path"] = file.path;
    entry["sha256"] = file.sha256;
    json["files"].push_back(std::move(entry));
  }
  json["nodes"] = dataset.num_nodes();
  json["arcs"] = dataset.num_arcs();
  json["graphs"] = dataset.graphs.size();
  json["features"] = parts.data->dim_in();
  json["classes"] = dataset.num_classes;
  json["class_counts"] = class_counts(dataset);
  std::vector<std::string> notes = dataset.report.notes;
  if (parts.data->feature_kind() != "given") {
    notes.push_back("features: " + parts.data->feature_kind());
  }
  json["notes"] = texts(notes);
  return json;
}

Json rewire_part(const RewireFacts& facts) {
  Json json = Json::object();
  json["method"] = facts.method;
  json["budget"] = facts.budget.empty() ? Json() : Json(facts.budget);
  json["control"] = facts.control;
  json["edges_before"] = facts.edges_before;
  json["edges_after"] = facts.edges_after;
  json["added"] = facts.added;
  json["removed"] = facts.removed;
  json["virtual_nodes"] = facts.virtual_nodes;
  json["arcs_before"] = facts.arcs_before;
  json["arcs_after"] = facts.arcs_after;
  json["graphs_changed"] = facts.graphs_changed;
  json["summary"] = facts.summary();
  return json;
}

Json protocol_part(const DocumentParts& parts) {
  Json json = Json::object();
  json["name"] = parts.config->protocol.name;
  json["modified"] = texts(parts.plan->modified);
  json["optimistic"] = parts.plan->optimistic;
  json["seeds"] = parts.config->protocol.seeds;
  json["folds"] = parts.plan->folds;
  json["width"] = parts.config->gnn.dim_inner;
  json["notes"] = texts(parts.plan->notes);
  return json;
}

Json model_part(const DocumentParts& parts) {
  std::int64_t parameters = 0;
  Json layers = Json::array();
  for (const layers::LayerRow& row : parts.layers) {
    Json layer = Json::object();
    layer["name"] = row.name;
    layer["type"] = row.type;
    layer["shape"] = row.shape;
    layer["parameters"] = row.parameters;
    layers.push_back(std::move(layer));
    parameters += row.parameters;
  }
  Json json = Json::object();
  json["parameters"] = parameters;
  json["trainable"] = parameters;
  json["layers"] = std::move(layers);
  return json;
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

/// Mean over runs of the last training losses: any run that changes a bit changes this.
double mean_final_loss(const std::vector<RunRecord>& runs) {
  double sum = 0.0;
  for (const RunRecord& run : runs) {
    sum += run.final_loss;
  }
  return runs.empty() ? std::numeric_limits<double>::quiet_NaN()
                      : sum / static_cast<double>(runs.size());
}

Json run_event(std::string_view event, const RunPlan& run) {
  Json json = Json::object();
  json["schema"] = kTrainSchema;
  json["event"] = event;
  json["seed"] = static_cast<std::int64_t>(run.seed);
  json["fold"] = run.fold ? Json(*run.fold) : Json();
  return json;
}

}  // namespace

std::string_view status_name(TrainStatus status) {
  return status == TrainStatus::kOk            ? "ok"
         : status == TrainStatus::kInterrupted ? "interrupted"
                                               : "failed";
}

std::int64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

Json locality_json(const partition::LocalityResult& locality) {
  Json json = Json::object();
  json["order"] = partition::name_of(locality.order);
  json["cache_rows"] = locality.cache_rows;
  json["reads"] = locality.reads;
  json["misses_before"] = locality.misses_before;
  json["misses_after"] = locality.misses_after;
  json["miss_ratio_before"] = locality.miss_ratio_before();
  json["miss_ratio_after"] = locality.miss_ratio_after();
  json["candidates"] = Json::array();
  for (const partition::LocalityCandidate& candidate : locality.candidates) {
    Json entry = Json::object();
    entry["order"] = partition::name_of(candidate.order);
    entry["misses"] = candidate.misses;
    entry["seconds"] = candidate.seconds;
    json["candidates"].push_back(std::move(entry));
  }
  json["seconds"] = locality.seconds;
  json["summary"] = locality.summary();
  return json;
}

Json train_document(const DocumentParts& parts, TrainStatus status, ExitCode exit_code) {
  Json json = Json::object();
  json["schema"] = kTrainSchema;
  json["event"] = "end";
  json["version"] = version();
  json["args"] = texts(parts.options->args);
  json["seed"] = static_cast<std::int64_t>(parts.config->seed);
  json["status"] = status_name(status);
  json["exit_code"] = static_cast<int>(exit_code);
  json["seconds"] = parts.seconds;
  json["cpu_seconds"] = parts.cpu_seconds;
  json["peak_bytes"] = peak_bytes();
  json["warnings"] = texts(parts.warnings);
  json["dataset"] = dataset_part(parts);
  if (parts.rewired != nullptr) {
    json["rewire"] = rewire_part(*parts.rewired);
  }
  json["protocol"] = protocol_part(parts);
  json["config"] = config_json(*parts.config);
  json["model"] = model_part(parts);
  if (parts.data->locality()) {
    json["locality"] = locality_json(*parts.data->locality());
  }
  json["runs"] = Json::array();
  std::int64_t epochs = 0;
  for (const RunRecord& run : parts.runs) {
    json["runs"].push_back(run_json(run));
    epochs += run.epochs;
  }
  json["summary"] = summaries_json(parts.runs, parts.plan->band);
  json["baselines"] = parts.baselines;
  const double final_loss = mean_final_loss(parts.runs);
  json["final_loss"] = final_loss;
  json["final_loss_hex"] = parts.runs.empty() ? Json() : Json(hex_text(final_loss));
  json["epochs"] = epochs;
  json["resumed_from"] = parts.resumed_from.empty() ? Json() : Json(parts.resumed_from);

  const ops::TorchEnvironment torch = ops::torch_environment();
  json["versions"]["isthmus"] = version();
  json["versions"]["git"] = parts.options->git.empty() ? Json() : Json(parts.options->git);
  json["versions"]["libtorch"] = torch.version;
  json["versions"]["compiler"] = compiler();
  json["versions"]["blas"] = torch.blas;
  json["environment"]["cpu"] = cpu_name();
  json["environment"]["threads"] = current_thread_budget();
  json["environment"]["simd"] = torch.simd;
  return json;
}

Json plan_event(const Config& config, const ProtocolPlan& plan) {
  Json json = Json::object();
  json["schema"] = kTrainSchema;
  json["event"] = "plan";
  json["tier"] = "memory";
  json["dataset"] = config.dataset.name;
  json["protocol"] = config.protocol.name;
  json["runs"] = plan.runs.size();
  json["folds"] = plan.folds;
  json["seeds"] = config.protocol.seeds;
  json["max_epoch"] = config.optim.max_epoch;
  return json;
}

Json epoch_event(const RunPlan& run, const EpochRecord& record) {
  Json json = run_event("epoch", run);
  json["epoch"] = record.epoch;
  json["step"] = record.step;
  json["lr"] = record.lr;
  json["loss"] = record.loss;
  if (record.val) {
    json["metric"]["val"] = metrics_json(*record.val);
  }
  json["seconds"] = record.seconds;
  return json;
}

Json checkpoint_event(const RunPlan& run, const EpochRecord& record, const std::string& path,
                      std::int64_t bytes) {
  Json json = run_event("checkpoint", run);
  json["epoch"] = record.epoch;
  json["step"] = record.step;
  json["path"] = path;
  json["bytes"] = bytes;
  json["seconds"] = record.seconds;
  return json;
}

Json end_event(const Json& document) {
  Json json = Json::object();
  for (const char* key : {"schema", "event", "status", "exit_code", "final_loss", "final_loss_hex",
                          "epochs", "seconds", "resumed_from"}) {
    json[key] = document.at(key);
  }
  return json;
}

}  // namespace isthmus::train
