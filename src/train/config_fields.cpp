#include "config_fields.hpp"

#include <array>
#include <cmath>
#include <sstream>

namespace isthmus::train {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 5> kMetrics{"auto", "accuracy", "auc", "loss", "f1"};
constexpr std::array<Names, 3> kTasks{"auto", "node", "graph"};
constexpr std::array<Names, 1> kTaskTypes{"classification"};
constexpr std::array<Names, 3> kNormalize{"none", "row", "binary"};
constexpr std::array<Names, 3> kFeatures{"auto", "constant", "degree"};
constexpr std::array<Names, 2> kComponents{"all", "largest"};
constexpr Names kProtocols[] = {
    "public", "platonov", "gin-optimistic", "csl", "shchur", "botnet", "stratified",
};
constexpr std::array<Names, 1> kModels{"gnn"};
constexpr std::array<Names, 3> kLosses{"auto", "cross_entropy", "bce"};
// The names of layers' enums in the order of their values (train_test compares).
constexpr Names kLayers[] = {
    "gcnconv",   "sageconv", "ginconv",      "linear",    "sgconv",          "appnp",
    "gcn2conv",  "dagnn",    "gatconv",      "gatv2conv", "transformerconv", "gineconv",
    "graphconv", "genconv",  "gatedgcnconv", "rgcnconv",  "pnaconv",         "edgeconv",
};
constexpr std::array<Names, 2> kDegreeNorms{"symmetric", "source"};
constexpr Names kGenAggregations[] = {
    "softmax", "powermean", "add", "mean", "max",
};
constexpr Names kStages[] = {
    "stack", "skipsum", "residual", "reversible", "drew",
};
constexpr Names kNorms[] = {
    "none", "batch", "layer", "graph", "pair", "diff_group",
};
constexpr Names kActivations[] = {
    "identity", "relu", "gelu", "elu", "leaky_relu", "tanh",
};
constexpr Names kJumps[] = {
    "none", "sum", "cat", "max", "lstm",
};
constexpr Names kReductions[] = {
    "auto", "add", "mean", "max", "min", "var", "std",
};
// Of a graph task: "none" is no choice there.
constexpr Names kPoolings[] = {
    "add", "mean", "max", "attention", "set2set",
};
constexpr std::array<Names, 4> kStreams{"auto", "f32", "f64", "fixed32"};
constexpr std::array<Names, 3> kReversibleModes{"auto", "reversible", "plain"};
constexpr std::array<Names, 2> kMasks{"shared", "per_layer"};
constexpr std::array<Names, 3> kNormsInside{"none", "batch", "layer"};
constexpr Names kRewirings[] = {
    "none",  "gtr", "fosr", "sdrf", "borf",  "afrc3", "afrc4", "laser",
    "rings", "gdc", "egp",  "cgp",  "grlef", "err",   "prune", "random",
};
constexpr std::array<Names, 2> kDirected{"refuse", "as-undirected"};
constexpr std::array<Names, 2> kComponentRules{"within", "join"};
constexpr std::array<Names, 4> kRemovals{"auto", "off", "free", "keep-connected"};
constexpr std::array<Names, 2> kStarts{"exact", "vector"};
constexpr std::array<Names, 2> kOrbits{"all", "lower"};
constexpr std::array<Names, 4> kSymmetrize{"none", "union", "intersection", "mean"};
constexpr std::array<Names, 2> kDiffusions{"ppr", "heat"};
constexpr std::array<Names, 2> kObjectives{"delete", "add"};
constexpr std::array<Names, 2> kSenses{"max", "min"};
constexpr std::array<Names, 7> kCurvatures{"orc", "lly", "jl", "forman", "afrc3", "afrc4", "bfc"};
constexpr std::array<Names, 2> kOptimizers{"adam", "sgd"};
constexpr std::array<Names, 2> kDecayLayers{"all", "first"};
constexpr std::array<Names, 4> kSchedulers{"none", "step", "cos", "plateau"};
constexpr std::array<Names, 3> kSamplers{"full_batch", "neighbor", "cluster"};
constexpr std::array<Names, 6> kOrders{"none", "auto", "metis", "rcm", "bfs", "degree"};

constexpr double kAny = std::numeric_limits<double>::max();
constexpr double kMaxCount = 2147483647.0;  ///< Counts enter 32-bit random counters.

constexpr auto text(Names name, ConfigSlot (*slot)(Config&), std::span<const Names> choices = {}) {
  return ConfigField{name, slot, choices};
}
constexpr auto number(Names name, ConfigSlot (*slot)(Config&), double least, double most = kAny,
                      bool below_most = false) {
  return ConfigField{name, slot, {}, least, most, below_most};
}
constexpr auto count(Names name, ConfigSlot (*slot)(Config&), double least) {
  return ConfigField{name, slot, {}, least, kMaxCount, false};
}

using C = Config;
using S = ConfigSlot;
const std::array kFields{
    number(
        "seed", [](C& c) -> S { return &c.seed; }, 0),
    count(
        "num_threads", [](C& c) -> S { return &c.num_threads; }, 0),
    text("out_dir", [](C& c) -> S { return &c.out_dir; }),
    text(
        "metric_best", [](C& c) -> S { return &c.metric_best; }, kMetrics),
    text("dataset.name", [](C& c) -> S { return &c.dataset.name; }),
    text(
        "dataset.task", [](C& c) -> S { return &c.dataset.task; }, kTasks),
    text(
        "dataset.task_type", [](C& c) -> S { return &c.dataset.task_type; }, kTaskTypes),
    text("dataset.dir", [](C& c) -> S { return &c.dataset.dir; }),
    text(
        "dataset.normalize", [](C& c) -> S { return &c.dataset.normalize; }, kNormalize),
    text(
        "dataset.features", [](C& c) -> S { return &c.dataset.features; }, kFeatures),
    text(
        "dataset.component", [](C& c) -> S { return &c.dataset.component; }, kComponents),
    text(
        "protocol.name", [](C& c) -> S { return &c.protocol.name; }, kProtocols),
    count(
        "protocol.seeds", [](C& c) -> S { return &c.protocol.seeds; }, 1),
    count(
        "protocol.folds", [](C& c) -> S { return &c.protocol.folds; }, 0),
    text("protocol.baseline", [](C& c) -> S { return &c.protocol.baseline; }),
    text(
        "model.type", [](C& c) -> S { return &c.model.type; }, kModels),
    text(
        "model.loss_fun", [](C& c) -> S { return &c.model.loss_fun; }, kLosses),
    text(
        "model.graph_pooling", [](C& c) -> S { return &c.model.graph_pooling; }, kPoolings),
    text(
        "gnn.layer_type", [](C& c) -> S { return &c.gnn.layer_type; }, kLayers),
    count(
        "gnn.layers_pre_mp", [](C& c) -> S { return &c.gnn.layers_pre_mp; }, 0),
    count(
        "gnn.layers_mp", [](C& c) -> S { return &c.gnn.layers_mp; }, 0),
    count(
        "gnn.layers_post_mp", [](C& c) -> S { return &c.gnn.layers_post_mp; }, 0),
    count(
        "gnn.dim_inner", [](C& c) -> S { return &c.gnn.dim_inner; }, 1),
    text(
        "gnn.stage_type", [](C& c) -> S { return &c.gnn.stage_type; }, kStages),
    text(
        "gnn.agg", [](C& c) -> S { return &c.gnn.agg; }, kReductions),
    text(
        "gnn.norm", [](C& c) -> S { return &c.gnn.norm; }, kNorms),
    text(
        "gnn.act", [](C& c) -> S { return &c.gnn.act; }, kActivations),
    number(
        "gnn.dropout", [](C& c) -> S { return &c.gnn.dropout; }, 0, 1, true),
    number(
        "gnn.input_dropout", [](C& c) -> S { return &c.gnn.input_dropout; }, -1, 1, true),
    number(
        "gnn.final_dropout", [](C& c) -> S { return &c.gnn.final_dropout; }, 0, 1, true),
    text(
        "gnn.jk", [](C& c) -> S { return &c.gnn.jk; }, kJumps),
    text("gnn.train_eps", [](C& c) -> S { return &c.gnn.train_eps; }),
    count(
        "gnn.hops", [](C& c) -> S { return &c.gnn.hops; }, 0),
    number(
        "gnn.alpha", [](C& c) -> S { return &c.gnn.alpha; }, 0, 1),
    number(
        "gnn.theta", [](C& c) -> S { return &c.gnn.theta; }, 0),
    text("gnn.shared_weights", [](C& c) -> S { return &c.gnn.shared_weights; }),
    text("gnn.virtual_node", [](C& c) -> S { return &c.gnn.virtual_node; }),
    text("gnn.alternate", [](C& c) -> S { return &c.gnn.alternate; }),
    count(
        "gnn.norm_groups", [](C& c) -> S { return &c.gnn.norm_groups; }, 1),
    count(
        "gnn.heads", [](C& c) -> S { return &c.gnn.heads; }, 1),
    text("gnn.concat", [](C& c) -> S { return &c.gnn.concat; }),
    count(
        "gnn.heads_last", [](C& c) -> S { return &c.gnn.heads_last; }, 1),
    number(
        "gnn.attn_dropout", [](C& c) -> S { return &c.gnn.attn_dropout; }, 0, 1, true),
    count(
        "gnn.num_bases", [](C& c) -> S { return &c.gnn.num_bases; }, 0),
    text(
        "gnn.degree_norm", [](C& c) -> S { return &c.gnn.degree_norm; }, kDegreeNorms),
    text(
        "gnn.gen_aggr", [](C& c) -> S { return &c.gnn.gen_aggr; }, kGenAggregations),
    text("gnn.gen_learn", [](C& c) -> S { return &c.gnn.gen_learn; }),
    text("gnn.gen_bias", [](C& c) -> S { return &c.gnn.gen_bias; }),
    text("gnn.edge_encoder", [](C& c) -> S { return &c.gnn.edge_encoder; }),
    text("gnn.project", [](C& c) -> S { return &c.gnn.project; }),
    text("gnn.aggregators", [](C& c) -> S { return &c.gnn.aggregators; }),
    text("gnn.scalers", [](C& c) -> S { return &c.gnn.scalers; }),
    count(
        "gnn.towers", [](C& c) -> S { return &c.gnn.towers; }, 1),
    count(
        "gnn.pre_layers", [](C& c) -> S { return &c.gnn.pre_layers; }, 1),
    count(
        "gnn.post_layers", [](C& c) -> S { return &c.gnn.post_layers; }, 1),
    text("gnn.divide_input", [](C& c) -> S { return &c.gnn.divide_input; }),
    count(
        "reversible.groups", [](C& c) -> S { return &c.reversible.groups; }, 2),
    text(
        "reversible.stream", [](C& c) -> S { return &c.reversible.stream; }, kStreams),
    number(
        "reversible.bits", [](C& c) -> S { return &c.reversible.bits; }, 12, 24),
    text("reversible.verify", [](C& c) -> S { return &c.reversible.verify; }),
    text(
        "reversible.mode", [](C& c) -> S { return &c.reversible.mode; }, kReversibleModes),
    text(
        "reversible.mask", [](C& c) -> S { return &c.reversible.mask; }, kMasks),
    text(
        "reversible.norm_inside", [](C& c) -> S { return &c.reversible.norm_inside; },
        kNormsInside),
    text("reversible.relu_after", [](C& c) -> S { return &c.reversible.relu_after; }),
    text("reversible.norm_after", [](C& c) -> S { return &c.reversible.norm_after; }),
    count(
        "drew.delay", [](C& c) -> S { return &c.drew.delay; }, 0),
    text("drew.ring_self_loops", [](C& c) -> S { return &c.drew.ring_self_loops; }),
    text(
        "rewire.method", [](C& c) -> S { return &c.rewire.method; }, kRewirings),
    text("rewire.budget", [](C& c) -> S { return &c.rewire.budget; }),
    number(
        "rewire.seed", [](C& c) -> S { return &c.rewire.seed; }, 0),
    text("rewire.control", [](C& c) -> S { return &c.rewire.control; }),
    text("rewire.cache", [](C& c) -> S { return &c.rewire.cache; }),
    text(
        "rewire.directed", [](C& c) -> S { return &c.rewire.directed; }, kDirected),
    text(
        "rewire.components", [](C& c) -> S { return &c.rewire.components; }, kComponentRules),
    text(
        "rewire.remove", [](C& c) -> S { return &c.rewire.remove; }, kRemovals),
    text(
        "rewire.start", [](C& c) -> S { return &c.rewire.start; }, kStarts),
    count(
        "rewire.power_iters", [](C& c) -> S { return &c.rewire.power_iters; }, 0),
    text("rewire.kernel", [](C& c) -> S { return &c.rewire.kernel; }),
    number(
        "rewire.tau", [](C& c) -> S { return &c.rewire.tau; }, -1),
    number(
        "rewire.cplus", [](C& c) -> S { return &c.rewire.cplus; }, -4),
    count(
        "rewire.h", [](C& c) -> S { return &c.rewire.h; }, 0),
    count(
        "rewire.k", [](C& c) -> S { return &c.rewire.k; }, 0),
    count(
        "rewire.rings", [](C& c) -> S { return &c.rewire.rings; }, 1),
    number(
        "rewire.rho", [](C& c) -> S { return &c.rewire.rho; }, 0, 1),
    text(
        "rewire.orbit", [](C& c) -> S { return &c.rewire.orbit; }, kOrbits),
    text(
        "rewire.symmetrize", [](C& c) -> S { return &c.rewire.symmetrize; }, kSymmetrize),
    count(
        "rewire.hops", [](C& c) -> S { return &c.rewire.hops; }, 1),
    text(
        "rewire.diffusion", [](C& c) -> S { return &c.rewire.diffusion; }, kDiffusions),
    number(
        "rewire.alpha", [](C& c) -> S { return &c.rewire.alpha; }, 0, 1, true),
    number(
        "rewire.time", [](C& c) -> S { return &c.rewire.time; }, 0, 700),
    count(
        "rewire.top_k", [](C& c) -> S { return &c.rewire.top_k; }, 1),
    number(
        "rewire.epsilon", [](C& c) -> S { return &c.rewire.epsilon; }, 0),
    number(
        "rewire.temperature", [](C& c) -> S { return &c.rewire.temperature; }, 0),
    text(
        "rewire.objective", [](C& c) -> S { return &c.rewire.objective; }, kObjectives),
    text(
        "rewire.sense", [](C& c) -> S { return &c.rewire.sense; }, kSenses),
    count(
        "rewire.period", [](C& c) -> S { return &c.rewire.period; }, 1),
    text("encoding.lcp", [](C& c) -> S { return &c.encoding.lcp; }),
    text(
        "encoding.lcp_kind", [](C& c) -> S { return &c.encoding.lcp_kind; }, kCurvatures),
    text(
        "optim.optimizer", [](C& c) -> S { return &c.optim.optimizer; }, kOptimizers),
    number(
        "optim.base_lr", [](C& c) -> S { return &c.optim.base_lr; }, 0),
    number(
        "optim.weight_decay", [](C& c) -> S { return &c.optim.weight_decay; }, 0),
    number(
        "optim.weight_decay_mp", [](C& c) -> S { return &c.optim.weight_decay_mp; }, -1),
    text(
        "optim.weight_decay_layers", [](C& c) -> S { return &c.optim.weight_decay_layers; },
        kDecayLayers),
    number(
        "optim.momentum", [](C& c) -> S { return &c.optim.momentum; }, 0),
    number(
        "optim.beta1", [](C& c) -> S { return &c.optim.beta1; }, 0, 1, true),
    number(
        "optim.beta2", [](C& c) -> S { return &c.optim.beta2; }, 0, 1, true),
    number(
        "optim.eps", [](C& c) -> S { return &c.optim.eps; }, 0),
    text(
        "optim.scheduler", [](C& c) -> S { return &c.optim.scheduler; }, kSchedulers),
    count(
        "optim.step_size", [](C& c) -> S { return &c.optim.step_size; }, 1),
    number(
        "optim.lr_decay", [](C& c) -> S { return &c.optim.lr_decay; }, 0, 1),
    count(
        "optim.patience", [](C& c) -> S { return &c.optim.patience; }, 0),
    number(
        "optim.min_lr", [](C& c) -> S { return &c.optim.min_lr; }, 0),
    count(
        "optim.max_epoch", [](C& c) -> S { return &c.optim.max_epoch; }, 1),
    text(
        "train.sampler", [](C& c) -> S { return &c.train.sampler; }, kSamplers),
    text(
        "train.order", [](C& c) -> S { return &c.train.order; }, kOrders),
    count(
        "train.neighbors", [](C& c) -> S { return &c.train.neighbors; }, -1),
    count(
        "train.parts", [](C& c) -> S { return &c.train.parts; }, 1),
    count(
        "train.parts_per_batch", [](C& c) -> S { return &c.train.parts_per_batch; }, 1),
    count(
        "train.max_nodes", [](C& c) -> S { return &c.train.max_nodes; }, 0),
    count(
        "train.max_edges", [](C& c) -> S { return &c.train.max_edges; }, 0),
    count(
        "train.batch_size", [](C& c) -> S { return &c.train.batch_size; }, 1),
    count(
        "train.batches_per_epoch", [](C& c) -> S { return &c.train.batches_per_epoch; }, 0),
    count(
        "train.eval_period", [](C& c) -> S { return &c.train.eval_period; }, 1),
    count(
        "train.ckpt_period", [](C& c) -> S { return &c.train.ckpt_period; }, 0),
    count(
        "train.early_stop", [](C& c) -> S { return &c.train.early_stop; }, 0),
};

std::string plain(double value) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << value;
  return out.str();
}

}  // namespace

std::span<const ConfigField> config_fields() { return kFields; }

std::string range_of(const ConfigField& field) {
  if (field.least < -kMaxCount) {
    return "";
  }
  if (field.most >= kMaxCount) {
    return ">= " + plain(field.least);
  }
  return "in [" + plain(field.least) + ", " + plain(field.most) + (field.below_most ? ")" : "]");
}

}  // namespace isthmus::train
