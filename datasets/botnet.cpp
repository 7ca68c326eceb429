#include "isthmus/datasets/botnet.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/philox.hpp"

#include "assemble.hpp"
#include "botnet_topology.hpp"
#include "rank_weights.hpp"
#include "require_option.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

/// Arcs per random stream of their own: which thread draws a block changes nothing.
constexpr std::int64_t kBlock = std::int64_t{1} << 16;
constexpr double kBotShare = 0.07;
constexpr std::int64_t kArcsPerBot = 10;
constexpr std::int64_t kMostBits = 40;

void check_background(const BotnetOptions& o) {
  constexpr std::int64_t kMost = std::numeric_limits<NodeId>::max();
  require_option("botnet", o.num_graphs >= 0 && o.num_graphs <= kMost, "num_graphs",
                 "in 0 .. 2^31 - 1", o.num_graphs);
  require_option("botnet", o.num_nodes >= 2 && o.num_nodes <= kMost, "num_nodes",
                 "in 2 .. 2^31 - 1", o.num_nodes);
  require_option("botnet",
                 o.mean_degree >= 0.0 && o.mean_degree * static_cast<double>(o.num_nodes) < 0x1p31,
                 "mean_degree", ">= 0 and below 2^31 / num_nodes", o.mean_degree);
  require_option("botnet", o.gamma > 1.0 && std::isfinite(o.gamma), "gamma", "> 1", o.gamma);
  require_option("botnet", o.mixed >= 0.0 && o.mixed <= 1.0, "mixed", "in [0, 1]", o.mixed);
  require_option("botnet", o.senders >= 0.0 && o.mixed + o.senders <= 1.0, "senders",
                 "in [0, 1 - mixed]", o.senders);
}

void check_topology(const BotnetOptions& o) {
  require_option("botnet", o.num_bots >= 2 && o.num_bots <= o.num_nodes, "num_bots",
                 "in 2 .. num_nodes, which is " + std::to_string(o.num_nodes), o.num_bots);
  require_option("botnet", o.num_bot_arcs >= 0, "num_bot_arcs", ">= 0", o.num_bot_arcs);
  require_option("botnet", o.interval >= 1, "interval", ">= 1", o.interval);
  require_option("botnet", o.letters >= 2 && o.letters <= o.num_bots, "letters",
                 "in 2 .. num_bots, which is " + std::to_string(o.num_bots), o.letters);
  require_option("botnet", o.peers >= 1, "peers", ">= 1", o.peers);
  require_option("botnet", o.bits >= 1 && o.bits <= kMostBits, "bits", "in 1 .. 40", o.bits);
  require_option("botnet",
                 o.topology != BotnetTopology::kKadem || (std::int64_t{1} << o.bits) >= o.num_bots,
                 "bits", "enough for num_bots, which is " + std::to_string(o.num_bots), o.bits);
}

/// The options with what they leave open filled in.
BotnetOptions checked(BotnetOptions options) {
  check_background(options);
  if (options.num_bots == 0) {
    options.num_bots = std::llround(kBotShare * static_cast<double>(options.num_nodes));
  }
  if (options.letters == 0) {
    options.letters = 2;
    while (options.letters * options.letters * options.letters < options.num_bots) {
      ++options.letters;
    }
  }
  check_topology(options);
  return options;
}

const char* name_of(BotnetTopology topology) {
  switch (topology) {
    case BotnetTopology::kChord:
      return "chord";
    case BotnetTopology::kDebru:
      return "debru";
    case BotnetTopology::kKadem:
      return "kadem";
    case BotnetTopology::kLeet:
      break;
  }
  return "leet";
}

/// Who sends and who receives in one graph, by falling weight.
struct Roles {
  std::vector<std::int64_t> senders, receivers;
};

/// What all graphs of a set share.
class Generator {
 public:
  explicit Generator(const BotnetOptions& options) : options_(checked(options)) {
    const auto n = static_cast<double>(options_.num_nodes);
    num_arcs_ = std::llround(n * options_.mean_degree);
    if (options_.background == BotnetBackground::kOneWay) {
      num_mixed_ = std::llround(n * options_.mixed);
      num_senders_ = std::llround(n * (options_.mixed + options_.senders));
      num_receivers_ = options_.num_nodes - num_senders_ + num_mixed_;
    } else {
      num_senders_ = num_receivers_ = num_mixed_ = options_.num_nodes;
    }
    require_option("botnet", num_arcs_ == 0 || (num_senders_ > 0 && num_receivers_ > 0),
                   "mixed and senders", "such that somebody sends and somebody receives",
                   options_.senders);
    const double exponent = 1.0 / (options_.gamma - 1.0);
    sender_weights_.emplace(std::max<std::int64_t>(num_senders_, 1), exponent);
    receiver_weights_.emplace(std::max<std::int64_t>(num_receivers_, 1), exponent);
  }

  [[nodiscard]] const BotnetOptions& options() const noexcept { return options_; }
  [[nodiscard]] LabelledGraph graph(std::int64_t index) const;

 private:
  [[nodiscard]] Roles draw_roles(std::uint64_t seed) const;
  void draw_background(std::uint64_t seed, ArcList& arcs) const;
  void append_botnet(std::uint64_t seed, ArcList& arcs, std::vector<std::int64_t>& y) const;

  BotnetOptions options_;
  std::int64_t num_arcs_ = 0;
  std::int64_t num_mixed_ = 0;    ///< That send and receive.
  std::int64_t num_senders_ = 0;  ///< Those among them.
  std::int64_t num_receivers_ = 0;
  std::optional<RankWeights> sender_weights_, receiver_weights_;
};

Roles Generator::draw_roles(std::uint64_t seed) const {
  std::vector<std::int64_t> node =
      RandomStream(seed, kBotnetRoleStream).permutation(options_.num_nodes);
  if (options_.background == BotnetBackground::kPowerLaw) {
    return {.senders = node, .receivers = node};
  }
  // Places of `node`: first the mixed ones, then those that only send, then the receivers.
  Roles roles;
  for (const std::int64_t place :
       RandomStream(seed, kBotnetSenderStream).permutation(num_senders_)) {
    roles.senders.push_back(node[static_cast<std::size_t>(place)]);
  }
  const std::int64_t skipped = num_senders_ - num_mixed_;
  for (const std::int64_t i :
       RandomStream(seed, kBotnetReceiverStream).permutation(num_receivers_)) {
    roles.receivers.push_back(node[static_cast<std::size_t>(i < num_mixed_ ? i : i + skipped)]);
  }
  return roles;
}

void Generator::draw_background(std::uint64_t seed, ArcList& arcs) const {
  const Roles roles = draw_roles(seed);
  arcs.src.resize(static_cast<std::size_t>(num_arcs_));
  arcs.dst.resize(static_cast<std::size_t>(num_arcs_));
  parallel_chunks((num_arcs_ + kBlock - 1) / kBlock, [&](std::int64_t block) {
    RandomStream random(seed, kBotnetArcStream, static_cast<std::uint32_t>(block));
    for (std::int64_t i = block * kBlock; i < std::min(num_arcs_, (block + 1) * kBlock); ++i) {
      std::int64_t from = 0;
      std::int64_t to = 0;
      do {
        from = roles.senders[static_cast<std::size_t>(sender_weights_->draw(random))];
        to = roles.receivers[static_cast<std::size_t>(receiver_weights_->draw(random))];
      } while (from == to);
      arcs.src[static_cast<std::size_t>(i)] = static_cast<NodeId>(from);
      arcs.dst[static_cast<std::size_t>(i)] = static_cast<NodeId>(to);
    }
  });
}

void Generator::append_botnet(std::uint64_t seed, ArcList& arcs,
                              std::vector<std::int64_t>& y) const {
  const TopologyArcs topology(options_, seed);
  const std::int64_t count = options_.num_bot_arcs != 0
                                 ? options_.num_bot_arcs
                                 : std::min(kArcsPerBot * options_.num_bots, topology.size());
  require_option("botnet", count <= topology.size(), "num_bot_arcs",
                 "at most " + std::to_string(topology.size()) + ", the arcs of " +
                     name_of(options_.topology) + " over " + std::to_string(options_.num_bots) +
                     " bots",
                 count);
  const std::vector<std::int64_t> host =
      RandomStream(seed, kBotnetHostStream).sample(options_.num_nodes, options_.num_bots);
  const auto end_of = [&](NodeId id) {
    const std::int64_t node = host[static_cast<std::size_t>(id)];
    y[static_cast<std::size_t>(node)] = 1;
    return static_cast<NodeId>(node);
  };
  for (const std::int64_t i :
       RandomStream(seed, kBotnetSampleStream).sample(topology.size(), count)) {
    const Edge arc = topology[i];
    arcs.src.push_back(end_of(arc.u));
    arcs.dst.push_back(end_of(arc.v));
  }
  arcs.label.assign(static_cast<std::size_t>(num_arcs_), 0);
  arcs.label.resize(arcs.src.size(), 1);
}

LabelledGraph Generator::graph(std::int64_t index) const {
  require_option("botnet", index >= 0 && index < options_.num_graphs, "graph",
                 "in [0, " + std::to_string(options_.num_graphs) + ")", index);
  RandomStream seeds(options_.seed, kBotnetGraphStream, static_cast<std::uint32_t>(index));
  const std::uint64_t high = seeds.bits();
  const std::uint64_t seed = (high << 32U) | seeds.bits();

  LabelledGraph item;
  item.y.assign(static_cast<std::size_t>(options_.num_nodes), 0);
  item.x.num_rows = options_.num_nodes;
  item.x.num_cols = 1;
  item.x.dense.assign(static_cast<std::size_t>(options_.num_nodes), 1.0F);
  ArcList arcs;
  arcs.num_nodes = options_.num_nodes;
  draw_background(seed, arcs);
  append_botnet(seed, arcs, item.y);
  LoadReport ignored;
  SortedArcs sorted = sort_arcs(arcs, {}, ignored);
  item.edge_y.assign(sorted.label.begin(), sorted.label.end());
  item.graph = Graph::from_csr(static_cast<NodeId>(options_.num_nodes), std::move(sorted.rowptr),
                               std::move(sorted.col));
  return item;
}

}  // namespace

GraphSource botnet(const BotnetOptions& options) {
  const auto generator = std::make_shared<const Generator>(options);
  GraphSource source;
  source.name = "gen:botnet";
  source.num_graphs = generator->options().num_graphs;
  source.num_features = 1;
  source.num_classes = 2;
  source.class_labels = {"0", "1"};
  source.split = split_in_order(source.num_graphs);
  source.report.format = "generated";
  if (options.topology == BotnetTopology::kLeet) {
    const std::int64_t loops = TopologyArcs(generator->options(), 0).loops_dropped();
    if (loops > 0) {
      source.report.notes.push_back("loops of the leet topology dropped in each graph: " +
                                    std::to_string(loops));
    }
  }
  source.graph = [generator](std::int64_t index) { return generator->graph(index); };
  return source;
}

}  // namespace isthmus::datasets
