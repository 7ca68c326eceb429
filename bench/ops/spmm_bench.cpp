// Aggregation (sum, forward and backward) against the machine's limit and against everybody else:
// section 6 of the message-passing specification. `./run bench spmm --help` lists the options.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "op_contest.hpp"
#include "shapes.hpp"

namespace {

using isthmus::Graph;
using isthmus::Plan;
namespace bench = isthmus::bench;

/// A3: 2e-6 sqrt(degree) max |x|, by row.
at::Tensor allowed_error(const isthmus::CsrView& csr, const at::Tensor& x) {
  at::Tensor allowed = at::empty({csr.num_rows(), 1}, at::kDouble);
  const double unit = 2e-6 * x.abs().max().item<double>();
  for (isthmus::NodeId row = 0; row < csr.num_rows(); ++row) {
    allowed.data_ptr<double>()[row] =
        unit * std::sqrt(std::max(1.0, static_cast<double>(csr.degree(row))));
  }
  return allowed;
}

void run_width(const bench::Shape& shape, const Graph& graph, const bench::EdgeIndex& index,
               std::int64_t width, int threads, bench::Peers& peers, bench::OpReport& report) {
  const Plan& plan = graph.plan();
  bench::OpCase contest;
  contest.op = "sum";
  contest.shape = shape.name;
  contest.width = width;
  contest.threads = threads;
  at::manual_seed(1);
  const at::Tensor x = at::randn({graph.num_src(), width});
  contest.leaves = {x};
  contest.gradient = at::randn({graph.num_dst(), width});
  contest.ours = {.name = "isthmus", .apply = [&graph](const bench::Tensors& leaves) {
                    return isthmus::ops::aggregate(leaves[0], graph, isthmus::ops::Reduce::kSum);
                  }};
  contest.others = bench::sum_paths(graph, index, width);
  contest.reference = {
      bench::reference_sum(x, index.src, index.dst, graph.num_dst()),
      bench::reference_sum(contest.gradient, index.dst, index.src, graph.num_src())};
  contest.tolerance = {allowed_error(plan.csr(), x), allowed_error(plan.csc(), contest.gradient)};
  bench::Roofline forward(plan.csr(), plan.csr_chunks(), x.data_ptr<float>(), graph.num_src(),
                          width);
  bench::Roofline backward(plan.csc(), plan.csc_chunks(), contest.gradient.data_ptr<float>(),
                           graph.num_dst(), width);
  contest.forward_limit = &forward;
  contest.backward_limit = &backward;
  report.run(contest, peers);
}

int run(int argc, char** argv) {
  bench::Options options =
      bench::parse_options(argc, argv, "spmm", bench::DefaultThreads::kOneAndAll);
  isthmus::ops::install_tensor_allocator();
  isthmus::ops::install_tensor_executor();
  std::vector<std::string> names;
  for (const bench::Shape& shape : bench::all_shapes()) {
    names.emplace_back(shape.name);
  }
  bench::OpReport report(options, "spmm");
  for (const int threads : options.threads) {
    const isthmus::ThreadBudget budget(threads);
    bench::Peers peers(options, threads);
    for (const std::string& name : bench::OpReport::shapes_or(options, names)) {
      const bench::Shape& shape = bench::find_shape(name);
      const Graph graph = shape.make();
      graph.plan().prepare();
      const bench::EdgeIndex index(graph);
      const Plan::Cost cost = graph.plan().cost();
      std::printf("\n%s: %d nodes, %lld arcs; plan %.0f ms, %.1f MiB\n", name.c_str(),
                  graph.num_nodes(), static_cast<long long>(graph.num_edges()), 1e3 * cost.seconds,
                  static_cast<double>(cost.bytes) / 1048576.0);
      peers.set_graph(name, index);
      for (const std::int64_t width : bench::OpReport::widths_or(options, shape.features)) {
        run_width(shape, graph, index, width, threads, peers, report);
      }
    }
  }
  return report.finish();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spmm: %s\n", error.what());
    return 1;
  }
}
