// Many small graphs as one: what making a block-diagonal batch costs, against PyG's
// Batch.from_data_list and DGL's batch, and what it saves when messages are passed.
// `./run bench batching --help` lists the options; --features takes one width.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/batch.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"
#include "isthmus/ops/tensor_allocator.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "machine.hpp"
#include "op_contest.hpp"
#include "race.hpp"
#include "shapes.hpp"

namespace {

using isthmus::Graph;
using isthmus::GraphBatch;
using isthmus::formats::Json;
namespace bench = isthmus::bench;

/// Graphs of a data set, with their features.
struct Parts {
  Parts(std::int64_t count, std::int64_t width) : graphs(bench::small_graphs(count, 1)) {
    at::manual_seed(1);
    for (const Graph& graph : graphs) {
      graph.plan().prepare();  // as a loader does once, before the first epoch
      x.push_back(at::randn({graph.num_nodes(), width}));
    }
  }
  std::vector<Graph> graphs;
  std::vector<at::Tensor> x;
};

at::Tensor sum(const at::Tensor& x, const Graph& graph) {
  return isthmus::ops::aggregate(x, graph, isthmus::ops::Reduce::kSum);
}

/// The parts as arrays for peers: ends of arcs numbered inside each graph.
void write_parts(const std::filesystem::path& folder, const Parts& parts) {
  std::vector<std::int64_t> src;
  std::vector<std::int64_t> dst;
  std::vector<std::int64_t> nodes;
  std::vector<std::int64_t> arcs;
  for (const Graph& graph : parts.graphs) {
    for (const isthmus::Edge& arc : graph.arcs()) {
      src.push_back(arc.u);
      dst.push_back(arc.v);
    }
    nodes.push_back(graph.num_nodes());
    arcs.push_back(graph.num_edges());
  }
  const auto save = [&](const char* name, const std::vector<std::int64_t>& values) {
    bench::save_npy(folder / name, values.data(), {static_cast<std::int64_t>(values.size())});
  };
  save("small.src.npy", src);
  save("small.dst.npy", dst);
  save("small.nodes.npy", nodes);
  save("small.arcs.npy", arcs);
  const at::Tensor x = at::cat(parts.x);
  bench::save_npy(folder / "small.x.npy", x.data_ptr<float>(), x.sizes().vec());
}

void add_peers(bench::Peers& peers, const Parts& parts,
               std::vector<bench::Contestant>& contestants) {
  if (peers.all().empty()) {
    return;
  }
  write_parts(peers.folder().path(), parts);
  for (const auto& peer : peers.all()) {
    for (const std::string& name : peer->paths("batching")) {
      Json question = Json::object();
      question["do"] = "prepare";
      question["op"] = "batching";
      question["path"] = name;
      const std::int64_t id = peer->ask(question).at("id").as_integer();
      contestants.push_back({.name = name,
                             .run = [&peer, id] { return peer->run(id, "forward"); },
                             .may_settle = true,
                             .other_process = true});
    }
  }
}

/// A graph's rows must be the same bits alone and in the batch.
bool same_bits(const Parts& parts, const GraphBatch& batch, const at::Tensor& together) {
  for (std::size_t g = 0; g < parts.graphs.size(); ++g) {
    const at::Tensor rows = together.slice(0, batch.ptr[g], batch.ptr[g + 1]);
    if (!at::equal(rows, sum(parts.x[g], parts.graphs[g]))) {
      std::fprintf(stderr, "batching: graph %zu has other bits in the batch\n", g);
      return false;
    }
  }
  return true;
}

int run(int argc, char** argv) {
  const bench::Options options =
      bench::parse_options(argc, argv, "batching", bench::DefaultThreads::kOneAndAll);
  isthmus::ops::install_tensor_allocator();
  isthmus::ops::install_tensor_executor();
  const Json machine = bench::describe_machine();
  bench::print_machine(machine);
  const std::int64_t width = options.features.empty() ? 64 : options.features.front();
  const bench::Rules rules = bench::rules_of(options);
  Json rows = Json::array();
  bool same = true;
  for (const int threads : options.threads) {
    const isthmus::ThreadBudget budget(threads);
    bench::Peers peers(options, threads);
    const std::int64_t sizes[] = {128, 4096};
    for (const std::int64_t count : sizes) {
      const Parts parts(count, width);
      const GraphBatch batch = isthmus::batch_graphs(parts.graphs);
      const at::Tensor x = at::cat(parts.x);
      std::printf("\n%lld graphs, %d nodes, %lld arcs, F %lld, %d threads\n",
                  static_cast<long long>(count), batch.graph.num_nodes(),
                  static_cast<long long>(batch.graph.num_edges()), static_cast<long long>(width),
                  threads);
      std::vector<bench::Contestant> make;
      make.push_back({.name = "isthmus", .run = [&] {
                        return bench::timed([&] {
                          (void)isthmus::batch_graphs(parts.graphs);
                          (void)at::cat(parts.x);
                        });
                      }});
      add_peers(peers, parts, make);
      rows.push_back(bench::race("making the batch, features too", make, rules));

      std::vector<bench::Contestant> pass;
      pass.push_back({.name = "the batch at once",
                      .run = [&] { return bench::timed([&] { (void)sum(x, batch.graph); }); }});
      pass.push_back({.name = "graph by graph", .run = [&] {
                        return bench::timed([&] {
                          for (std::size_t g = 0; g < parts.graphs.size(); ++g) {
                            (void)sum(parts.x[g], parts.graphs[g]);
                          }
                        });
                      }});
      rows.push_back(bench::race("sum over neighbours", pass, rules));
      same = same && same_bits(parts, batch, sum(x, batch.graph));
    }
  }
  if (!options.json.empty()) {
    Json json = Json::object();
    json["program"] = "batching";
    json["quick"] = options.quick;
    json["machine"] = machine;
    json["rows"] = rows;
    std::ofstream(options.json) << isthmus::formats::write_json(json, 1) << '\n';
  }
  std::printf("A8, alone and batched: %s\n", same ? "same bits" : "MISSED");
  return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "batching: %s\n", error.what());
    return 1;
  }
}
