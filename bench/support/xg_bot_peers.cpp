#include "xg_bot_peers.hpp"

#include <cstdio>
#include <initializer_list>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "paths.hpp"
#include "peer.hpp"
#include "timing.hpp"

namespace isthmus::bench {
namespace {

constexpr double kMib = 1048576.0;

formats::Json ask(Peer& peer, std::initializer_list<std::pair<const char*, formats::Json>> keys) {
  formats::Json question = formats::Json::object();
  for (const auto& [key, value] : keys) {
    question[key] = value;
  }
  return peer.ask(question);
}

void print_way(Peer& peer, const std::string& name, const XgBotStep& step, double ours) {
  (void)ask(peer,
            {{"do", "graph"}, {"name", "g"}, {"nodes", std::int64_t{step.graph.num_nodes()}}});
  const std::int64_t id = ask(peer, {{"do", "prepare"},
                                     {"op", "xg-bot"},
                                     {"path", name},
                                     {"graph", "g"},
                                     {"width", step.width},
                                     {"layers", step.layers}})
                              .at("id")
                              .as_integer();
  const double before = ask(peer, {{"do", "memory"}}).at("now").as_double();
  std::vector<Sample> steps;
  for (int k = 0; k < 4; ++k) {
    steps.push_back(peer.run(id, "step"));
  }
  steps.erase(steps.begin());
  const double median = summarise(steps).median / 1e3;
  const double peak = ask(peer, {{"do", "memory"}}).at("peak").as_double();
  std::printf("  %-24s L = %3lld %8.3f seconds", name.c_str(), static_cast<long long>(step.layers),
              median);
  if (ours > 0.0) {
    std::printf(", %.2f of ours", median / ours);
  }
  std::printf("; %.0f MiB resident, %.0f more than before the step\n", peak / kMib,
              (peak - before) / kMib);
}

}  // namespace

void print_xg_bot_peers(const Options& options, int threads, const XgBotStep& step, double ours) {
  const EdgeIndex index(step.graph);
  for (const std::string& environment : options.peers) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i == 0 || i < names.size(); ++i) {
      const Scratch folder;
      save_npy(folder.path() / "g.src.npy", index.src.data_ptr<std::int64_t>(),
               {step.graph.num_edges()});
      save_npy(folder.path() / "g.dst.npy", index.dst.data_ptr<std::int64_t>(),
               {step.graph.num_edges()});
      save_npy(folder.path() / "y.npy", step.label.data(), {step.graph.num_nodes()});
      Peer peer(environment, threads, folder);
      if (i == 0) {
        names = peer.paths("xg-bot");
        if (names.empty()) {
          break;
        }
        std::printf("  beside %s\n", peer.description().c_str());
      }
      try {
        print_way(peer, names[i], step, ours);
      } catch (const Error& error) {
        std::printf("  %s: left out: %s\n", names[i].c_str(), error.what());
      }
    }
  }
}

}  // namespace isthmus::bench
