#include "distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "isthmus/core/moments.hpp"

#include "text_table.hpp"

namespace isthmus::cli {
namespace {

using formats::Json;

constexpr std::size_t kBins = 20;
constexpr std::array<std::pair<const char*, double>, 5> kPercentiles = {
    {{"p01", 0.01}, {"p10", 0.10}, {"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}}};

double percentile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - std::floor(at)) * (sorted[above] - sorted[below]);
}

Json histogram(const std::vector<double>& sorted) {
  Json bins = Json::array();
  const double lo = sorted.front();
  const double width = (sorted.back() - lo) / static_cast<double>(kBins);
  const std::size_t count = width > 0.0 ? kBins : 1;
  auto next = sorted.begin();
  for (std::size_t bin = 0; bin < count; ++bin) {
    const double from = lo + width * static_cast<double>(bin);
    const double to = bin + 1 == count ? sorted.back() : lo + width * static_cast<double>(bin + 1);
    const auto end = bin + 1 == count ? sorted.end() : std::lower_bound(next, sorted.end(), to);
    Json entry = Json::object();
    entry["lo"] = from;
    entry["hi"] = to;
    entry["count"] = static_cast<std::int64_t>(end - next);
    bins.push_back(std::move(entry));
    next = end;
  }
  return bins;
}

}  // namespace

Json distribution_json(std::vector<double> numbers) {
  Json json = Json::object();
  if (numbers.empty()) {
    for (const char* key : {"min", "max", "mean", "sum", "std"}) {
      json[key] = Json();
    }
    for (const auto& [key, share] : kPercentiles) {
      json[key] = Json();
    }
    json["share_negative"] = Json();
    json["histogram"] = Json::array();
    return json;
  }
  std::sort(numbers.begin(), numbers.end());
  const auto count = static_cast<double>(numbers.size());
  const Moments spread = moments(numbers);
  json["min"] = numbers.front();
  json["max"] = numbers.back();
  json["mean"] = spread.mean;
  json["sum"] = spread.sum;
  json["std"] = std::sqrt(spread.squares / count);
  for (const auto& [key, share] : kPercentiles) {
    json[key] = percentile(numbers, share);
  }
  const auto negative = std::lower_bound(numbers.begin(), numbers.end(), 0.0) - numbers.begin();
  json["share_negative"] = static_cast<double>(negative) / count;
  json["histogram"] = histogram(numbers);
  return json;
}

std::string histogram_text(const Json& distribution) {
  constexpr std::int64_t kWidest = 40;
  constexpr int kDecimals = 3;
  struct Line {
    double lo = 0.0, hi = 0.0;
    std::int64_t count = 0;
  };
  std::vector<Line> lines;
  std::int64_t most = 1;
  const auto& bins = distribution.at("histogram").as_array();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (i % 2 == 0) {
      lines.push_back({.lo = bins[i].at("lo").as_double()});
    }
    lines.back().hi = bins[i].at("hi").as_double();
    lines.back().count += bins[i].at("count").as_integer();
    most = std::max(most, lines.back().count);
  }
  std::vector<std::vector<std::string>> rows;
  for (const Line& line : lines) {
    const std::int64_t marks = (line.count * kWidest + most - 1) / most;
    rows.push_back({fixed(line.lo, kDecimals), "..", fixed(line.hi, kDecimals),
                    "|" + std::string(static_cast<std::size_t>(marks), '#'),
                    std::to_string(line.count)});
  }
  if (rows.empty()) {
    return {};
  }
  rows.insert(rows.begin(), {"from", "", "to", "", "edges"});
  return text_table(rows);
}

}  // namespace isthmus::cli
