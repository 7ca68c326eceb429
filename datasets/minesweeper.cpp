#include "isthmus/datasets/minesweeper.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/splits.hpp"

#include "assemble.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::int64_t kMaxCount = 5;  // five mines and more share a column
constexpr std::int64_t kColumns = 2 + kMaxCount;

void check(const MinesweeperOptions& options) {
  const auto at_least = [](const char* name, std::int64_t value, std::int64_t min) {
    if (value < min) {
      throw InvalidArgument("minesweeper: " + std::string(name) + " must be >= " +
                            std::to_string(min) + ", got " + std::to_string(value));
    }
  };
  const auto share = [](const char* name, double value) {
    if (!(value >= 0.0 && value <= 1.0)) {
      std::ostringstream text;
      text << "minesweeper: " << name << " must be in [0, 1], got " << value;
      throw InvalidArgument(text.str());
    }
  };
  at_least("rows", options.rows, 1);
  at_least("cols", options.cols, 1);
  if (options.cols > std::numeric_limits<NodeId>::max() / options.rows) {
    throw InvalidArgument("minesweeper: rows * cols must be below 2^31, got " +
                          std::to_string(options.rows) + " * " + std::to_string(options.cols));
  }
  share("mines", options.mines);
  share("hidden", options.hidden);
  at_least("splits", options.splits, 0);
}

/// Rows of the grid in CSR: neighbours above, beside and below, so ids ascend by construction.
SortedArcs grid(std::int64_t rows, std::int64_t cols) {
  SortedArcs arcs;
  arcs.rowptr.push_back(0);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      for (std::int64_t nr = std::max<std::int64_t>(r - 1, 0); nr <= std::min(r + 1, rows - 1);
           ++nr) {
        for (std::int64_t nc = std::max<std::int64_t>(c - 1, 0); nc <= std::min(c + 1, cols - 1);
             ++nc) {
          if (nr != r || nc != c) {
            arcs.col.push_back(static_cast<NodeId>(cols * nr + nc));
          }
        }
      }
      arcs.rowptr.push_back(static_cast<std::int64_t>(arcs.col.size()));
    }
  }
  return arcs;
}

/// Marks a random share of n nodes.
std::vector<std::int64_t> draw(std::int64_t n, double share, std::uint64_t seed,
                               std::uint32_t stream) {
  const std::int64_t count = std::llround(share * static_cast<double>(n));
  std::vector<std::int64_t> mark(static_cast<std::size_t>(n), 0);
  for (const std::int64_t node : RandomStream(seed, stream).sample(n, count)) {
    mark[static_cast<std::size_t>(node)] = 1;
  }
  return mark;
}

}  // namespace

Features minesweeper_features(const Graph& graph, std::span<const std::int64_t> mine,
                              std::span<const std::uint8_t> hidden) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  if (mine.size() != n || hidden.size() != n) {
    throw InvalidArgument("minesweeper_features: mine and hidden must have one entry per node (" +
                          std::to_string(n) + "), got " + std::to_string(mine.size()) + " and " +
                          std::to_string(hidden.size()));
  }
  Features x;
  x.num_rows = graph.num_nodes();
  x.num_cols = kColumns;
  x.dense.assign(n * kColumns, 0.0F);
  const CsrView csr = graph.csr();
  for (std::size_t v = 0; v < n; ++v) {
    std::int64_t count = 0;
    for (const NodeId u : csr.row(static_cast<NodeId>(v))) {
      count += mine[static_cast<std::size_t>(u)] != 0 ? 1 : 0;
    }
    const std::int64_t column = hidden[v] != 0 ? 0 : 1 + std::min(count, kMaxCount);
    x.dense[v * kColumns + static_cast<std::size_t>(column)] = 1.0F;
  }
  return x;
}

Dataset minesweeper(const MinesweeperOptions& options) {
  check(options);
  const std::int64_t n = options.rows * options.cols;

  Dataset dataset;
  dataset.name = "gen:minesweeper";
  dataset.task = Task::kNode;
  LoadReport& report = dataset.report;
  report.format = "generated";
  SortedArcs arcs = grid(options.rows, options.cols);
  report.arcs_read = report.arcs_kept = static_cast<std::int64_t>(arcs.col.size());
  report.isolated_nodes = n == 1 ? 1 : 0;
  set_graphs(std::move(arcs), {0, n}, dataset);

  dataset.y = draw(n, options.mines, options.seed, kMineStream);
  const std::vector<std::int64_t> marks = draw(n, options.hidden, options.seed, kHiddenStream);
  const std::vector<std::uint8_t> hidden(marks.begin(), marks.end());
  dataset.x = minesweeper_features(dataset.graphs[0], dataset.y, hidden);
  dataset.num_classes = 2;
  dataset.class_labels = {"0", "1"};
  for (std::int64_t s = 0; s < options.splits; ++s) {
    // One stream of its own per split: split 3 does not depend on how many are asked for.
    const std::uint64_t seed =
        RandomStream(options.seed, kSplitSeedStream, static_cast<std::uint32_t>(s)).bits();
    dataset.splits.push_back(stratified_split(dataset.y, {}, options.seed ^ (seed << 32U)));
  }
  return dataset;
}

}  // namespace isthmus::datasets
