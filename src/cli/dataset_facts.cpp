#include "dataset_facts.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using datasets::Dataset;
using formats::Json;

std::int64_t size_of(const std::vector<std::int64_t>& items) {
  return static_cast<std::int64_t>(items.size());
}

/// Items of each class; those without a label are not counted.
std::vector<std::int64_t> class_sizes(const Dataset& dataset) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(dataset.num_classes), 0);
  for (std::size_t i = 0; i < dataset.y.size(); ++i) {
    if (dataset.has_label.empty() || dataset.has_label[i] != 0) {
      ++sizes[static_cast<std::size_t>(dataset.y[i])];
    }
  }
  return sizes;
}

Json label_map(const Dataset& dataset) {
  const std::vector<std::int64_t> sizes = class_sizes(dataset);
  Json labels = Json::array();
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    Json row = Json::object();
    row["class"] = c;
    row["label"] = c < dataset.class_labels.size() ? dataset.class_labels[c] : std::to_string(c);
    row["items"] = sizes[c];
    labels.push_back(row);
  }
  return labels;
}

Json split_sizes(const Dataset& dataset) {
  Json splits = Json::array();
  for (const datasets::Split& split : dataset.splits) {
    Json row = Json::object();
    row["train"] = size_of(split.train);
    row["val"] = size_of(split.val);
    row["test"] = size_of(split.test);
    splits.push_back(row);
  }
  return splits;
}

Json load_report(const datasets::LoadReport& report) {
  Json files = Json::array();
  for (const datasets::LoadReport::File& file : report.files) {
    Json row = Json::object();
    row["path"] = file.path;
    row["sha256"] = file.sha256;
    files.push_back(row);
  }
  Json json = Json::object();
  json["format"] = report.format;
  json["files"] = files;
  json["arcs_read"] = report.arcs_read;
  json["arcs_kept"] = report.arcs_kept;
  json["duplicates"] = report.duplicates;
  json["loops"] = report.loops;
  json["loops_dropped"] = report.loops_dropped;
  json["isolated_nodes"] = report.isolated_nodes;
  json["empty_graphs"] = report.empty_graphs;
  json["warnings"] = json_array(report.warnings);
  json["notes"] = json_array(report.notes);
  return json;
}

/// Zeros and ones of an array that a set may lack; null if it does.
Json bit_counts(const std::vector<std::uint8_t>& bits) {
  if (bits.empty()) {
    return {};
  }
  const auto ones = std::count(bits.begin(), bits.end(), std::uint8_t{1});
  Json counts = Json::object();
  counts["zeros"] = static_cast<std::int64_t>(bits.size()) - ones;
  counts["ones"] = ones;
  return counts;
}

/// Items of the largest class for one of the smallest, of those that occur; null if fewer than two
/// do.
Json imbalance(const Dataset& dataset) {
  std::vector<std::int64_t> sizes = class_sizes(dataset);
  sizes.erase(std::remove(sizes.begin(), sizes.end(), 0), sizes.end());
  if (sizes.size() < 2) {
    return {};
  }
  const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
  return static_cast<double>(*most) / static_cast<double>(*least);
}

std::string label_text(const Json& labels) {
  constexpr std::size_t kShown = 12;
  std::vector<std::string> words;
  for (const Json& row : labels.as_array()) {
    if (words.size() == kShown) {
      words.push_back("... (" + std::to_string(labels.as_array().size()) + " in all)");
      break;
    }
    words.push_back(row.at("label").as_string() + " (" +
                    std::to_string(row.at("items").as_integer()) + ")");
  }
  return comma_list(words);
}

/// "12345 of 0, 678 of 1 (5.2 %)".
std::string bit_text(const Json& counts) {
  const std::int64_t zeros = counts.at("zeros").as_integer();
  const std::int64_t ones = counts.at("ones").as_integer();
  return std::to_string(zeros) + " of 0, " + std::to_string(ones) + " of 1 (" +
         fixed(100.0 * static_cast<double>(ones) / static_cast<double>(zeros + ones), 1) + " %)";
}

std::string split_text(const Json& splits) {
  const auto& rows = splits.as_array();
  if (rows.empty()) {
    return "none in the files";
  }
  const auto size = [&](const char* part) { return std::to_string(rows[0].at(part).as_integer()); };
  return std::to_string(rows.size()) + "; the first has " + size("train") + " train, " +
         size("val") + " val, " + size("test") + " test";
}

std::string facts_text(const Dataset& dataset, const Json& json) {
  const auto number = [&](const char* key) { return std::to_string(json.at(key).as_integer()); };
  const datasets::LoadReport& report = dataset.report;
  std::vector<std::pair<std::string, std::string>> facts = {
      {"data set", dataset.name},
      {"task", json.at("task").as_string() + " classification"},
      {"graphs", number("graphs")},
      {"nodes", number("nodes")},
      {"arcs", number("arcs") + (json.at("undirected").as_bool() ? " (undirected)" : "")},
      {"features", number("features") + (dataset.x.sparse ? " (sparse)" : "")},
      {"classes", number("classes")},
      {"labels", label_text(json.at("labels"))},
      {"splits",
       split_text(json.at("splits")) + (dataset.splits_of_graphs ? " (whole graphs)" : "")},
      {"format", report.format},
      {"arcs read", std::to_string(report.arcs_read)},
      {"duplicates", std::to_string(report.duplicates)},
      {"loops",
       std::to_string(report.loops) + " (" + std::to_string(report.loops_dropped) + " dropped)"},
      {"isolated nodes", std::to_string(report.isolated_nodes)},
      {"content sha256", json.at("content_sha256").as_string()}};
  if (const Json& ratio = json.at("class_imbalance"); !ratio.is_null()) {
    facts.emplace_back("imbalance", fixed(ratio.as_double(), 1) + " : 1");
  }
  for (const char* array : {"edge_y", "edge_mask", "node_mask"}) {
    if (!json.at(array).is_null()) {
      facts.emplace_back(array, bit_text(json.at(array)));
    }
  }
  if (dataset.graphs.size() > 1 || dataset.task == datasets::Task::kGraph) {
    facts.emplace_back("empty graphs", std::to_string(report.empty_graphs));
  }
  for (const datasets::LoadReport::File& file : report.files) {
    facts.emplace_back("file", file.path);
  }
  for (const std::string& note : report.notes) {
    facts.emplace_back("note", note);
  }
  return fact_lines(facts);
}

}  // namespace

DatasetFacts dataset_facts(const Dataset& dataset) {
  DatasetFacts facts;
  Json& json = facts.json;
  json = Json::object();
  json["name"] = dataset.name;
  json["task"] = dataset.task == datasets::Task::kNode ? "node" : "graph";
  json["content_sha256"] = datasets::content_sha256(dataset);
  json["graphs"] = dataset.graphs.size();
  json["nodes"] = dataset.num_nodes();
  json["arcs"] = dataset.num_arcs();
  json["undirected"] = std::all_of(dataset.graphs.begin(), dataset.graphs.end(),
                                   [](const Graph& graph) { return graph.is_symmetric(); });
  json["features"] = dataset.x.num_cols;
  json["sparse"] = dataset.x.sparse;
  json["classes"] = dataset.num_classes;
  json["labels"] = label_map(dataset);
  json["class_imbalance"] = imbalance(dataset);
  json["splits"] = split_sizes(dataset);
  json["splits_of"] =
      dataset.splits_of_graphs || dataset.task == datasets::Task::kGraph ? "graphs" : "nodes";
  json["edge_y"] = bit_counts(dataset.edge_y);
  json["edge_mask"] = bit_counts(dataset.edge_mask);
  json["node_mask"] = bit_counts(dataset.node_mask);
  json["load_report"] = load_report(dataset.report);
  facts.text = facts_text(dataset, json);
  facts.warnings = dataset.report.warnings;
  return facts;
}

}  // namespace isthmus::cli
