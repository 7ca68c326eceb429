#include "layers/layer_cases.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include <torch/autograd.h>
#include <torch/types.h>

#include "support/graph_factories.hpp"

namespace isthmus::test {

Graph awkward_graph() {
  const std::vector<NodeId> src{0, 1, 1, 2, 2, 0, 0, 3, 4};
  const std::vector<NodeId> dst{1, 0, 2, 1, 2, 2, 2, 4, 3};
  return Graph::from_coo(6, src, dst);
}

Graph random_graph(NodeId n, std::int64_t m, std::uint64_t seed) {
  return random_multigraph(n, m, seed);
}

Graph renamed(const Graph& graph, const std::vector<std::int64_t>& order) {
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const Edge& arc : graph.arcs()) {
    src.push_back(static_cast<NodeId>(order[static_cast<std::size_t>(arc.u)]));
    dst.push_back(static_cast<NodeId>(order[static_cast<std::size_t>(arc.v)]));
  }
  return Graph::from_coo(graph.num_nodes(), src, dst);
}

at::Tensor adjacency(const Graph& graph) {
  at::Tensor a = torch::zeros({graph.num_dst(), graph.num_src()}, torch::kDouble);
  for (const Edge& arc : graph.arcs()) {
    a[arc.v][arc.u] += 1.0;
  }
  return a;
}

at::Tensor dense_s(const Graph& graph, bool add_self_loops) {
  at::Tensor a = adjacency(graph);
  if (add_self_loops) {
    a.fill_diagonal_(1.0);
  }
  const at::Tensor degree = a.sum(1);
  const at::Tensor d = torch::where(degree > 0, degree.pow(-0.5), torch::zeros_like(degree));
  return d.unsqueeze(1) * a * d.unsqueeze(0);
}

double move_difference(const Graph& graph, const at::Tensor& x, std::uint64_t seed,
                       const std::function<at::Tensor(const at::Tensor&, const Graph&)>& f) {
  const std::vector<std::int64_t> order = RandomStream(seed, 9).permutation(graph.num_nodes());
  const at::Tensor index = torch::tensor(order, torch::kLong);
  const at::Tensor moved = torch::empty_like(x).index_copy_(0, index, x);
  return max_difference(f(x, graph), f(moved, renamed(graph, order)).index_select(0, index));
}

at::Tensor features(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  RandomStream stream(seed, 2);
  at::Tensor x = torch::empty({rows, cols}, torch::kDouble);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr<double>()[i] = stream.normal();
  }
  return x;
}

at::Tensor bag_of_words(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  RandomStream stream(seed, 3);
  at::Tensor x = torch::zeros({rows, cols}, torch::kDouble);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr<double>()[i] = stream.uniform() < 0.35 ? 1.0 + static_cast<double>(i % 3) : 0.0;
  }
  return x;
}

ops::SparseMatrix sparse_of(const at::Tensor& dense) {
  std::vector<std::int64_t> rowptr{0};
  std::vector<std::int32_t> col;
  std::vector<float> value;
  for (std::int64_t r = 0; r < dense.size(0); ++r) {
    for (std::int64_t c = 0; c < dense.size(1); ++c) {
      const double entry = dense[r][c].item<double>();
      if (entry != 0.0) {
        col.push_back(static_cast<std::int32_t>(c));
        value.push_back(static_cast<float>(entry));
      }
    }
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  return {dense.size(0), dense.size(1), rowptr, col, value, dense.scalar_type()};
}

double max_difference(const at::Tensor& a, const at::Tensor& b) {
  if (!a.sizes().equals(b.sizes())) {
    return std::numeric_limits<double>::infinity();
  }
  return a.numel() == 0 ? 0.0 : (a - b).abs().max().item<double>();
}

::testing::AssertionResult module_gradcheck(const std::function<at::Tensor()>& f,
                                            const std::vector<at::Tensor>& leaves,
                                            const GradcheckOptions& options) {
  const auto probed = [&f] {
    const at::Tensor output = f();
    return (output * probe_like(output)).sum();
  };
  const auto gradients = torch::autograd::grad({probed()}, leaves, {}, {}, false, true);
  const torch::NoGradGuard no_grad;
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const at::Tensor got =
        gradients[k].defined() ? gradients[k].contiguous() : torch::zeros_like(leaves[k]);
    double* element = leaves[k].data_ptr<double>();
    for (std::int64_t i = 0; i < leaves[k].numel(); ++i) {
      const double original = element[i];
      element[i] = original + options.step;
      const double above = probed().item<double>();
      element[i] = original - options.step;
      const double below = probed().item<double>();
      element[i] = original;
      const double numeric = (above - below) / (2 * options.step);
      const double analytic = got.data_ptr<double>()[i];
      if (!(std::abs(analytic - numeric) <= options.tolerance * (1 + std::abs(numeric)))) {
        return ::testing::AssertionFailure()
               << "leaf " << k << ", element " << i << ": backward gives " << analytic
               << ", central differences " << numeric;
      }
    }
  }
  return ::testing::AssertionSuccess();
}

std::vector<at::Tensor> leaves_of(const torch::nn::Module& module, const at::Tensor& x) {
  std::vector<at::Tensor> leaves = module.parameters();
  if (x.requires_grad()) {
    leaves.push_back(x);
  }
  return leaves;
}

std::int64_t parameters_of(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

std::vector<std::string> tensor_names(const torch::nn::Module& module) {
  std::vector<std::string> names;
  const auto add = [&names](const auto& entry) {
    std::ostringstream text;
    text << entry.key() << " " << entry.value().sizes();
    names.push_back(text.str());
  };
  for (const auto& entry : module.named_parameters()) {
    add(entry);
  }
  for (const auto& entry : module.named_buffers()) {
    add(entry);
  }
  return names;
}

}  // namespace isthmus::test
