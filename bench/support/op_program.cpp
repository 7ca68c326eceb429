#include "op_program.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include <ATen/ATen.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"
#include "isthmus/partition/locality_order.hpp"

#include "shapes.hpp"

namespace isthmus::bench {
namespace {

/// The arcs in the order of the rows: then every contestant sees edge tensors in one order, and
/// ours needs no map.
Graph in_row_order(const Graph& graph) {
  if (graph.eid().is_identity()) {
    return graph;
  }
  const CsrView csr = graph.csr();
  return Graph::from_csr(graph.num_src(), {csr.rowptr.begin(), csr.rowptr.end()},
                         {csr.col.begin(), csr.col.end()});
}

/// The graph renumbered for locality (who races on it, races on the new numbers); nothing if the
/// order keeps the numbers, so that the line would repeat the one before.
std::optional<Graph> ordered(const Graph& graph, partition::NodeOrder order, std::int64_t width) {
  const auto found = partition::locality_order(
      graph, {.order = order, .row_bytes = width * static_cast<std::int64_t>(sizeof(float))});
  std::printf("order F %lld: %s (%.1f s)\n", static_cast<long long>(width), found.summary().c_str(),
              found.seconds);
  if (std::is_sorted(found.node.begin(), found.node.end())) {
    return std::nullopt;
  }
  return graph.reordered(found.node);
}

class Program {
 public:
  Program(int argc, char** argv, const OpProgram& program)
      : program_(program),
        ops_(program.ops),
        orders_(program.orders ? std::vector<std::string>{"none", "auto"}
                               : std::vector<std::string>{"none"}),
        options_(parse_options(argc, argv, program.name, DefaultThreads::kOneAndAll, extra())),
        report_(options_, program.name) {
    options_.beside = beside_;
    ops::install_tensor_allocator();
    ops::install_tensor_executor();
    for (const std::string& op : ops_) {
      if (std::find(program.ops.begin(), program.ops.end(), op) == program.ops.end()) {
        throw InvalidArgument("--op: no operation " + op + " in this benchmark");
      }
    }
    if (options_.quick) {
      ops_.resize(1);
      orders_.resize(1);
    }
  }

  int run() {
    for (const int threads : options_.threads) {
      const ThreadBudget budget(threads);
      Peers peers(options_, threads);
      for (const std::string& name : OpReport::shapes_or(options_, program_.shapes)) {
        const Shape& shape = find_shape(name);
        const Graph graph = in_row_order(shape.make());
        const auto widths = OpReport::widths_or(
            options_, program_.widths.empty() ? shape.features : program_.widths);
        for (const std::string& order : orders_) {
          run_order(name, graph, order, widths, threads, peers);
        }
      }
    }
    return report_.finish();
  }

 private:
  std::vector<ExtraOption> extra() {
    std::vector<ExtraOption> list{
        {"--beside TEXT,...", "only competitors whose names hold one of these",
         [this](const std::string& value) { beside_ = split_list(value); }}};
    if (program_.ops.size() > 1) {
      list.push_back({"--op NAME,...", "operations, all unless named",
                      [this](const std::string& value) { ops_ = split_list(value); }});
    }
    if (program_.orders) {
      list.push_back({"--order NAME,...", "orders of the nodes (default none,auto)",
                      [this](const std::string& value) { orders_ = split_list(value); }});
    }
    return list;
  }

  void run_order(const std::string& shape, const Graph& graph, const std::string& order,
                 const std::vector<std::int64_t>& widths, int threads, Peers& peers) {
    const partition::NodeOrder node_order = partition::parse_node_order(order);
    if (node_order == partition::NodeOrder::kNone) {
      run_widths(shape, graph, widths, threads, peers);
      return;
    }
    // The order depends on how many rows fit the cache, hence on the width.
    for (const std::int64_t width : widths) {
      if (const std::optional<Graph> better = ordered(graph, node_order, width)) {
        run_widths(shape + " " + order, *better, {width}, threads, peers);
      }
    }
  }

  void run_widths(const std::string& name, const Graph& graph,
                  const std::vector<std::int64_t>& widths, int threads, Peers& peers) {
    const Plan& plan = graph.plan();
    plan.prepare();
    const EdgeIndex index(graph);
    const Plan::Cost cost = plan.cost();
    std::printf("\n%s: %d nodes, %lld arcs; plan %.0f ms, %.1f MiB\n", name.c_str(),
                graph.num_nodes(), static_cast<long long>(graph.num_edges()), 1e3 * cost.seconds,
                static_cast<double>(cost.bytes) / 1048576.0);
    peers.set_graph(name, index);
    for (const std::int64_t width : widths) {
      for (const std::string& op : ops_) {
        at::manual_seed(1);
        OpCase contest = program_.make(op, {graph, index, width});
        if (contest.leaves.size() > 1 && !graph.eid().is_identity()) {
          continue;  // edge tensors keep the caller's order, in which others would not gain
        }
        contest.op = op;
        contest.shape = name;
        contest.width = width;
        contest.threads = threads;
        std::optional<Roofline> forward;
        std::optional<Roofline> backward;
        if (contest.gathers) {
          forward.emplace(plan.csr(), plan.csr_chunks(), contest.leaves[0].data_ptr<float>(),
                          graph.num_src(), width);
          backward.emplace(plan.csc(), plan.csc_chunks(), contest.gradient.data_ptr<float>(),
                           graph.num_dst(), width);
          contest.forward_limit = &*forward;
          contest.backward_limit = &*backward;
        }
        report_.run(contest, peers);
      }
    }
  }

  const OpProgram& program_;
  std::vector<std::string> ops_;
  std::vector<std::string> orders_;
  std::vector<std::string> beside_;
  Options options_;
  OpReport report_;
};

}  // namespace

int run_op_program(int argc, char** argv, const OpProgram& program) {
  try {
    return Program(argc, argv, program).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program.name.c_str(), error.what());
    return 1;
  }
}

}  // namespace isthmus::bench
