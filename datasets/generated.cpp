#include "generated.hpp"

#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/ba_2motifs.hpp"
#include "isthmus/datasets/ba_shapes.hpp"
#include "isthmus/datasets/botnet.hpp"
#include "isthmus/datasets/csl.hpp"
#include "isthmus/datasets/karate.hpp"
#include "isthmus/datasets/minesweeper.hpp"
#include "isthmus/datasets/tree_cycles.hpp"

namespace isthmus::datasets {
namespace {

BotnetTopology botnet_topology(NameOptions& name) {
  const std::string word = name.choice("topology", {"chord", "debru", "kadem", "leet"});
  return word == "chord"   ? BotnetTopology::kChord
         : word == "debru" ? BotnetTopology::kDebru
         : word == "kadem" ? BotnetTopology::kKadem
                           : BotnetTopology::kLeet;
}

BotnetBackground botnet_background(NameOptions& name) {
  const std::string word = name.text("background", "one-way");
  if (word.starts_with("snap:")) {
    throw InvalidArgument(
        "load: option background of gen:botnet must be one of one-way, power-law, got \"" + word +
            "\"",
        "a recorded background needs a reader of SNAP edge lists, which this version lacks");
  }
  return name.choice("background", {"one-way", "power-law"}) == "one-way"
             ? BotnetBackground::kOneWay
             : BotnetBackground::kPowerLaw;
}

Dataset make_ba_shapes(NameOptions& name) {
  BaShapesOptions options;
  options.attach = name.choice("attach", {"regular", "uniform"}) == "regular"
                       ? HouseAttach::kRegular
                       : HouseAttach::kUniform;
  options.num_base = name.integer("base", options.num_base);
  options.num_houses = name.integer("houses", options.num_houses);
  options.extra_edges = name.real("extra", options.extra_edges);
  options.seed = name.unsigned_integer("seed", options.seed);
  name.expect_none_left();
  return ba_shapes(options);
}

Dataset make_tree_cycles(NameOptions& name) {
  TreeCyclesOptions options;
  options.attach = name.choice("attach", {"uniform", "original"}) == "uniform"
                       ? CycleAttach::kUniform
                       : CycleAttach::kOriginal;
  options.height = name.integer("height", options.height);
  options.num_cycles = name.integer("cycles", options.num_cycles);
  options.extra_edges = name.real("extra", options.extra_edges);
  options.seed = name.unsigned_integer("seed", options.seed);
  name.expect_none_left();
  return tree_cycles(options);
}

Dataset make_ba_2motifs(NameOptions& name) {
  Ba2motifsOptions options;
  options.num_graphs = name.integer("graphs", options.num_graphs);
  options.seed = name.unsigned_integer("seed", options.seed);
  name.expect_none_left();
  return ba_2motifs(options);
}

Dataset make_minesweeper(NameOptions& name) {
  MinesweeperOptions options;
  options.seed = name.unsigned_integer("seed", options.seed);
  options.rows = name.integer("rows", options.rows);
  options.cols = name.integer("cols", options.cols);
  options.mines = name.real("mines", options.mines);
  options.hidden = name.real("hidden", options.hidden);
  options.splits = name.integer("splits", options.splits);
  name.expect_none_left();
  return minesweeper(options);
}

}  // namespace

GraphSource botnet_source(NameOptions& name) {
  BotnetOptions options;
  const std::string preset = name.choice("preset", {"default", "small", "full"});
  if (preset == "small") {
    options.num_graphs = 40;
    options.num_nodes = 20'000;
  } else if (preset == "full") {
    options.num_graphs = 960;
  }
  options.topology = botnet_topology(name);
  options.background = botnet_background(name);
  options.num_graphs = name.integer("graphs", options.num_graphs);
  options.num_nodes = name.integer("nodes", options.num_nodes);
  options.mean_degree = name.real("degree", options.mean_degree);
  options.gamma = name.real("gamma", options.gamma);
  if (options.background == BotnetBackground::kOneWay) {
    options.mixed = name.real("mixed", options.mixed);
    options.senders = name.real("senders", options.senders);
  }
  options.num_bots = name.integer("bots", options.num_bots);
  options.num_bot_arcs = name.integer("num_edge", options.num_bot_arcs);
  switch (options.topology) {
    case BotnetTopology::kChord:
      options.interval = name.integer("interval", options.interval);
      break;
    case BotnetTopology::kDebru:
      options.letters = name.integer("m", options.letters);
      break;
    case BotnetTopology::kKadem:
      options.peers = name.integer("k", options.peers);
      options.bits = name.integer("bit", options.bits);
      break;
    case BotnetTopology::kLeet:
      break;
  }
  options.seed = name.unsigned_integer("seed", options.seed);
  name.expect_none_left();
  return botnet(options);
}

Dataset generate(NameOptions& name) {
  const std::string& base = name.base();
  if (base == "karate") {
    const std::string labels = name.choice("labels", {"factions", "communities"});
    name.expect_none_left();
    return karate(labels == "factions" ? KarateLabels::kFactions : KarateLabels::kCommunities);
  }
  if (base == "gen:csl") {
    const std::uint64_t seed = name.unsigned_integer("seed", 0);
    name.expect_none_left();
    return csl(seed);
  }
  if (base == "gen:botnet") {
    return collect(botnet_source(name));
  }
  if (base == "gen:ba-shapes") {
    return make_ba_shapes(name);
  }
  if (base == "gen:tree-cycles") {
    return make_tree_cycles(name);
  }
  if (base == "gen:ba-2motifs") {
    return make_ba_2motifs(name);
  }
  return make_minesweeper(name);
}

}  // namespace isthmus::datasets
