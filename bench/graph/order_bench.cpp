// What an order of the nodes saves: misses of the second-level cache as locality_order() predicts
// them against those of an exact simulation, and the time of segment_sum, ordered against
// unordered.
//
//   order_bench [--threads N] [--repetitions N] [--width F] [--cache BYTES] [--shapes NAMES]
//               [--json FILE] [SNAP_FILE...]
//
// Shapes: arxiv-like and rmat19 with the ids of their generators (hubs first), and both shuffled.
// A SNAP file is text with a pair of ids a line; arcs are taken both ways.
//
// "measured" is counted, not sampled: one thread walks the graph as the kernel does, and every
// address that it touches (rowptr, col, rows of x, rows of the result) goes through a
// set-associative cache of the size, ways and line of this machine's, true LRU in each set, arrays
// contiguous. The ratio is missed lines of x over read lines of x. What hardware adds (prefetchers,
// other tenants, physical pages, replacement that only resembles LRU) is in the times alone.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "isthmus/core/block_pool.hpp"
#include "isthmus/core/cache_size.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/simd_level.hpp"
#include "isthmus/partition/locality_order.hpp"

namespace {

using isthmus::CsrView;
using isthmus::Edge;
using isthmus::Graph;
using isthmus::NodeId;
using isthmus::partition::LocalityOptions;
using isthmus::partition::LocalityResult;
using isthmus::partition::NodeOrder;

constexpr int kWarmUps = 3;

struct Settings {
  int threads = isthmus::available_cpus();
  int repetitions = 20;
  std::int64_t width = 64;
  std::int64_t cache = 0;
  std::string shapes = "arxiv-like,arxiv-like-shuffled,rmat19,rmat19-shuffled";
  std::string json;
  std::vector<std::string> files;
};

// --- graphs --------------------------------------------------------------------------------------

Graph shuffled(const Graph& graph, std::uint64_t seed) {
  isthmus::RandomStream stream(seed, 2);
  const std::vector<std::int64_t> name = stream.permutation(graph.num_nodes());
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const auto& [u, v] : graph.arcs()) {
    src.push_back(static_cast<NodeId>(name[static_cast<std::size_t>(u)]));
    dst.push_back(static_cast<NodeId>(name[static_cast<std::size_t>(v)]));
  }
  return Graph::from_coo(graph.num_nodes(), src, dst);
}

/// 169,343 nodes, 2,332,486 arcs: Chung-Lu, expected degree of node i ~ (i + 1)^-0.5, both arcs of
/// each edge.
Graph arxiv_like() {
  constexpr NodeId kNodes = 169'343;
  isthmus::RandomStream stream(1, 1);
  const auto draw = [&] {
    const double u = stream.uniform();
    return std::min(static_cast<NodeId>(kNodes * u * u), kNodes - 1);
  };
  std::vector<Edge> edges(1'166'243);
  for (Edge& edge : edges) {
    do {
      edge = {draw(), draw()};
    } while (edge.u == edge.v);
  }
  return Graph::from_edges(kNodes, edges);
}

/// 2^19 nodes, 2^23 arcs: R-MAT .57 / .19 / .19 / .05.
Graph rmat19() {
  constexpr int kScale = 19;
  isthmus::RandomStream stream(2, 1);
  std::vector<NodeId> src(std::size_t{1} << 23U);
  std::vector<NodeId> dst(src.size());
  for (std::size_t e = 0; e < src.size(); ++e) {
    for (int bit = 0; bit < kScale; ++bit) {
      const double u = stream.uniform();
      src[e] = 2 * src[e] + (u >= 0.76 ? 1 : 0);
      dst[e] = 2 * dst[e] + ((u >= 0.57 && u < 0.76) || u >= 0.95 ? 1 : 0);
    }
  }
  return Graph::from_coo(NodeId{1} << kScale, src, dst);
}

Graph read_snap(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "order_bench: cannot read %s\n", path.c_str());
    std::exit(3);
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  std::map<std::int64_t, NodeId> ids;
  for (std::string line; std::getline(file, line);) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    std::int64_t u = 0;
    std::int64_t v = 0;
    if (line.starts_with('#') || !(fields >> u >> v)) {
      continue;
    }
    pairs.emplace_back(u, v);
    ids[u] = ids[v] = 0;
  }
  NodeId nodes = 0;
  for (auto& [name, id] : ids) {
    id = nodes++;
  }
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const auto& [u, v] : pairs) {
    src.push_back(ids.at(u));
    dst.push_back(ids.at(v));
  }
  return Graph::from_coo(nodes, src, dst).symmetrised();
}

// --- the cache -----------------------------------------------------------------------------------

/// Set-associative, LRU in each set.
class Cache {
 public:
  Cache(std::int64_t bytes, std::int64_t ways, std::int64_t line)
      : ways_(static_cast<std::size_t>(ways)),
        sets_(static_cast<std::uint64_t>(std::max<std::int64_t>(1, bytes / (ways * line)))),
        tags_(sets_ * ways_, ~std::uint64_t{0}) {}

  /// Whether the line was absent; it is the one used last afterwards.
  bool misses(std::uint64_t line) {
    const auto set = tags_.begin() + static_cast<std::ptrdiff_t>(line % sets_ * ways_);
    const auto end = set + static_cast<std::ptrdiff_t>(ways_);
    const auto found = std::find(set, end, line);
    const bool absent = found == end;
    std::move_backward(set, absent ? end - 1 : found, absent ? end : found + 1);
    *set = line;
    return absent;
  }

 private:
  std::size_t ways_;
  std::uint64_t sets_;
  std::vector<std::uint64_t> tags_;
};

struct MachineCache {
  std::int64_t bytes, ways, line;
};

MachineCache l2_of_this_machine(std::int64_t bytes) {
  const long line = sysconf(_SC_LEVEL2_CACHE_LINESIZE);
  return {bytes > 0 ? bytes : static_cast<std::int64_t>(isthmus::l2_cache_bytes()),
          isthmus::l2_cache_ways(), line > 0 ? line : 64};
}

/// Missed over read lines of x in one aggregation by one thread.
double measured_miss_ratio(const CsrView& csr, std::int64_t row_bytes, const MachineCache& shape) {
  Cache cache(shape.bytes, shape.ways, shape.line);
  std::uint64_t next_page = 0;
  const auto array = [&](std::int64_t bytes) {  // arrays lie behind each other, page by page
    const std::uint64_t start = next_page * 4096;
    next_page += static_cast<std::uint64_t>(bytes) / 4096 + 1;
    return start;
  };
  const std::int64_t rows = csr.num_rows();
  const std::uint64_t rowptr = array(8 * (rows + 1));
  const std::uint64_t col = array(4 * csr.num_edges());
  const std::uint64_t x = array(row_bytes * rows);
  const std::uint64_t out = array(row_bytes * rows);
  const auto line_size = static_cast<std::uint64_t>(shape.line);
  const auto touch = [&](std::uint64_t address, std::int64_t bytes) {
    std::int64_t misses = 0;
    const std::uint64_t last = (address + static_cast<std::uint64_t>(bytes) - 1) / line_size;
    for (std::uint64_t line = address / line_size; line <= last; ++line) {
      misses += cache.misses(line) ? 1 : 0;
    }
    return std::pair(misses, static_cast<std::int64_t>(last - address / line_size) + 1);
  };
  std::int64_t missed = 0;
  std::int64_t read = 0;
  for (NodeId v = 0; v < rows; ++v) {
    (void)touch(rowptr + 8 * static_cast<std::uint64_t>(v), 16);
    const auto first = static_cast<std::uint64_t>(csr.rowptr[static_cast<std::size_t>(v)]);
    const auto row = csr.row(v);
    for (std::size_t e = 0; e < row.size(); ++e) {
      (void)touch(col + 4 * (first + e), 4);
      const auto [misses, lines] =
          touch(x + static_cast<std::uint64_t>(row_bytes) * static_cast<std::uint64_t>(row[e]),
                row_bytes);
      missed += misses;
      read += lines;
    }
    (void)touch(out + static_cast<std::uint64_t>(row_bytes) * static_cast<std::uint64_t>(v),
                row_bytes);
  }
  return read == 0 ? 0.0 : static_cast<double>(missed) / static_cast<double>(read);
}

// --- times ---------------------------------------------------------------------------------------

struct GiveBack {
  void operator()(float* block) const { isthmus::give_block(block); }
};
/// In huge pages where the tensors of a training would be: pages of 4 KiB differ by luck from run
/// to run, by more than an order gains.
using Block = std::unique_ptr<float[], GiveBack>;

Block block_of(std::int64_t numbers, float value) {
  const auto size = static_cast<std::size_t>(numbers);
  Block block(static_cast<float*>(isthmus::take_block(size * sizeof(float))));
  std::fill_n(block.get(), size, value);
  return block;
}

/// One aggregation of width F over a graph, with its own arrays.
class Aggregation {
 public:
  Aggregation(Graph graph, std::int64_t width)
      : graph_(std::move(graph)),
        width_(width),
        x_(block_of(graph_.num_nodes() * width, 1.0F)),
        out_(block_of(graph_.num_nodes() * width, 0.0F)) {}

  double milliseconds() {
    isthmus::kernels::SegmentSum<float> args;
    args.rowptr = graph_.csr().rowptr.data();
    args.col = graph_.csr().col.data();
    args.x = x_.get();
    args.x_stride = args.width = args.out_stride = width_;
    args.out = out_.get();
    args.prefetch = isthmus::kernels::prefetch_distance(
        static_cast<std::size_t>(graph_.num_nodes() * width_) * sizeof(float));
    const isthmus::RowChunks& chunks = graph_.plan().csr_chunks();
    const auto start = std::chrono::steady_clock::now();
    isthmus::kernels::segment_sum(args, {chunks.first_row.data(), chunks.size()});
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
  }

 private:
  Graph graph_;
  std::int64_t width_;
  Block x_;
  Block out_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// A B B A A B B A ...: medians of both.
std::pair<std::vector<double>, std::vector<double>> interleave(Aggregation& a, Aggregation& b,
                                                               int repetitions) {
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (int i = -kWarmUps; i < repetitions; ++i) {
    const bool a_first = i % 2 == 0;
    const double first = (a_first ? a : b).milliseconds();
    const double second = (a_first ? b : a).milliseconds();
    if (i >= 0) {
      of_a.push_back(a_first ? first : second);
      of_b.push_back(a_first ? second : first);
    }
  }
  return {of_a, of_b};
}

// --- the table -----------------------------------------------------------------------------------

struct Verdict {
  int within = 0;
  int all = 0;
};

void judge(const Graph& graph, const std::string& name, const Settings& settings,
           nlohmann::json& report, Verdict& verdict) {
  const MachineCache shape = l2_of_this_machine(settings.cache);
  LocalityOptions options;
  options.row_bytes = settings.width * static_cast<std::int64_t>(sizeof(float));
  options.cache_bytes = shape.bytes;
  const LocalityResult chosen = locality_order(graph, options);
  std::printf("\n%s: %d nodes, %lld arcs, F = %lld; auto takes %s\n", name.c_str(),
              graph.num_nodes(), static_cast<long long>(graph.num_edges()),
              static_cast<long long>(settings.width), std::string(name_of(chosen.order)).c_str());
  std::printf("%-8s %9s %9s %7s %9s %9s %9s %6s\n", "order", "predicted", "measured", "off %",
              "search s", "none ms", "order ms", "gain");
  Aggregation unordered(graph, settings.width);
  for (const NodeOrder order : {NodeOrder::kNone, NodeOrder::kDegree, NodeOrder::kBfs,
                                NodeOrder::kRcm, NodeOrder::kMetis}) {
    options.order = order;
    const LocalityResult result = locality_order(graph, options);
    const Graph ordered = result.node.empty() ? graph : graph.reordered(result.node);
    const double predicted = result.miss_ratio_after();
    const double measured = measured_miss_ratio(ordered.csr(), options.row_bytes, shape);
    const double off = measured == 0.0 ? 0.0 : 100.0 * (predicted / measured - 1.0);
    Aggregation own(ordered, settings.width);
    const auto [none_ms, order_ms] = interleave(unordered, own, settings.repetitions);
    verdict.within += std::abs(off) <= 15.0 ? 1 : 0;
    verdict.all += 1;
    std::printf("%-8s %9.4f %9.4f %7.1f %9.2f %9.2f %9.2f %6.2f\n",
                std::string(name_of(order)).c_str(), predicted, measured, off, result.seconds,
                median(none_ms), median(order_ms), median(none_ms) / median(order_ms));
    (void)std::fflush(stdout);
    report["samples"].push_back({{"graph", name},
                                 {"width", settings.width},
                                 {"order", name_of(order)},
                                 {"chosen_by_auto", order == chosen.order},
                                 {"predicted", predicted},
                                 {"measured", measured},
                                 {"search_seconds", result.seconds},
                                 {"none_ms", none_ms},
                                 {"order_ms", order_ms}});
  }
}

Settings parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (!option.starts_with("--")) {
      settings.files.push_back(option);
    } else if (i + 1 < argc && option == "--threads") {
      settings.threads = std::max(1, std::atoi(argv[++i]));
    } else if (i + 1 < argc && option == "--repetitions") {
      settings.repetitions = std::max(1, std::atoi(argv[++i]));
    } else if (i + 1 < argc && option == "--width") {
      settings.width = std::max(1, std::atoi(argv[++i]));
    } else if (i + 1 < argc && option == "--cache") {
      settings.cache = std::max(0LL, std::atoll(argv[++i]));
    } else if (i + 1 < argc && option == "--shapes") {
      settings.shapes = argv[++i];
    } else if (i + 1 < argc && option == "--json") {
      settings.json = argv[++i];
    } else {
      std::fprintf(
          stderr,
          "usage: order_bench [--threads N] [--repetitions N] [--width F] [--cache BYTES]\n"
          "                   [--shapes NAME,...] [--json FILE] [SNAP_FILE...]\n");
      std::exit(2);
    }
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const isthmus::ThreadBudget budget(settings.threads);
  const MachineCache shape = l2_of_this_machine(settings.cache);
  const auto level = std::string(isthmus::kernels::simd_level_name(isthmus::kernels::simd_level()));
  std::printf("%d threads, %s; cache of %lld bytes, %lld ways, lines of %lld bytes\n",
              settings.threads, level.c_str(), static_cast<long long>(shape.bytes),
              static_cast<long long>(shape.ways), static_cast<long long>(shape.line));
  nlohmann::json report = {{"threads", settings.threads},
                           {"simd", level},
                           {"cache_bytes", shape.bytes},
                           {"cache_ways", shape.ways},
                           {"cache_line", shape.line}};
  Verdict verdict;
  std::istringstream names(settings.shapes);
  for (std::string name; std::getline(names, name, ',');) {
    const bool mix = name.ends_with("-shuffled");
    const std::string base = mix ? name.substr(0, name.size() - 9) : name;
    if (base != "arxiv-like" && base != "rmat19") {
      std::fprintf(stderr, "order_bench: no shape '%s'\n", name.c_str());
      return 2;
    }
    const Graph graph = base == "rmat19" ? rmat19() : arxiv_like();
    judge(mix ? shuffled(graph, 3) : graph, name, settings, report, verdict);
  }
  for (const std::string& file : settings.files) {
    judge(read_snap(file), file.substr(file.find_last_of('/') + 1), settings, report, verdict);
  }
  std::printf("\npredicted within 15 %% of measured: %d of %d\n", verdict.within, verdict.all);
  if (!settings.json.empty()) {
    std::ofstream(settings.json) << report.dump(2) << '\n';
  }
  return 0;
}
