#include "result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "isthmus/core/moments.hpp"

namespace isthmus::train {
namespace {

using formats::Json;

double number_or_nan(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.as_double();
}

Json binary_json(const BinaryMetrics& metrics) {
  Json json = Json::object();
  for (const BinaryMetric& metric : kBinaryMetrics) {
    json[metric.name] = metrics.*metric.value;
  }
  return json;
}

BinaryMetrics binary_from_json(const Json& json) {
  BinaryMetrics metrics;
  for (const BinaryMetric& metric : kBinaryMetrics) {
    metrics.*metric.value = number_or_nan(json.at(metric.name));
  }
  return metrics;
}

GraphwiseMetrics graphwise_from_json(const Json& pooled, const Json& per_graph) {
  GraphwiseMetrics metrics;
  metrics.pooled = binary_from_json(pooled);
  metrics.mean = binary_from_json(per_graph);
  metrics.num_graphs = per_graph.at("graphs").as_integer();
  for (std::size_t m = 0; m < kBinaryMetrics.size(); ++m) {
    metrics.undefined[m] = per_graph.at("undefined").at(kBinaryMetrics[m].name).as_integer();
  }
  return metrics;
}

void add_summary(Json& all, const std::string& name, std::span<const double> values,
                 const std::optional<Band>& band) {
  all[name] = summary_json(values, band && band->metric == name ? band : std::optional<Band>());
}

}  // namespace

std::string hex_text(double value) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%a", value);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

double student_t95(std::int64_t freedom) {
  constexpr std::array<double, 30> kTable{
      12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119, 2.3646243, 2.3060041,
      2.2621572,  2.2281389, 2.2009852, 2.1788128, 2.1603687, 2.1447867, 2.1314495, 2.1199053,
      2.1098156,  2.1009220, 2.0930241, 2.0859634, 2.0796138, 2.0738731, 2.0686576, 2.0638986,
      2.0595386,  2.0555294, 2.0518305, 2.0484071, 2.0452296, 2.0422725};
  if (freedom <= static_cast<std::int64_t>(kTable.size())) {
    return kTable[static_cast<std::size_t>(freedom - 1)];
  }
  // Cornish-Fisher around the normal quantile; off by less than 5e-6 from 31 on.
  const double z = 1.959963985;
  const auto n = static_cast<double>(freedom);
  const double z2 = z * z;
  return z + z * ((z2 + 1) / (4 * n) + ((5 * z2 + 16) * z2 + 3) / (96 * n * n) +
                  (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * n * n * n));
}

Json metrics_json(const SplitMetrics& metrics) {
  Json json = Json::object();
  json["loss"] = metrics.loss;
  json["accuracy"] = metrics.accuracy;
  if (metrics.auc) {
    json["auc"] = *metrics.auc;
  }
  if (metrics.graphwise) {
    const GraphwiseMetrics& graphwise = *metrics.graphwise;
    json["pooled"] = binary_json(graphwise.pooled);
    Json& mean = json["per_graph"];
    mean = binary_json(graphwise.mean);
    mean["graphs"] = graphwise.num_graphs;
    for (std::size_t m = 0; m < kBinaryMetrics.size(); ++m) {
      mean["undefined"][kBinaryMetrics[m].name] = graphwise.undefined[m];
    }
  }
  return json;
}

SplitMetrics metrics_from_json(const Json& json) {
  SplitMetrics metrics{number_or_nan(json.at("loss")), number_or_nan(json.at("accuracy")), {}, {}};
  if (const Json* auc = json.find("auc")) {
    metrics.auc = number_or_nan(*auc);
  }
  if (const Json* pooled = json.find("pooled")) {
    metrics.graphwise = graphwise_from_json(*pooled, json.at("per_graph"));
  }
  return metrics;
}

Json run_json(const RunRecord& run) {
  Json json = Json::object();
  json["seed"] = static_cast<std::int64_t>(run.seed);
  json["fold"] = run.fold ? Json(*run.fold) : Json();
  json["best_epoch"] = run.best_epoch;
  json["epochs"] = run.epochs;
  json["metrics"]["train"] = metrics_json(run.train);
  json["metrics"]["val"] = metrics_json(run.val);
  json["metrics"]["test"] = metrics_json(run.test);
  json["final_loss"] = run.final_loss;
  json["final_loss_hex"] = hex_text(run.final_loss);
  json["seconds"] = run.seconds;
  json["cpu_seconds"] = run.cpu_seconds;
  json["peak_bytes"] = run.peak_bytes;
  json["checkpoint"] = run.checkpoint.empty() ? Json() : Json(run.checkpoint);
  return json;
}

RunRecord run_from_json(const Json& json) {
  RunRecord run;
  run.seed = static_cast<std::uint64_t>(json.at("seed").as_integer());
  if (!json.at("fold").is_null()) {
    run.fold = json.at("fold").as_integer();
  }
  run.best_epoch = json.at("best_epoch").as_integer();
  run.epochs = json.at("epochs").as_integer();
  const Json& metrics = json.at("metrics");
  run.train = metrics_from_json(metrics.at("train"));
  run.val = metrics_from_json(metrics.at("val"));
  run.test = metrics_from_json(metrics.at("test"));
  run.final_loss = number_or_nan(json.at("final_loss"));
  run.seconds = json.at("seconds").as_double();
  run.cpu_seconds = json.at("cpu_seconds").as_double();
  run.peak_bytes = json.at("peak_bytes").as_integer();
  if (!json.at("checkpoint").is_null()) {
    run.checkpoint = json.at("checkpoint").as_string();
  }
  return run;
}

Json summary_json(std::span<const double> values, const std::optional<Band>& band) {
  const auto n = static_cast<double>(values.size());
  const Moments spread = moments(values);
  const double mean = spread.mean;
  const bool several = values.size() > 1;
  const double deviation = several ? std::sqrt(spread.squares / (n - 1.0)) : 0.0;

  Json json = Json::object();
  json["mean"] = mean;
  json["std"] = several ? Json(deviation) : Json();
  json["n"] = values.size();
  json["ddof"] = 1;
  if (several) {
    const double half =
        student_t95(static_cast<std::int64_t>(values.size()) - 1) * deviation / std::sqrt(n);
    json["ci95"].push_back(mean - half);
    json["ci95"].push_back(mean + half);
  } else {
    json["ci95"] = Json();
  }
  json["min"] = *std::min_element(values.begin(), values.end());
  json["max"] = *std::max_element(values.begin(), values.end());
  if (band) {
    json["band"].push_back(band->low);
    json["band"].push_back(band->high);
    // A band of one value is met up to the rounding of the mean.
    constexpr double kRounding = 1e-12;
    json["in_band"] = mean >= band->low - kRounding && mean <= band->high + kRounding;
  }
  return json;
}

Json summaries_json(const std::vector<RunRecord>& runs, const std::optional<Band>& band) {
  Json all = Json::object();
  if (runs.empty()) {
    return all;
  }
  std::vector<double> values(runs.size());
  const auto collect = [&](const std::string& name, auto value_of) {
    std::transform(runs.begin(), runs.end(), values.begin(), value_of);
    add_summary(all, name, values, band);
  };
  for (const auto& [part, metrics] :
       {std::pair("test.", &RunRecord::test), std::pair("val.", &RunRecord::val)}) {
    const std::string name = part;
    const auto of = metrics;
    collect(name + "accuracy", [&](const RunRecord& run) { return (run.*of).accuracy; });
    if ((runs.front().*of).auc) {
      collect(name + "auc", [&](const RunRecord& run) { return (run.*of).auc.value_or(0.0); });
    }
    if ((runs.front().*of).graphwise) {
      collect(name + "f1", [&](const RunRecord& run) { return (run.*of).graphwise->mean.f1; });
      collect(name + "pooled_f1",
              [&](const RunRecord& run) { return (run.*of).graphwise->pooled.f1; });
    }
  }
  return all;
}

}  // namespace isthmus::train
