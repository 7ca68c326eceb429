#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/train/binary_metrics.hpp"
#include "isthmus/train/evaluate.hpp"

#include "model_arguments.hpp"
#include "nn_verbs.hpp"
#include "text_table.hpp"

namespace isthmus::cli {
namespace {

std::string number_text(const formats::Json& json) {
  return std::isnan(json.as_double()) ? "undefined" : fixed(json.as_double(), 4);
}

}  // namespace

Output run_eval(Session& session) {
  const train::EvaluateResult result =
      train::evaluate(model_argument(session), {.dataset = session.arguments().text("--data"),
                                                .roots = session.data_roots(),
                                                .split = session.arguments().text("--split"),
                                                .fold = session.arguments().integer("--fold"),
                                                .order = order_argument(session)});
  std::vector<std::pair<std::string, std::string>> facts = {
      {"data set", result.dataset},
      {"split", result.split + ", fold " + std::to_string(result.fold)},
      {"items", std::to_string(result.items)},
      {"loss", fixed(result.loss, 4)},
      {"accuracy", fixed(result.accuracy, 4)}};
  if (result.auc) {
    facts.emplace_back("auc", fixed(*result.auc, 4));
  }
  if (const formats::Json* mean = result.document.at("metrics").find("per_graph")) {
    const formats::Json& pooled = result.document.at("metrics").at("pooled");
    for (const train::BinaryMetric& metric : train::kBinaryMetrics) {
      const std::int64_t undefined = mean->at("undefined").at(metric.name).as_integer();
      facts.emplace_back(metric.name,
                         number_text(mean->at(metric.name)) + " mean over graphs, " +
                             number_text(pooled.at(metric.name)) + " pooled" +
                             (undefined == 0 ? ""
                                             : "; undefined in " + std::to_string(undefined) +
                                                   (undefined == 1 ? " graph" : " graphs")));
    }
  }
  return {.schema = "isthmus.eval/1", .text = fact_lines(facts), .fields = result.document};
}

}  // namespace isthmus::cli
