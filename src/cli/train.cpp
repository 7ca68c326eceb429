#include "isthmus/train/train.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/train/config.hpp"
#include "isthmus/train/memory.hpp"
#include "isthmus/train/recipes.hpp"

#include "build_info.hpp"
#include "nn_verbs.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

Output answer(const char* event) {
  Output output{.schema = "isthmus.train/1", .text = {}, .fields = Json::object()};
  output.fields["event"] = event;
  return output;
}

Output recipe_list() {
  Output output = answer("recipes");
  Json recipes = Json::array();
  std::vector<std::vector<std::string>> rows = {{"recipe", "what it is"}};
  for (const train::RecipeInfo& recipe : train::list_recipes()) {
    Json row = Json::object();
    row["name"] = recipe.name;
    row["summary"] = recipe.summary;
    recipes.push_back(row);
    rows.push_back({recipe.name, recipe.summary});
  }
  output.fields["recipes"] = recipes;
  output.text = text_table(rows);
  return output;
}

/// Everything that the command line says about a config, weakest first.
train::ConfigSources sources_of(const Arguments& arguments) {
  train::ConfigSources sources;
  sources.recipe = arguments.text("--recipe");
  if (arguments.has("--config")) {
    sources.file_name = arguments.text("--config");
    sources.file_text = read_file(sources.file_name);
  }
  sources.set = arguments.all("--set");
  const std::vector<std::pair<std::string, std::string>> named = {
      {"--seed", "seed"},
      {"--out-dir", "out_dir"},
      {"--seeds", "protocol.seeds"},
      {"--max-nodes", "train.max_nodes"},
      {"--max-edges", "train.max_edges"},
      {"--folds", "protocol.folds"}};
  for (const auto& [option, key] : named) {
    if (arguments.has(option)) {
      sources.options.push_back({.option = option, .key = key, .value = arguments.text(option)});
    }
  }
  if (sources.recipe.empty() && sources.file_name.empty() && sources.set.empty()) {
    throw InvalidArgument("train: --recipe NAME or --config FILE is missing",
                          "isthmus train --list-recipes shows the recipes");
  }
  return sources;
}

/// The recipe as it was written, comments too, as long as nothing changes it.
Output print_config(const train::ConfigSources& sources) {
  const bool as_written =
      sources.file_name.empty() && sources.set.empty() && sources.options.empty();
  const train::Config config = train::resolve_config(sources);
  Output output = answer("print");
  output.fields["config"] = train::config_json(config);
  output.text =
      as_written ? std::string(train::recipe_text(sources.recipe)) : train::config_toml(config);
  return output;
}

/// "full_batch: a run holds about 210 MiB at most (data 12, parameters 1, a step 197); 15000 MiB
/// are available, it fits".
std::string memory_text(const train::MemoryPlan& memory) {
  const auto mib = [](std::int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20); };
  std::string text = memory.batches + ": a run holds about " + mib(memory.total()) +
                     " MiB at most (data " + mib(memory.data) + ", parameters " +
                     mib(memory.parameters) + ", a step " + mib(memory.step) + ")";
  if (memory.available >= 0) {
    text += "; " + mib(memory.available) + " MiB are available, it " +
            (memory.fits() ? "fits" : "does not fit");
  }
  return text;
}

Output dry_run(Session& session, const train::Config& config) {
  const train::MemoryPlan memory =
      train::predict_memory(config, session.data_roots(config.dataset.dir));
  session.talk("isthmus: would train on " + config.dataset.name + ", protocol " +
               config.protocol.name + ", into " +
               (config.out_dir.empty() ? "no folder" : config.out_dir));
  session.talk("isthmus: " + memory_text(memory));
  Output output = answer("dry_run");
  Json bytes = Json::object();
  bytes["batches"] = memory.batches;
  bytes["data_bytes"] = memory.data;
  bytes["parameter_bytes"] = memory.parameters;
  bytes["step_bytes"] = memory.step;
  bytes["total_bytes"] = memory.total();
  bytes["available_bytes"] = memory.available < 0 ? Json() : Json(memory.available);
  bytes["fits"] = memory.fits();
  output.fields["memory"] = bytes;
  output.fields["config"] = train::config_json(config);
  output.text = train::config_toml(config);
  return output;
}

/// A number of the summary as percent or loss; blank where it is missing or undefined.
std::string cell(const Json& row, const char* key) {
  const Json* value = row.is_object() ? row.find(key) : nullptr;
  if (value == nullptr || !value->is_number()) {
    return value != nullptr && value->is_bool() ? (value->as_bool() ? "yes" : "no") : "";
  }
  return value->is_integer() ? std::to_string(value->as_integer()) : fixed(value->as_double(), 4);
}

std::string band_text(const Json& row) {
  const Json* band = row.is_object() ? row.find("band") : nullptr;
  if (band == nullptr || !band->is_array() || band->as_array().size() != 2) {
    return "";
  }
  const Json* inside = row.find("in_band");
  const bool met = inside != nullptr && inside->is_bool() && inside->as_bool();
  return fixed(band->as_array()[0].as_double(), 3) + " to " +
         fixed(band->as_array()[1].as_double(), 3) + (met ? " (met)" : " (not met)");
}

/// Mean and deviation over the runs, and the baselines beside them: never one seed alone.
std::string result_text(const Json& document, const train::Config& config) {
  std::vector<std::vector<std::string>> rows = {
      {"model", "metric", "mean", "std", "runs", "min", "max", "expected"}};
  if (const Json* summary = document.find("summary"); summary != nullptr && summary->is_object()) {
    for (const auto& [metric, row] : summary->as_object()) {
      rows.push_back({config.gnn.layer_type, metric, cell(row, "mean"), cell(row, "std"),
                      cell(row, "n"), cell(row, "min"), cell(row, "max"), band_text(row)});
    }
  }
  const Json* baselines = document.find("baselines");
  if (baselines != nullptr && baselines->is_array()) {
    for (const Json& baseline : baselines->as_array()) {
      for (const auto& [metric, row] : baseline.as_object()) {
        if (row.is_object() && row.find("mean") != nullptr) {
          rows.push_back({baseline.at("name").as_string(), metric, cell(row, "mean"),
                          cell(row, "std"), cell(row, "n"), cell(row, "min"), cell(row, "max"),
                          ""});
        }
      }
    }
  }
  return text_table(rows);
}

/// How the labels divide over the classes: what accuracy alone would hide.
std::string balance_text(const Json& dataset) {
  double all = 0.0;
  for (const Json& count : dataset.at("class_counts").as_array()) {
    all += count.as_double();
  }
  std::string text;
  std::int64_t label = 0;
  for (const Json& count : dataset.at("class_counts").as_array()) {
    text += (text.empty() ? "" : ", ") + std::string("class ") + std::to_string(label++) + ": " +
            std::to_string(count.as_integer()) + " (" + fixed(100.0 * count.as_double() / all, 2) +
            " %)";
  }
  return text;
}

Output train_now(Session& session, const train::Config& config) {
  const Arguments& arguments = session.arguments();
  const train::TrainOutcome outcome = train::run_training(
      config, {.roots = session.data_roots(config.dataset.dir),
               .force = arguments.has("--force"),
               .resume = arguments.has("--resume") ? train::Resume::kAuto : train::Resume::kNone,
               .progress = session.progress(),
               .cancel = session.cancel(),
               .args = session.args(),
               .git = kGitRevision});
  session.end_progress();
  if (const Json* rewired = outcome.document.find("rewire")) {
    session.talk("isthmus: rewired by " + rewired->at("summary").as_string());
  }
  if (const Json* locality = outcome.document.find("locality")) {
    session.talk("isthmus: " + locality->at("summary").as_string());
  }
  Output output{.schema = "isthmus.train/1",
                .text = {},
                .fields = outcome.document,
                .whole = true,
                .exit = outcome.exit_code};
  if (outcome.status == train::TrainStatus::kOk) {
    output.text = result_text(outcome.document, config);
    if (config.protocol.name == "botnet") {
      session.talk("isthmus: labels of nodes: " + balance_text(outcome.document.at("dataset")));
    }
    if (!config.out_dir.empty()) {
      session.talk("isthmus: results are in " + config.out_dir);
    }
  } else {
    session.complain(outcome.message);
  }
  return output;
}

}  // namespace

Output run_train(Session& session) {
  const Arguments& arguments = session.arguments();
  if (arguments.has("--list-recipes")) {
    return recipe_list();
  }
  const train::ConfigSources sources = sources_of(arguments);
  if (arguments.has("--print")) {
    return print_config(sources);
  }
  const train::Config config = train::resolve_config(sources);
  return arguments.has("--dry-run") ? dry_run(session, config) : train_now(session, config);
}

}  // namespace isthmus::cli
