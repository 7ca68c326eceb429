#include "isthmus/explain/subject.hpp"

#include <algorithm>
#include <deque>
#include <numeric>
#include <string>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "isthmus/core/error.hpp"
#include "isthmus/layers/norm.hpp"

namespace isthmus::explain {
namespace {

at::Tensor index_of(const std::vector<std::int64_t>& numbers) {
  return at::tensor(at::ArrayRef<std::int64_t>(numbers.data(), numbers.size()), at::kLong);
}

/// Arcs from each node to `target`, up to `limit` (negative: any number); -1 beyond.
std::vector<std::int64_t> hops_to(const Graph& graph, NodeId target, std::int64_t limit) {
  std::vector<std::int64_t> hops(static_cast<std::size_t>(graph.num_nodes()), -1);
  hops[static_cast<std::size_t>(target)] = 0;
  std::deque<NodeId> open = {target};
  while (!open.empty()) {
    const NodeId v = open.front();
    open.pop_front();
    const std::int64_t next = hops[static_cast<std::size_t>(v)] + 1;
    if (limit >= 0 && next > limit) {
      break;
    }
    for (const NodeId source : graph.csr().row(v)) {
      std::int64_t& known = hops[static_cast<std::size_t>(source)];
      if (known < 0) {
        known = next;
        open.push_back(source);
      }
    }
  }
  return hops;
}

layers::NodeInput rows_of(const layers::NodeInput& x, const std::vector<std::int64_t>& rows) {
  if (const auto* sparse = std::get_if<ops::SparseMatrix>(&x)) {
    return sparse->index_select(rows).to_dense();
  }
  return std::get<at::Tensor>(x).index_select(0, index_of(rows));
}

std::vector<double> probabilities_of(const Subject& subject) {
  const at::NoGradGuard no_grad;
  return class_probabilities(target_scores(subject, std::get<at::Tensor>(subject.input.x), {}));
}

void predict_label(Subject& subject) {
  const std::vector<double> p = probabilities_of(subject);
  subject.label = std::max_element(p.begin(), p.end()) - p.begin();
}

/// All of a graph, explained.
Subject whole_subject(layers::Gnn model, const train::ModelInput& input) {
  Subject subject{.model = std::move(model), .input = input};
  subject.input.x = layers::to_dense(input.x);
  subject.nodes.resize(static_cast<std::size_t>(input.graph.num_nodes()));
  std::iota(subject.nodes.begin(), subject.nodes.end(), std::int64_t{0});
  subject.edges.resize(static_cast<std::size_t>(input.graph.num_edges()));
  std::iota(subject.edges.begin(), subject.edges.end(), std::int64_t{0});
  subject.explained.assign(subject.edges.size(), 1);
  subject.whole_nodes = input.graph.num_nodes();
  return subject;
}

/// Leaves out the edges of a whole graph with an end too far away.
void explain_only_within(Subject& subject) {
  if (subject.within < 0) {
    return;
  }
  const auto near = [&](NodeId v) {
    const std::int64_t hops = subject.hops[static_cast<std::size_t>(v)];
    return hops >= 0 && hops <= subject.within;
  };
  const CsrView csr = subject.input.graph.csr();
  const EdgePositions eid = subject.input.graph.eid();
  EdgeId slot = 0;
  for (NodeId row = 0; row < csr.num_rows(); ++row) {
    for (const NodeId source : csr.row(row)) {
      const auto e = static_cast<std::size_t>(eid[slot++]);
      subject.explained[e] = near(row) && near(source) ? 1 : 0;
    }
  }
}

}  // namespace

std::int64_t reach(const layers::GnnOptions& options) {
  const bool by_source = options.layer_type == layers::LayerType::kGcn &&
                         options.degree_norm == layers::DegreeNorm::kSource;
  if (layers::is_graph_norm(options.norm) || options.virtual_node || by_source) {
    return -1;
  }
  // The groups of a reversible layer hear each other one after the other.
  const std::int64_t passes =
      options.layers_mp *
      (options.stage_type == layers::StageType::kReversible ? options.reversible.groups : 1);
  switch (options.layer_type) {
    case layers::LayerType::kLinear:
      return 0;
    case layers::LayerType::kSg:
      return passes * (options.hops > 0 ? options.hops : 1);
    case layers::LayerType::kAppnp:
    case layers::LayerType::kDagnn:
      return passes * (options.hops > 0 ? options.hops : 10);
    default:
      return passes;
  }
}

Subject subject_of_node(layers::Gnn model, const train::ModelInput& whole, std::int64_t node,
                        std::int64_t within) {
  const Graph& graph = whole.graph;
  if (node < 0 || node >= graph.num_nodes()) {
    throw InvalidArgument("subject_of_node: node must be in 0.." +
                          std::to_string(graph.num_nodes() - 1) + ", got " + std::to_string(node));
  }
  if (within < -1) {
    throw InvalidArgument("subject_of_node: within must be >= -1, got " + std::to_string(within));
  }
  const std::int64_t far = reach(model->options());
  const std::int64_t asked = far < 0 ? within : within < 0 ? far : std::min(far, within);
  std::vector<std::int64_t> hops =
      hops_to(graph, static_cast<NodeId>(node), far < 0 ? far : far + 1);
  if (far < 0) {
    Subject subject = whole_subject(std::move(model), whole);
    subject.row = node;
    subject.number = node;
    subject.hops = std::move(hops);
    subject.within = asked;
    explain_only_within(subject);
    predict_label(subject);
    return subject;
  }

  Subject subject{.model = std::move(model), .input = {}};
  subject.number = node;
  subject.within = asked;
  subject.whole_nodes = graph.num_nodes();
  std::vector<std::int64_t> place(hops.size(), -1);
  for (std::size_t v = 0; v < hops.size(); ++v) {
    if (hops[v] >= 0) {
      place[v] = static_cast<std::int64_t>(subject.nodes.size());
      subject.nodes.push_back(static_cast<std::int64_t>(v));
      subject.hops.push_back(hops[v]);
    }
  }
  subject.row = place[static_cast<std::size_t>(node)];

  std::vector<std::int64_t> src;
  std::vector<std::int64_t> dst;
  const CsrView csr = graph.csr();
  const EdgePositions eid = graph.eid();
  for (const std::int64_t v : subject.nodes) {
    if (hops[static_cast<std::size_t>(v)] > far) {
      continue;
    }
    EdgeId slot = csr.rowptr[static_cast<std::size_t>(v)];
    for (const NodeId source : csr.row(static_cast<NodeId>(v))) {
      src.push_back(place[static_cast<std::size_t>(source)]);
      dst.push_back(place[static_cast<std::size_t>(v)]);
      subject.edges.push_back(eid[slot++]);
      const bool near = std::max(hops[static_cast<std::size_t>(source)],
                                 hops[static_cast<std::size_t>(v)]) <= asked;
      subject.explained.push_back(near ? 1 : 0);
    }
  }
  const auto nodes = static_cast<std::int64_t>(subject.nodes.size());
  subject.input.graph = Graph::from_coo64(nodes, nodes, src, dst);
  subject.input.x = rows_of(whole.x, subject.nodes);
  const auto of_edges = [&](const at::Tensor& all) {
    return all.defined() ? all.index_select(0, index_of(subject.edges)) : all;
  };
  subject.input.edge_attr = of_edges(whole.edge_attr);
  subject.input.edge_type = of_edges(whole.edge_type);
  predict_label(subject);
  return subject;
}

Subject subject_of_graph(layers::Gnn model, const train::ModelInput& graph, std::int64_t number) {
  Subject subject = whole_subject(std::move(model), graph);
  subject.number = number;
  predict_label(subject);
  return subject;
}

at::Tensor target_scores(const Subject& subject, const at::Tensor& x, const at::Tensor& edge_mask) {
  train::ModelInput input = subject.input;
  input.x = x;
  input.edge_mask = edge_mask;
  layers::Gnn model = subject.model;
  return train::run_model(model, input).select(0, subject.row);
}

at::Tensor class_logit(const at::Tensor& scores, std::int64_t label) {
  if (scores.size(0) == 1) {
    return label == 1 ? scores[0] : -scores[0];
  }
  return scores[label];
}

at::Tensor class_loss(const at::Tensor& scores, std::int64_t label) {
  return scores.size(0) == 1 ? -at::log_sigmoid(class_logit(scores, label))
                             : -at::log_softmax(scores, 0)[label];
}

double probability_of_label(const Subject& subject) {
  return probabilities_of(subject)[static_cast<std::size_t>(subject.label)];
}

std::vector<double> class_probabilities(const at::Tensor& scores) {
  const at::Tensor wide = scores.detach().to(at::kDouble);
  const at::Tensor logits =
      wide.size(0) == 1 ? at::stack({at::zeros_like(wide[0]), wide[0]}) : wide;
  const at::Tensor p = at::softmax(logits, 0).contiguous();
  return {p.data_ptr<double>(), p.data_ptr<double>() + p.numel()};
}

}  // namespace isthmus::explain
