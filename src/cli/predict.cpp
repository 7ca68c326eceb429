#include "isthmus/train/predict.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/core/atomic_file.hpp"

#include "model_arguments.hpp"
#include "nn_verbs.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

/// "a,b,c" as words. @throws InvalidArgument for an empty one.
std::vector<std::string> ids_of(std::string_view list) {
  std::vector<std::string> ids;
  while (!list.empty() || !ids.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma == 0) {
      throw InvalidArgument("--ids must be ID,ID,..., got an empty id after " +
                            std::to_string(ids.size()) + " of them");
    }
    ids.emplace_back(list.substr(0, comma));
    if (comma == list.size()) {
      break;
    }
    list.remove_prefix(comma + 1);
  }
  return ids;
}

Json items_json(const train::PredictResult& result) {
  Json items = Json::array();
  for (const train::PredictionRow& row : result.rows) {
    Json probabilities = Json::array();
    for (const double p : row.probabilities) {
      probabilities.push_back(p);
    }
    Json item = Json::object();
    item["id"] = row.id;
    item["label"] = row.label;
    item["p"] = std::move(probabilities);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

Output run_predict(Session& session) {
  const Arguments& arguments = session.arguments();
  const std::string out = arguments.text("--out");
  const bool force = arguments.has("--force");
  if (!out.empty() && !force && std::filesystem::exists(out)) {
    throw InvalidArgument("--out: " + out + " exists already", "add --force to replace it");
  }
  const train::PredictResult result =
      train::predict(model_argument(session), {.dataset = arguments.text("--data"),
                                               .roots = session.data_roots(),
                                               .split = arguments.text("--split"),
                                               .fold = arguments.integer("--fold"),
                                               .ids = ids_of(arguments.text("--ids")),
                                               .order = order_argument(session)});
  Output output{.schema = "isthmus.predict/1",
                .text = train::predictions_tsv(result),
                .fields = Json::object()};
  output.fields["out"] = out.empty() ? Json() : Json(out);
  output.fields["classes"] = json_array(result.classes);
  output.fields["items"] = items_json(result);
  if (!out.empty()) {
    write_file_atomically(out, output.text, force ? Overwrite::kReplace : Overwrite::kRefuse);
    output.text.clear();
  }
  return output;
}

}  // namespace isthmus::cli
