// The maximum over neighbours, forward and backward, against the machine's limit for a gather and
// against everybody else. `./run bench max --help` lists the options.

#include <cstdio>
#include <exception>
#include <string>

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

void run_width(const std::string& shape, const Graph& graph, const bench::EdgeIndex& index,
               std::int64_t width, int threads, bench::Peers& peers, bench::OpReport& report) {
  const Plan& plan = graph.plan();
  bench::OpCase contest;
  contest.op = "max";
  contest.shape = shape;
  contest.width = width;
  contest.threads = threads;
  contest.aim = 1.5;
  at::manual_seed(1);
  contest.leaves = {at::randn({graph.num_src(), width})};
  contest.gradient = at::randn({graph.num_dst(), width});
  contest.ours = {.name = "isthmus", .apply = [&graph](const bench::Tensors& leaves) {
                    return isthmus::ops::aggregate(leaves[0], graph, isthmus::ops::Reduce::kMax);
                  }};
  contest.others = bench::max_paths(graph, index, width);
  bench::set_reference(contest, contest.others.front(), 2e-6);
  bench::Roofline forward(plan.csr(), plan.csr_chunks(), contest.leaves[0].data_ptr<float>(),
                          graph.num_src(), width);
  bench::Roofline backward(plan.csc(), plan.csc_chunks(), contest.gradient.data_ptr<float>(),
                           graph.num_dst(), width);
  contest.forward_limit = &forward;
  contest.backward_limit = &backward;
  report.run(contest, peers);
}

int run(int argc, char** argv) {
  const bench::Options options =
      bench::parse_options(argc, argv, "max", bench::DefaultThreads::kOneAndAll);
  isthmus::ops::install_tensor_allocator();
  isthmus::ops::install_tensor_executor();
  bench::OpReport report(options, "max");
  for (const int threads : options.threads) {
    const isthmus::ThreadBudget budget(threads);
    bench::Peers peers(options, threads);
    for (const std::string& name : bench::OpReport::shapes_or(
             options, {"pyg-spmm", "pyg-ei", "arxiv-like", "arxiv-like-shuffled"})) {
      const Graph graph = bench::find_shape(name).make();
      graph.plan().prepare();
      const bench::EdgeIndex index(graph);
      peers.set_graph(name, index);
      for (const std::int64_t width : bench::OpReport::widths_or(options, {32, 64, 128})) {
        run_width(name, graph, index, width, threads, peers, report);
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
    std::fprintf(stderr, "max: %s\n", error.what());
    return 1;
  }
}
