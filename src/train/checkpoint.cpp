#include "checkpoint.hpp"

#include <limits>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/toml.hpp"

#include "model_builder.hpp"

namespace isthmus::train {
namespace {

using formats::Json;
using formats::SafetensorsFile;

constexpr std::string_view kCheckpointSchema = "isthmus.checkpoint/2";

double number_or(const Json& json, double otherwise) {
  return json.is_null() ? otherwise : json.as_double();
}

Json curve_json(const std::vector<EpochRecord>& curve) {
  Json rows = Json::array();
  for (const EpochRecord& record : curve) {
    Json row = Json::array();
    row.push_back(record.epoch);
    row.push_back(record.step);
    row.push_back(record.lr);
    row.push_back(record.loss);
    row.push_back(record.seconds);
    if (record.val) {
      row.push_back(metrics_json(*record.val));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<EpochRecord> curve_of(const Json& rows) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  std::vector<EpochRecord> curve;
  for (const Json& json : rows.as_array()) {
    const Json::Array& row = json.as_array();
    if (row.size() != 5 && row.size() != 6) {
      throw InvalidArgument("curve: a row must have 5 or 6 entries, got " +
                            std::to_string(row.size()));
    }
    EpochRecord record;
    record.epoch = row[0].as_integer();
    record.step = row[1].as_integer();
    record.lr = row[2].as_double();
    record.loss = number_or(row[3], kNan);
    record.seconds = row[4].as_double();
    if (row.size() > 5) {
      record.val = metrics_from_json(row[5]);
    }
    curve.push_back(std::move(record));
  }
  return curve;
}

Json state_json(Trainer& trainer) {
  const RunState& state = trainer.state();
  const SchedulerState& rate = trainer.scheduler().state();
  Json json = Json::object();
  json["schema"] = kCheckpointSchema;
  json["seed"] = static_cast<std::int64_t>(trainer.run().seed);
  json["fold"] = trainer.run().fold ? Json(*trainer.run().fold) : Json();
  json["epoch"] = state.epoch;
  json["batch"] = state.batch;
  json["step"] = state.step;
  json["loss_sum"] = state.loss_sum;
  json["best_epoch"] = state.best_epoch;
  json["best_score"] = state.best_score;  // -inf and NaN become null
  json["best_loss"] = state.best_loss;
  json["bad_evaluations"] = state.bad_evaluations;
  json["seconds"] = trainer.seconds();
  json["cpu_seconds"] = trainer.cpu_seconds();
  json["scheduler"]["lr"] = rate.lr;
  json["scheduler"]["best"] = rate.best;
  json["scheduler"]["started"] = rate.started;
  json["scheduler"]["bad_epochs"] = rate.bad_epochs;
  json["curve"] = curve_json(state.curve);
  return json;
}

void restore_state(Trainer& trainer, const Json& json) {
  RunState& state = trainer.state();
  state.epoch = json.at("epoch").as_integer();
  state.batch = json.at("batch").as_integer();
  state.step = json.at("step").as_integer();
  state.loss_sum = json.at("loss_sum").as_double();
  state.best_epoch = json.at("best_epoch").as_integer();
  state.best_score = number_or(json.at("best_score"), -std::numeric_limits<double>::infinity());
  state.best_loss = number_or(json.at("best_loss"), std::numeric_limits<double>::infinity());
  state.bad_evaluations = json.at("bad_evaluations").as_integer();
  state.seconds = json.at("seconds").as_double();
  state.cpu_seconds = json.at("cpu_seconds").as_double();
  state.curve = curve_of(json.at("curve"));
  const Json& rate = json.at("scheduler");
  trainer.scheduler().restore({rate.at("lr").as_double(), rate.at("best").as_double(),
                               rate.at("started").as_bool(), rate.at("bad_epochs").as_integer()});
}

layers::NamedTensors tensors_under(const SafetensorsFile& file, const std::string& prefix,
                                   const std::string& name) {
  layers::NamedTensors tensors;
  for (const auto& [key, bytes] : file.tensors) {
    if (key.starts_with(prefix)) {
      tensors.emplace(key.substr(prefix.size()), to_tensor(bytes, name));
    }
  }
  return tensors;
}

const std::string& text_at(const SafetensorsFile& file, const std::string& key,
                           const std::string& name) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw DataError({name}, "not a checkpoint of isthmus: no metadata '" + key + "'");
  }
  return found->second;
}

}  // namespace

std::string numbers_of(const Config& config) {
  Config copy = config;
  copy.out_dir.clear();
  copy.num_threads = 0;
  copy.dataset.dir.clear();
  return config_toml(copy);
}

SafetensorsFile make_checkpoint(Trainer& trainer, const std::string& content_sha256) {
  SafetensorsFile file;
  const auto add = [&](const std::string& prefix, const auto& tensors) {
    for (const auto& [name, tensor] : tensors) {
      file.tensors.emplace(prefix + name, to_bytes(tensor));
    }
  };
  add("model.", layers::named_tensors(*trainer.model()));
  add("best.", trainer.best());
  add("optim.", trainer.optimizer().state());
  file.metadata["isthmus.checkpoint"] = formats::write_json(state_json(trainer));
  file.metadata["isthmus.config"] = numbers_of(trainer.config());
  file.metadata["isthmus.content_sha256"] = content_sha256;
  return file;
}

std::int64_t write_checkpoint(const std::filesystem::path& path, SafetensorsFile file,
                              const std::optional<RunRecord>& finished) {
  if (finished) {
    file.metadata["isthmus.run"] = formats::write_json(run_json(*finished));
  }
  const std::string bytes = formats::write_safetensors(file);
  write_file_atomically(path, bytes, Overwrite::kReplace);
  return static_cast<std::int64_t>(bytes.size());
}

std::optional<RunRecord> read_checkpoint(const std::filesystem::path& path, Trainer& trainer,
                                         const std::string& content_sha256) {
  const std::string name = path.string();
  const SafetensorsFile file = formats::read_safetensors(path);
  const Json state = formats::parse_json(text_at(file, "isthmus.checkpoint", name), name);
  if (text_at(file, "isthmus.config", name) != numbers_of(trainer.config())) {
    throw InvalidArgument("run_training: '" + name + "' is of another config",
                          "give the config of that run, another out_dir, or --force to start anew");
  }
  if (text_at(file, "isthmus.content_sha256", name) != content_sha256) {
    throw InvalidArgument("run_training: '" + name + "' was trained on other data",
                          "--force starts anew");
  }
  try {
    if (state.at("schema") != Json(kCheckpointSchema)) {
      throw InvalidArgument("unknown schema " + formats::write_json(state.at("schema")));
    }
    layers::load_named_tensors(*trainer.model(), tensors_under(file, "model.", name),
                               {.strict = true, .source = name});
    trainer.best() = tensors_under(file, "best.", name);
    trainer.optimizer().restore(tensors_under(file, "optim.", name));
    restore_state(trainer, state);
    const auto finished = file.metadata.find("isthmus.run");
    if (finished != file.metadata.end()) {
      return run_from_json(formats::parse_json(finished->second, name));
    }
  } catch (const InvalidArgument& error) {
    throw DataError({name}, std::string("damaged checkpoint: ") + error.what());
  }
  return std::nullopt;
}

}  // namespace isthmus::train
