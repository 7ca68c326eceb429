#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/train/evaluate.hpp"

#include "model_arguments.hpp"
#include "nn_verbs.hpp"
#include "text_table.hpp"

namespace isthmus::cli {

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
  return {.schema = "isthmus.eval/1", .text = fact_lines(facts), .fields = result.document};
}

}  // namespace isthmus::cli
