#include "race.hpp"

#include <cstdio>

#include "bystanders.hpp"

namespace isthmus::bench {

using formats::Json;

Json race(const std::string& title, std::vector<Contestant>& contestants, const Rules& rules) {
  const double bystanders = hold_contest(contestants, rules);
  std::printf("%s\n", title.c_str());
  const double first = contestants.front().summary().median;
  Json samples = Json::array();
  for (const Contestant& contestant : contestants) {
    const Summary summary = contestant.summary();
    std::printf("  %-34s %9.3f ms  min %9.3f  IQR %7.3f  first %9.3f  n %2d",
                contestant.name.c_str(), summary.median, summary.min, summary.iqr,
                contestant.first_ms, summary.runs);
    if (bystanders > kCrowded) {
      std::printf("  [others took %.0f %% of the cores: no ratio]\n", 100.0 * bystanders);
    } else {
      std::printf("  x %.2f\n", summary.median / first);
    }
    samples.push_back(to_json(contestant));
  }
  Json row = Json::object();
  row["what"] = title;
  row["bystanders"] = bystanders;
  row["contestants"] = samples;
  return row;
}

}  // namespace isthmus::bench
