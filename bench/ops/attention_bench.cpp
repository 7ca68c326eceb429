// GAT's attention with eight heads, forward and backward, against the machine's limit for a gather
// and against everybody else. `./run bench attention --help` lists the options.

#include <cstdio>
#include <exception>
#include <string>

#include <ATen/ATen.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/attention.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "op_contest.hpp"
#include "shapes.hpp"

namespace {

using isthmus::Graph;
using isthmus::Plan;
namespace bench = isthmus::bench;

constexpr std::int64_t kHeads = 8;

void run_width(const std::string& shape, const Graph& graph, const bench::EdgeIndex& index,
               std::int64_t width, int threads, bench::Peers& peers, bench::OpReport& report) {
  const Plan& plan = graph.plan();
  bench::OpCase contest;
  contest.op = "attention";
  contest.shape = shape;
  contest.width = width;
  contest.threads = threads;
  contest.aim = 1.5;
  at::manual_seed(1);
  contest.leaves = {at::randn({graph.num_src(), width}), at::randn({graph.num_src(), kHeads}),
                    at::randn({graph.num_dst(), kHeads})};
  contest.gradient = at::randn({graph.num_dst(), width});
  contest.ours = {.name = "isthmus", .apply = [&graph](const bench::Tensors& leaves) {
                    return isthmus::ops::gat_attention(leaves[0], leaves[1], leaves[2], graph);
                  }};
  contest.others = bench::attention_paths(index, width, kHeads);
  bench::set_reference(contest, contest.others.front(), 1e-5);
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
      bench::parse_options(argc, argv, "attention", bench::DefaultThreads::kOneAndAll);
  isthmus::ops::install_tensor_allocator();
  isthmus::ops::install_tensor_executor();
  bench::OpReport report(options, "attention");
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
    std::fprintf(stderr, "attention: %s\n", error.what());
    return 1;
  }
}
