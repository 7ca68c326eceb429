#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/safetensors.hpp"

#include "dataset_facts.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

Output answer(const char* kind) {
  Output output{.schema = "isthmus.info/1", .text = {}, .fields = Json::object()};
  output.fields["kind"] = kind;
  return output;
}

Output dataset_info(Session& session, const std::string& name) {
  const Arguments& arguments = session.arguments();
  DatasetFacts facts =
      dataset_facts(datasets::load(name, session.data_roots(),
                                   {.keep_loops = arguments.text("--loops") == "keep",
                                    .keep_duplicates = arguments.text("--duplicates") == "keep",
                                    .onehot_range = arguments.text("--onehot") == "range",
                                    .use_node_attributes = arguments.has("--use-node-attr")}));
  for (const std::string& warning : facts.warnings) {
    session.warn(warning);
  }
  Output output = answer("dataset");
  output.fields["dataset"] = std::move(facts.json);
  output.text = std::move(facts.text);
  return output;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) {
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  }
  return text.empty() ? "scalar" : text;
}

/// A metadata value that holds JSON is shown as JSON, any other as the text that it is.
Json metadata_json(const formats::SafetensorsFile& file) {
  Json metadata = Json::object();
  for (const auto& [key, value] : file.metadata) {
    try {
      metadata[key] = formats::parse_json(value, key);
    } catch (const DataError&) {
      metadata[key] = value;
    }
  }
  return metadata;
}

/// Modules by tensor name: type from the architecture in the file, empty where it has none.
std::string module_type(const Json& metadata, std::string_view tensor) {
  const Json* model = metadata.find("isthmus.model");
  const Json* modules = model != nullptr && model->is_object() ? model->find("modules") : nullptr;
  if (modules == nullptr || !modules->is_array()) {
    return {};
  }
  std::string type;
  std::size_t longest = 0;
  for (const Json& module : modules->as_array()) {
    const Json* name = module.is_object() ? module.find("name") : nullptr;
    const Json* its_type = module.is_object() ? module.find("type") : nullptr;
    if (name == nullptr || !name->is_string() || its_type == nullptr || !its_type->is_string()) {
      continue;
    }
    const std::string prefix = name->as_string() + ".";
    if (tensor.substr(0, prefix.size()) == prefix && prefix.size() > longest) {
      longest = prefix.size();
      type = its_type->as_string();
    }
  }
  return type;
}

/// Member `key` of member `part` of a model's architecture, as text; empty where there is none.
std::string architecture_text(const Json& metadata, std::string_view part, std::string_view key) {
  const Json* found = metadata.find("isthmus.model");
  for (const std::string_view step : {part, key}) {
    found = found != nullptr && found->is_object() ? found->find(step) : nullptr;
  }
  if (found == nullptr) {
    return {};
  }
  return found->is_string() ? found->as_string() : formats::write_json(*found);
}

Output safetensors_info(const std::string& path) {
  const formats::SafetensorsFile file = formats::read_safetensors(path);
  const bool is_checkpoint = file.metadata.contains("isthmus.checkpoint");
  Output output = answer(is_checkpoint ? "checkpoint" : "model");
  Json metadata = metadata_json(file);
  Json tensors = Json::array();
  std::vector<std::vector<std::string>> rows = {{"tensor", "module", "type", "shape", "elements"}};
  std::int64_t total = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const auto elements =
        static_cast<std::int64_t>(tensor.data.size() / formats::size_of(tensor.type));
    const std::string type(formats::name_of(tensor.type));
    const std::string module = module_type(metadata, name);
    Json shape = Json::array();
    for (const std::int64_t size : tensor.shape) {
      shape.push_back(size);
    }
    Json row = Json::object();
    row["name"] = name;
    row["module"] = module.empty() ? Json() : Json(module);
    row["type"] = type;
    row["shape"] = shape;
    row["elements"] = elements;
    tensors.push_back(row);
    rows.push_back({name, module, type, shape_text(tensor.shape), std::to_string(elements)});
    total += elements;
  }

  std::vector<std::pair<std::string, std::string>> facts = {
      {"file", path},
      {"kind", is_checkpoint ? "checkpoint" : "model"},
      {"tensors", std::to_string(file.tensors.size())},
      {"elements", std::to_string(total)}};
  for (const auto& [fact, part, key] :
       {std::array{"stage", "options", "stage_type"}, std::array{"groups", "reversible", "groups"},
        std::array{"stream", "reversible", "stream"}}) {
    if (std::string text = architecture_text(metadata, part, key); !text.empty()) {
      facts.emplace_back(fact, std::move(text));
    }
  }
  for (const auto& [key, value] : file.metadata) {
    facts.emplace_back(key, value.find('\n') == std::string::npos && value.size() <= 100
                                ? value
                                : std::to_string(value.size()) + " bytes (see --json)");
  }
  output.fields["file"] = path;
  output.fields["metadata"] = std::move(metadata);
  output.fields["tensors"] = std::move(tensors);
  output.fields["elements"] = total;
  output.text = fact_lines(facts) + "\n" + text_table(rows);
  return output;
}

std::string number_text(const Json& value) { return formats::write_json(value); }

/// Output of a verb that was kept as a file: what it is, and for a training result its summary.
Output result_info(const std::string& path) {
  const Json document = formats::parse_json(read_file(path), path);
  const Json* schema = document.is_object() ? document.find("schema") : nullptr;
  if (schema == nullptr || !schema->is_string() || schema->as_string().rfind("isthmus.", 0) != 0) {
    throw DataError({.file = path},
                    "no result of isthmus: the key \"schema\" does not say isthmus.");
  }
  Output output = answer("result");
  output.fields["file"] = path;
  output.fields["document"] = document;
  std::vector<std::pair<std::string, std::string>> facts = {{"file", path},
                                                            {"kind", schema->as_string()}};
  for (const char* key : {"version", "status", "seed", "seconds", "final_loss_hex"}) {
    if (const Json* value = document.find(key)) {
      facts.emplace_back(key, value->is_string() ? value->as_string() : number_text(*value));
    }
  }
  for (const auto& [key, part] : {std::pair("dataset", "name"), std::pair("protocol", "name")}) {
    const Json* object = document.find(key);
    const Json* name = object != nullptr && object->is_object() ? object->find(part) : nullptr;
    if (name != nullptr && name->is_string()) {
      facts.emplace_back(key, name->as_string());
    }
  }
  output.text = fact_lines(facts);
  const Json* summary = document.find("summary");
  if (summary != nullptr && summary->is_object() && !summary->as_object().empty()) {
    std::vector<std::vector<std::string>> rows = {{"metric", "mean", "std", "n"}};
    for (const auto& [metric, row] : summary->as_object()) {
      std::vector<std::string> cells = {metric};
      for (const char* key : {"mean", "std", "n"}) {
        const Json* value = row.is_object() ? row.find(key) : nullptr;
        cells.push_back(value == nullptr ? "" : number_text(*value));
      }
      rows.push_back(std::move(cells));
    }
    output.text += "\n" + text_table(rows);
  }
  return output;
}

/// The first bytes of a file: enough to tell its kind.
std::string first_bytes(const std::string& path) {
  std::string bytes(16, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

/// A word that can only be meant as a file.
bool looks_like_a_file(const std::string& word) {
  const std::string extension = std::filesystem::path(word).extension().string();
  return word.rfind('/', 0) == 0 || word.rfind("./", 0) == 0 || word.rfind("../", 0) == 0 ||
         extension == ".safetensors" || extension == ".json" || extension == ".npz";
}

}  // namespace

Output run_info(Session& session) {
  std::string word = session.arguments().positional(0)[0];
  if (std::filesystem::is_directory(word) &&
      std::filesystem::is_regular_file(std::filesystem::path(word) / "result.json")) {
    word = (std::filesystem::path(word) / "result.json").string();
  }
  if (!std::filesystem::is_regular_file(word)) {
    if (looks_like_a_file(word)) {
      throw DataError({.file = word},
                      std::filesystem::exists(word) ? "is not a regular file" : "no such file");
    }
    return dataset_info(session, word);
  }
  const std::string bytes = first_bytes(word);
  if (bytes.size() > 8 && bytes[8] == '{') {
    return safetensors_info(word);
  }
  if (const std::size_t start = bytes.find_first_not_of(" \t\r\n");
      start != std::string::npos && bytes[start] == '{') {
    return result_info(word);
  }
  throw DataError({.file = word},
                  "the content is of no kind that info knows (expected a .safetensors file or a "
                  "result .json)");
}

}  // namespace isthmus::cli
