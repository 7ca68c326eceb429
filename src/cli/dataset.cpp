#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/datasets/load.hpp"

#include "dataset_facts.hpp"
#include "text_table.hpp"
#include "verbs.hpp"

namespace isthmus::cli {
namespace {

using datasets::DataRoots;
using formats::Json;

Output answer(const char* action) {
  Output output{.schema = "isthmus.dataset/1", .text = {}, .fields = Json::object()};
  output.fields["action"] = action;
  return output;
}

Json roots_json(const DataRoots& roots) {
  std::vector<std::string> paths;
  for (const std::filesystem::path& root : roots.roots) {
    paths.push_back(root.string());
  }
  Json json = Json::object();
  json["origin"] = roots.origin;
  json["roots"] = json_array(paths);
  return json;
}

Output list(Session& session) {
  const DataRoots roots = session.data_roots();
  Output output = answer("list");
  output.fields["data_root"] = roots_json(roots);
  Json sets = Json::array();
  std::vector<std::vector<std::string>> rows = {{"name", "task", "state", "note"}};
  for (const datasets::SetInfo& set : datasets::list_sets(roots)) {
    Json row = Json::object();
    row["name"] = set.name;
    row["task"] = set.task;
    row["state"] = set.state;
    row["files"] = json_array(set.files);
    row["note"] = set.note;
    sets.push_back(row);
    rows.push_back({set.name, set.task, set.state, set.note});
  }
  output.fields["sets"] = sets;
  output.text = text_table(rows);
  return output;
}

Output info(Session& session, const DataRoots& roots, const std::string& name) {
  DatasetFacts facts = dataset_facts(datasets::load(name, roots));
  for (const std::string& warning : facts.warnings) {
    session.warn(warning);
  }
  Output output = answer("info");
  output.fields["dataset"] = std::move(facts.json);
  output.text = std::move(facts.text);
  return output;
}

Output path(const DataRoots& roots, std::span<const std::string> names) {
  Output output = answer("path");
  Json sets = Json::array();
  for (const std::string& name : names) {
    std::vector<std::string> files;
    for (const std::filesystem::path& file : datasets::set_files(name, roots)) {
      files.push_back(file.string());
      output.text += file.string() + "\n";
    }
    Json row = Json::object();
    row["name"] = name;
    row["files"] = json_array(files);
    sets.push_back(row);
  }
  output.fields["sets"] = sets;
  return output;
}

/// Rows of a report as JSON; the text of each goes to `lines`.
Json verify_rows(const std::string& name, const std::vector<datasets::VerifyReport::Row>& rows,
                 std::vector<std::vector<std::string>>& lines) {
  Json json = Json::array();
  for (const datasets::VerifyReport::Row& row : rows) {
    Json item = Json::object();
    item["path"] = row.path;
    item["expected"] = row.expected;
    item["got"] = row.got;
    item["ok"] = row.ok;
    json.push_back(item);
    lines.push_back({name, row.ok ? "ok" : "WRONG", row.path,
                     row.ok ? row.got : "expected " + row.expected + ", got " + row.got});
  }
  return json;
}

/// The sets to verify: those named, else every one whose files are all here.
std::vector<std::string> sets_to_verify(const DataRoots& roots,
                                        std::span<const std::string> names) {
  std::vector<std::string> chosen(names.begin(), names.end());
  if (chosen.empty()) {
    for (const datasets::SetInfo& set : datasets::list_sets(roots)) {
      if (set.state == "present") {
        chosen.push_back(set.name);
      }
    }
  }
  return chosen;
}

Output verify(Session& session, const DataRoots& roots, std::span<const std::string> names) {
  const std::vector<std::string> chosen = sets_to_verify(roots, names);
  const ProgressCallback progress = session.progress();
  Output output = answer("verify");
  Json sets = Json::array();
  bool all_ok = true;
  std::vector<std::vector<std::string>> lines = {{"set", "state", "what", "value"}};
  std::int64_t done = 0;
  for (const std::string& name : chosen) {
    if (session.cancel().requested()) {
      break;
    }
    const datasets::VerifyReport report = datasets::verify(name, roots);
    Json row = Json::object();
    row["name"] = name;
    row["ok"] = report.ok();
    row["files"] = verify_rows(name, report.files, lines);
    row["counts"] = verify_rows(name, report.counts, lines);
    sets.push_back(row);
    all_ok = all_ok && report.ok();
    progress({.what = "sets",
              .done = ++done,
              .total = static_cast<std::int64_t>(chosen.size()),
              .detail = name});
  }
  const bool stopped = session.cancel().requested();
  output.fields["status"] = stopped ? "interrupted" : all_ok ? "ok" : "wrong";
  output.fields["sets"] = sets;
  output.text = text_table(lines);
  output.exit = stopped ? ExitCode::kInterrupted : all_ok ? ExitCode::kOk : ExitCode::kData;
  return output;
}

}  // namespace

Output run_dataset(Session& session) {
  const std::string action = session.arguments().positional(0)[0];
  const auto names = session.arguments().positional(1);
  if (action == "list") {
    if (!names.empty()) {
      throw InvalidArgument("dataset list: one word too many: '" + names[0] + "'",
                            "facts of one set: isthmus dataset info " + names[0]);
    }
    return list(session);
  }
  const DataRoots roots = session.data_roots();
  if (action == "verify") {
    return verify(session, roots, names);
  }
  if (names.empty()) {
    throw InvalidArgument("dataset " + action + ": NAME is missing",
                          "isthmus dataset list shows the names");
  }
  if (action == "path") {
    return path(roots, names);
  }
  if (names.size() > 1) {
    throw InvalidArgument("dataset info: one word too many: '" + names[1] + "'");
  }
  return info(session, roots, names[0]);
}

}  // namespace isthmus::cli
