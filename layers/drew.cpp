#include "isthmus/layers/drew.hpp"

#include <functional>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/mlp.hpp"

#include "check_edges.hpp"
#include "check_graph.hpp"
#include "edge_mask.hpp"
#include "neighbour_sums.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {
namespace {

/// What a layer hears from one ring when its nodes are in a state.
using HeardFrom = std::function<at::Tensor(const at::Tensor& state)>;

const torch::nn::ModuleListImpl& rings_of_layer(const torch::nn::ModuleList& rings,
                                                std::int64_t t) {
  return *rings->ptr(static_cast<std::size_t>(t))->as<torch::nn::ModuleListImpl>();
}

}  // namespace

DrewImpl::DrewImpl(const DrewOptions& drew_options) : options(drew_options) {
  const DrewShape& shape = options.shape();
  TORCH_CHECK(options.channels() >= 1, "Drew: channels must be >= 1, got ", options.channels());
  TORCH_CHECK(options.num_layers() >= 0, "Drew: num_layers must be >= 0, got ",
              options.num_layers());
  TORCH_CHECK(shape.rings >= 1, "Drew: rings must be >= 1, got ", shape.rings);
  TORCH_CHECK(shape.delay >= 0, "Drew: delay must be >= 1, or 0 for none, got ", shape.delay);
  TORCH_CHECK(!shape.self_loops || options.form() == DrewForm::kGcn,
              "Drew: self_loops are of the GCN form alone, the GIN form hears the node itself");
  reset();
}

void DrewImpl::reset() {
  const std::int64_t width = options.channels();
  const bool gin = options.form() == DrewForm::kGin;
  parts_ = {};
  part_of_type_.resize(static_cast<std::size_t>(options.shape().rings));
  std::iota(part_of_type_.begin(), part_of_type_.end(), std::size_t{0});
  rings = register_module("rings", torch::nn::ModuleList());
  own = torch::nn::ModuleList(nullptr);
  if (gin) {
    own = register_module("own", torch::nn::ModuleList());
  }
  for (std::int64_t t = 0; t < options.num_layers(); ++t) {
    torch::nn::ModuleList of_layer;
    for (std::int64_t k = 0; k < drew_rings(t, options.shape().rings); ++k) {
      if (gin) {
        of_layer->push_back(Mlp(MlpOptions({width, width, width})));
      } else {
        of_layer->push_back(Linear(LinearOptions(width, width).bias(false)));
      }
    }
    rings->push_back(of_layer);
    if (gin) {
      own->push_back(Mlp(MlpOptions({width, width, width})));
    }
  }
  const at::Tensor zeros = gin ? at::zeros({options.num_layers()}) : at::Tensor();
  eps = !gin                  ? at::Tensor()
        : options.train_eps() ? register_parameter("eps", zeros)
                              : register_buffer("eps", zeros);
  Initializer init(options.seed());
  reset_parameters(init);
}

void DrewImpl::reset_parameters(Initializer& init) {
  for (std::int64_t t = 0; t < options.num_layers(); ++t) {
    for (const auto& ring : rings_of_layer(rings, t)) {
      if (auto* mlp = ring->as<MlpImpl>()) {
        mlp->reset_parameters(init);
      } else {
        ring->as<LinearImpl>()->reset_parameters(init);
      }
    }
    if (own) {
      own->ptr<MlpImpl>(static_cast<std::size_t>(t))->reset_parameters(init);
    }
  }
  if (eps.defined()) {
    Initializer::fill(eps, 0.0);
  }
}

void DrewImpl::pretty_print(std::ostream& stream) const {
  const std::int64_t delay = options.shape().delay;
  stream << "Drew(" << (options.form() == DrewForm::kGin ? "GIN" : "GCN") << ", "
         << options.channels() << ", layers=" << options.num_layers()
         << ", rings=" << options.shape().rings
         << ", delay=" << (delay == kNoDelay ? "none" : std::to_string(delay)) << ")";
}

at::Tensor DrewImpl::forward(const at::Tensor& x, const at::Tensor& edge_type, const Graph& graph) {
  ConvContext context(graph);
  context.edge_type = edge_type;
  return forward(x, context);
}

at::Tensor DrewImpl::forward(const at::Tensor& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  check_graph("Drew", x, graph, options.channels());
  TORCH_CHECK(!is_sampled(context), "Drew: the graph must be whole, got a sample");
  const at::Tensor edge_type = context.edge_type.defined() || graph.num_edges() > 0
                                   ? context.edge_type
                                   : at::empty({0}, at::kLong);
  check_edge_type("Drew", edge_type, graph);
  const bool gin = options.form() == DrewForm::kGin;
  std::vector<HeardFrom> heard;
  for (const EdgeParts::Part& ring : parts_.of("Drew", graph, edge_type, part_of_type_)) {
    ConvContext of_ring(ring.graph);
    if (is_masked(context)) {
      of_ring.edge_mask = context.edge_mask.index_select(0, ring.edges);
    }
    if (gin) {
      heard.emplace_back([of_ring](const at::Tensor& state) {
        return neighbour_reduce(state, of_ring, ops::Reduce::kSum);
      });
    } else {
      const Normalisation how{.add_self_loops = options.shape().self_loops, .normalize = true};
      heard.emplace_back(NormalisedSum(of_ring, how, x.options()));
    }
  }
  std::vector<at::Tensor> states = {x};
  for (std::int64_t t = 0; t < options.num_layers(); ++t) {
    const at::Tensor& now = states.back();
    const torch::nn::ModuleListImpl& of_layer = rings_of_layer(rings, t);
    at::Tensor sum;
    for (std::size_t k = 0; k < of_layer.size(); ++k) {
      const auto hop = static_cast<std::int64_t>(k) + 1;
      const std::int64_t at_state = drew_state(t, hop, options.shape().delay);
      const at::Tensor message = heard[k](states[static_cast<std::size_t>(at_state)]);
      const at::Tensor term = gin ? of_layer.ptr<MlpImpl>(k)->forward(message)
                                  : of_layer.ptr<LinearImpl>(k)->forward(message);
      sum = sum.defined() ? sum + term : term;
    }
    states.push_back(gin ? own->ptr<MlpImpl>(static_cast<std::size_t>(t))->forward(now) *
                                   (eps.select(0, t) + 1.0) +
                               sum
                         : now + sum.relu());
  }
  return states.back();
}

}  // namespace isthmus::layers
