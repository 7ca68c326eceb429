#include "isthmus/layers/pna_conv.hpp"

#include <cmath>
#include <ostream>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/sddmm.hpp"

#include "check_graph.hpp"
#include "edge_level.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

/// Mean of f(d) over a histogram of degrees d; 1 where that is 0 or nobody was counted.
template <typename F>
double mean_over(const std::vector<std::int64_t>& histogram, const F& f) {
  double sum = 0.0;
  double nodes = 0.0;
  for (std::size_t degree = 0; degree < histogram.size(); ++degree) {
    sum += static_cast<double>(histogram[degree]) * f(static_cast<double>(degree));
    nodes += static_cast<double>(histogram[degree]);
  }
  return sum > 0.0 ? sum / nodes : 1.0;
}

std::int64_t count(std::size_t size) { return static_cast<std::int64_t>(size); }

}  // namespace

PnaTowerImpl::PnaTowerImpl(std::int64_t in, std::int64_t out, std::int64_t layers,
                           Activation activation)
    : in_channels(in), out_channels(out), num_layers(layers), act(activation) {
  reset();
}

void PnaTowerImpl::reset() {
  lins.clear();
  for (std::int64_t i = 0; i < num_layers; ++i) {
    lins.push_back(register_module(std::to_string(2 * i),
                                   Linear(i == 0 ? in_channels : out_channels, out_channels)));
  }
}

void PnaTowerImpl::reset_parameters(Initializer& init) {
  for (Linear& lin : lins) {
    lin->reset_parameters(init);
  }
}

at::Tensor PnaTowerImpl::forward_from_first(at::Tensor h) {
  for (std::size_t i = 1; i < lins.size(); ++i) {
    h = lins[i]->forward(activate(h, act));
  }
  return h;
}

PnaDegreesImpl::PnaDegreesImpl(std::vector<std::int64_t> degree_histogram, bool train_norm)
    : histogram(std::move(degree_histogram)), trained(train_norm) {
  reset();
}

void PnaDegreesImpl::reset() {
  const auto add = [this](const char* name) {
    return trained ? register_parameter(name, at::empty({1}))
                   : register_buffer(name, at::empty({1}));
  };
  avg_deg_lin = add("avg_deg_lin");
  avg_deg_log = add("avg_deg_log");
  reset_parameters();
}

void PnaDegreesImpl::reset_parameters() {
  Initializer::fill(avg_deg_lin, mean_over(histogram, [](double d) { return d; }));
  Initializer::fill(avg_deg_log, mean_over(histogram, [](double d) { return std::log1p(d); }));
}

at::Tensor PnaDegreesImpl::factors(const at::Tensor& degree,
                                   const std::vector<DegreeScaler>& scalers) const {
  const at::Tensor at_least_one = degree.clamp_min(1.0);
  std::vector<at::Tensor> columns;
  for (const DegreeScaler scaler : scalers) {
    switch (scaler) {
      case DegreeScaler::kIdentity:
        columns.push_back(at::ones_like(degree));
        break;
      case DegreeScaler::kAmplification:
        columns.push_back(degree.log1p() / avg_deg_log);
        break;
      case DegreeScaler::kAttenuation:
        columns.push_back(avg_deg_log / at_least_one.log1p());
        break;
      case DegreeScaler::kLinear:
        columns.push_back(degree / avg_deg_lin);
        break;
      case DegreeScaler::kInverseLinear:
        columns.push_back(avg_deg_lin / at_least_one);
        break;
    }
  }
  return at::cat(columns, 1);
}

PnaConvImpl::PnaConvImpl(const PnaConvOptions& conv_options) : options(conv_options) {
  const PnaShape& shape = options.shape();
  TORCH_CHECK(!shape.aggregators.empty(), "PnaConv: aggregators must not be empty, got none");
  TORCH_CHECK(!shape.scalers.empty(), "PnaConv: scalers must not be empty, got none");
  TORCH_CHECK(shape.towers >= 1, "PnaConv: towers must be >= 1, got ", shape.towers);
  TORCH_CHECK(shape.pre_layers >= 1 && shape.post_layers >= 1,
              "PnaConv: pre_layers and post_layers must be >= 1, got ", shape.pre_layers, " and ",
              shape.post_layers);
  TORCH_CHECK(!shape.divide_input || options.in_channels() % shape.towers == 0,
              "PnaConv: in_channels must be a multiple of towers, ", shape.towers, ", got ",
              options.in_channels());
  TORCH_CHECK(options.out_channels() % shape.towers == 0,
              "PnaConv: out_channels must be a multiple of towers, ", shape.towers, ", got ",
              options.out_channels());
  reset();
}

std::int64_t PnaConvImpl::tower_width() const {
  const PnaShape& shape = options.shape();
  return shape.divide_input ? options.in_channels() / shape.towers : options.in_channels();
}

void PnaConvImpl::reset() {
  const PnaShape& shape = options.shape();
  const std::int64_t width = tower_width();
  const std::int64_t copies = count(shape.aggregators.size()) * count(shape.scalers.size());
  aggr_module = register_module("aggr_module", PnaDegrees(shape.degrees, options.train_norm()));
  pre_nns = register_module("pre_nns", torch::nn::ModuleList());
  post_nns = register_module("post_nns", torch::nn::ModuleList());
  for (std::int64_t t = 0; t < shape.towers; ++t) {
    pre_nns->push_back(PnaTower(2 * width, width, shape.pre_layers, options.act()));
    post_nns->push_back(PnaTower((copies + 1) * width, options.out_channels() / shape.towers,
                                 shape.post_layers, options.act()));
  }
  lin = register_module("lin", Linear(options.out_channels(), options.out_channels()));
  Initializer init(options.seed());
  reset_parameters(init);
}

void PnaConvImpl::reset_parameters(Initializer& init) {
  aggr_module->reset_parameters();
  for (const auto& towers : {pre_nns, post_nns}) {
    for (const auto& tower : *towers) {
      tower->as<PnaTowerImpl>()->reset_parameters(init);
    }
  }
  lin->reset_parameters(init);
}

void PnaConvImpl::pretty_print(std::ostream& stream) const {
  stream << "PNAConv(" << options.in_channels() << ", " << options.out_channels()
         << ", towers=" << options.shape().towers << ", edge_dim=None)";
}

NodeInput PnaConvImpl::input_of(const NodeInput& x, std::int64_t tower) const {
  if (!options.shape().divide_input || options.shape().towers == 1) {
    return x;
  }
  const std::int64_t width = tower_width();
  return std::get<at::Tensor>(x).slice(1, tower * width, (tower + 1) * width);
}

/// What the towers make of the products of their first layers, [E, T width].
at::Tensor PnaConvImpl::messages_of(const at::Tensor& sums) {
  const std::int64_t width = tower_width();
  std::vector<at::Tensor> messages;
  for (std::int64_t t = 0; t < options.shape().towers; ++t) {
    messages.push_back(pre_nns[static_cast<std::size_t>(t)]->as<PnaTowerImpl>()->forward_from_first(
        sums.slice(1, t * width, (t + 1) * width)));
  }
  return at::cat(messages, 1);
}

/// One matrix [N, K width] per tower: all aggregators, side by side.
std::vector<at::Tensor> PnaConvImpl::aggregated(const NodeInput& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  const PnaShape& shape = options.shape();
  const std::int64_t width = tower_width();
  std::vector<at::Tensor> destinations;
  std::vector<at::Tensor> sources;
  for (std::int64_t t = 0; t < shape.towers; ++t) {
    const Linear& first = pre_nns[static_cast<std::size_t>(t)]->as<PnaTowerImpl>()->lins.front();
    const NodeInput own = input_of(x, t);
    destinations.push_back(project(own, first->weight.slice(1, 0, width), first->bias));
    sources.push_back(project(own, first->weight.slice(1, width, 2 * width), {}));
  }
  // All towers in one pass over the graph.
  const at::Tensor at_destination = at::cat(destinations, 1);
  const at::Tensor at_source = at::cat(sources, 1);
  std::vector<at::Tensor> reduced;
  if (is_masked(context)) {
    const at::Tensor messages =
        messages_of(ops::sddmm(at_source, at_destination, graph, ops::EdgeOp::kAdd)) *
        context.edge_mask.unsqueeze(1);
    for (const ops::Reduce reduce : shape.aggregators) {
      reduced.push_back(reduce_messages(messages, graph, reduce));
    }
  } else if (shape.pre_layers == 1) {
    for (const ops::Reduce reduce : shape.aggregators) {
      reduced.push_back(aggregate_sums(at_destination, at_source, graph, reduce));
    }
  } else {
    const EdgeMaps maps = edge_maps(graph);
    const at::Tensor all = messages_of(edge_sums(at_destination, at_source, maps));
    for (const ops::Reduce reduce : shape.aggregators) {
      reduced.push_back(ops::aggregate(all, maps.into_destination, reduce));
    }
  }
  std::vector<at::Tensor> towers;
  for (std::int64_t t = 0; t < shape.towers; ++t) {
    std::vector<at::Tensor> own;
    for (const at::Tensor& one : reduced) {
      own.push_back(one.slice(1, t * width, (t + 1) * width));
    }
    towers.push_back(at::cat(own, 1));
  }
  return towers;
}

/// The first weight is [W_0, W_1, ..., W_S], one block per scaler: W_0 x + sum_s f_s (W_s a).
at::Tensor PnaConvImpl::post(std::int64_t tower, const NodeInput& x, const at::Tensor& a,
                             const at::Tensor& factors) {
  auto* network = post_nns[static_cast<std::size_t>(tower)]->as<PnaTowerImpl>();
  const Linear& first = network->lins.front();
  const std::int64_t width = tower_width();
  const std::int64_t out = network->out_channels;
  const std::int64_t scalers = factors.size(1);
  const at::Tensor blocks = first->weight.slice(1, width)
                                .reshape({out, scalers, a.size(1)})
                                .transpose(0, 1)
                                .reshape({scalers * out, a.size(1)});
  const at::Tensor products = project(a, blocks, {}).reshape({a.size(0), scalers, out});
  const at::Tensor scaled = (products * factors.unsqueeze(2)).sum(1);
  return network->forward_from_first(project(x, first->weight.slice(1, 0, width), first->bias) +
                                     scaled);
}

at::Tensor PnaConvImpl::forward(const NodeInput& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor PnaConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  check_graph("PnaConv", x, graph, options.in_channels());
  const PnaShape& shape = options.shape();
  // Columns of a sparse matrix cannot be cut out.
  const NodeInput input = shape.divide_input && shape.towers > 1 ? NodeInput(to_dense(x)) : x;
  const std::vector<at::Tensor> a = aggregated(input, context);
  const at::Tensor factors = aggr_module->factors(in_degrees(graph, a.front()), shape.scalers);
  std::vector<at::Tensor> outs;
  for (std::int64_t t = 0; t < shape.towers; ++t) {
    outs.push_back(post(t, input_of(input, t), a[static_cast<std::size_t>(t)], factors));
  }
  return lin->forward(at::cat(outs, 1));
}

}  // namespace isthmus::layers
