#include "isthmus/datasets/csl.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/tu_text.hpp"

#include "assemble.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr NodeId kNodes = 41;
constexpr std::int64_t kCopies = 15;
constexpr std::array<NodeId, 10> kSkips{2, 3, 4, 5, 6, 9, 11, 12, 13, 16};
constexpr std::size_t kFolds = 5;
constexpr std::size_t kPartSize = 30;

using FoldTable = std::array<std::array<std::int64_t, kPartSize>, kFolds>;

// Validation and test graphs of the published folds; a test compares them with the files.
constexpr FoldTable kVal{{{0,  3,  13, 16, 17, 19,  32,  33,  38,  52,  53,  56,  60,  64,  65,
                           77, 79, 80, 96, 98, 102, 105, 106, 111, 127, 129, 131, 135, 143, 147},
                          {7,  13, 14, 19, 26, 27,  34,  40,  41,  47,  54,  57,  64,  68,  71,
                           77, 86, 88, 90, 98, 104, 106, 110, 113, 121, 126, 133, 136, 144, 146},
                          {0,  2,  5,  26, 28,  29,  31,  39,  41,  49,  52,  53,  67,  68,  71,
                           82, 85, 88, 90, 101, 103, 111, 113, 117, 121, 122, 130, 140, 142, 147},
                          {4,  11, 14, 17, 23, 28,  38,  40,  42,  50,  52,  53,  63,  64,  71,
                           75, 86, 89, 93, 99, 101, 105, 117, 119, 122, 129, 132, 138, 141, 147},
                          {2,  4,  12, 19, 22, 27,  31,  39,  43,  50,  54,  59,  65,  69,  71,
                           75, 81, 86, 94, 96, 104, 115, 117, 118, 121, 126, 132, 137, 140, 146}}};

constexpr FoldTable kTest{{{9,  10, 14, 23, 26, 27, 35,  39,  40,  47,  50,  57,  66,  70,  71,
                            75, 82, 83, 91, 93, 94, 107, 110, 117, 130, 132, 133, 136, 140, 142},
                           {1,  4,  5,  16, 21,  24,  32,  33,  38,  46,  48,  52,  62,  72,  73,
                            79, 80, 85, 97, 101, 102, 108, 109, 111, 123, 127, 129, 143, 147, 149},
                           {7,  11, 12, 17, 20, 25,  34,  43,  44,  45,  54,  59,  64,  65,  69,
                            76, 77, 86, 95, 99, 100, 105, 116, 118, 124, 126, 128, 138, 139, 144},
                           {0,  2,  13, 15, 19, 22,  31,  36,  41,  55,  56,  58,  61,  67,  68,
                            78, 81, 88, 92, 96, 104, 106, 113, 115, 121, 125, 131, 137, 145, 146},
                           {3,  6,  8,  18, 28, 29,  30,  37,  42,  49,  51,  53,  60,  63,  74,
                            84, 87, 89, 90, 98, 103, 112, 114, 119, 120, 122, 134, 135, 141, 148}}};

std::vector<Split> published_folds() {
  std::vector<Split> folds(kFolds);
  for (std::size_t f = 0; f < kFolds; ++f) {
    folds[f].val.assign(kVal[f].begin(), kVal[f].end());
    folds[f].test.assign(kTest[f].begin(), kTest[f].end());
    const auto has = [](const std::vector<std::int64_t>& ids, std::int64_t id) {
      return std::binary_search(ids.begin(), ids.end(), id);
    };
    for (std::int64_t id = 0; id < kCopies * static_cast<std::int64_t>(kSkips.size()); ++id) {
      if (!has(folds[f].val, id) && !has(folds[f].test, id)) {
        folds[f].train.push_back(id);
      }
    }
  }
  return folds;
}

/// One part of all folds: a line per fold, ids in any order.
std::vector<std::vector<std::int64_t>> read_index(const SourceFile& file, std::int64_t num_graphs) {
  std::vector<std::vector<std::int64_t>> folds;
  formats::LineReader in(file.content, file.name);
  while (in.next()) {
    std::vector<std::int64_t> ids;
    do {
      ids.push_back(in.integer("graph id", 0, num_graphs - 1));
    } while (!in.at_end());
    std::sort(ids.begin(), ids.end());
    folds.push_back(std::move(ids));
  }
  return folds;
}

}  // namespace

Dataset csl(std::uint64_t seed) {
  Dataset dataset;
  dataset.name = "gen:csl";
  dataset.task = Task::kGraph;
  dataset.report.format = "generated";
  dataset.node_ptr.push_back(0);
  std::vector<std::int64_t> labels;
  for (std::size_t c = 0; c < kSkips.size(); ++c) {
    for (std::int64_t copy = 0; copy < kCopies; ++copy) {
      RandomStream random(seed, kRelabelStream, static_cast<std::uint32_t>(labels.size()));
      const std::vector<std::int64_t> label = random.permutation(kNodes);
      const auto name = [&label](NodeId i) {
        return static_cast<NodeId>(label[static_cast<std::size_t>(i % kNodes)]);
      };
      std::vector<Edge> edges;
      for (NodeId i = 0; i < kNodes; ++i) {
        edges.push_back({name(i), name(i + 1)});
        edges.push_back({name(i), name(i + kSkips[c])});
      }
      dataset.graphs.push_back(Graph::from_edges(kNodes, edges));
      dataset.node_ptr.push_back(dataset.node_ptr.back() + kNodes);
      labels.push_back(static_cast<std::int64_t>(c));
    }
  }
  dataset.x.num_rows = dataset.num_nodes();
  dataset.report.arcs_read = dataset.report.arcs_kept = dataset.num_arcs();
  set_classes(labels, dataset);
  dataset.splits = published_folds();
  return dataset;
}

Dataset read_csl(const std::filesystem::path& folder, const LoadOptions& options) {
  Dataset dataset = read_tu_text(folder / "tu_text" / "CSL", options);
  dataset.name = "csl";
  const auto num_graphs = static_cast<std::int64_t>(dataset.graphs.size());
  constexpr std::array<const char*, 3> kFiles{"CSL_train.index", "CSL_val.index", "CSL_test.index"};
  std::array<std::vector<std::vector<std::int64_t>>, 3> parts;
  for (std::size_t p = 0; p < kFiles.size(); ++p) {
    const SourceFile file = read_source(folder / "splits" / kFiles[p], dataset.report);
    parts[p] = read_index(file, num_graphs);
    if (parts[p].size() != parts[0].size()) {
      throw DataError({.file = file.name},
                      "number of folds differs (expected " + std::to_string(parts[0].size()) +
                          " as in " + kFiles[0] + ", got " + std::to_string(parts[p].size()) + ")");
    }
  }
  for (std::size_t f = 0; f < parts[0].size(); ++f) {
    dataset.splits.push_back({.train = std::move(parts[0][f]),
                              .val = std::move(parts[1][f]),
                              .test = std::move(parts[2][f])});
  }
  check_splits(dataset, (folder / "splits").string());
  return dataset;
}

}  // namespace isthmus::datasets
