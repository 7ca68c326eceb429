// Seeded mutations of well-formed data sets: every reader ends in a data set or in an
// isthmus::Error, never in another exception or a crash (run under the sanitizers), and what it
// returns holds together. ISTHMUS_FUZZ=1 makes 20,000 mutations of each format instead of 1,000.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/attributed_npz.hpp"
#include "isthmus/datasets/csl.hpp"
#include "isthmus/datasets/gin_text.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/datasets/graph6_table.hpp"
#include "isthmus/datasets/heterophilous_npz.hpp"
#include "isthmus/datasets/planetoid_plain.hpp"
#include "isthmus/datasets/tu_text.hpp"
#include "isthmus/formats/npz.hpp"

#include "support/temporary_folder.hpp"

namespace isthmus::datasets::fuzz_test {
namespace {

using isthmus::test::TemporaryFolder;
using Files = std::map<std::string, std::string>;

int mutations() { return std::getenv("ISTHMUS_FUZZ") == nullptr ? 1'000 : 20'000; }

/// A few edits that a careless program or a bad disk would make.
void mutate(std::string& text, RandomStream& random) {
  static const std::vector<std::string> kWords{
      "-1", "0", "99999999999999999999", "nan", "1e400", "\n",
      ",",  " ", "2147483648",           "\r",  "x",     ""};
  const std::int64_t edits = 1 + random.integer(3);
  for (std::int64_t e = 0; e < edits; ++e) {
    const auto size = static_cast<std::int64_t>(text.size());
    const auto at = static_cast<std::size_t>(random.integer(size + 1));
    const auto count = static_cast<std::size_t>(random.integer(6));
    switch (random.integer(4)) {
      case 0:
        text.erase(at, count);
        break;
      case 1:
        text.insert(at, kWords[static_cast<std::size_t>(random.integer(12))]);
        break;
      case 2:
        text.replace(at, count, kWords[static_cast<std::size_t>(random.integer(12))]);
        break;
      default:
        if (at < text.size()) {
          text[at] = static_cast<char>(random.integer(256));
        }
    }
  }
}

void expect_consistent(const Dataset& dataset) {
  const auto nodes = static_cast<std::size_t>(dataset.num_nodes());
  ASSERT_EQ(dataset.node_ptr.size(), dataset.graphs.size() + 1);
  EXPECT_EQ(dataset.y.size(), dataset.task == Task::kNode ? nodes : dataset.graphs.size());
  EXPECT_EQ(dataset.x.num_rows, dataset.num_nodes());
  if (dataset.x.sparse) {
    EXPECT_EQ(dataset.x.rowptr.size(), nodes + 1);
  } else {
    EXPECT_EQ(dataset.x.dense.size(), nodes * static_cast<std::size_t>(dataset.x.num_cols));
  }
  for (const std::int64_t label : dataset.y) {
    EXPECT_TRUE(label == 0 || (label > 0 && label < dataset.num_classes));
  }
  EXPECT_EQ(content_sha256(dataset).size(), 64U);
}

/// Mutates one file of the set at a time and reads it. Some mutants must pass and some must fail,
/// else nothing was tested.
void fuzz(const Files& good, const std::function<Dataset(const std::filesystem::path&)>& read) {
  const TemporaryFolder dir;
  for (const auto& [name, content] : good) {
    dir.write(name, content);
  }
  expect_consistent(read(dir.path()));
  int refused = 0;
  for (int i = 0; i < mutations(); ++i) {
    RandomStream random(0, 1, static_cast<std::uint32_t>(i));
    const auto victim =
        std::next(good.begin(), random.integer(static_cast<std::int64_t>(good.size())));
    std::string content = victim->second;
    mutate(content, random);
    dir.write(victim->first, content);
    try {
      expect_consistent(read(dir.path()));
    } catch (const Error&) {
      ++refused;
    } catch (const std::exception& error) {
      FAIL() << "mutation " << i << " of " << victim->first << ": " << error.what();
    }
    dir.write(victim->first, victim->second);
  }
  EXPECT_GT(refused, mutations() / 10);
}

TEST(Fuzz, PlanetoidPlain) {
  fuzz({{"labels.txt", "5\n7\n5\n5\n"},
        {"edges.txt", "0 1\n1 2\n"},
        {"features.coo.txt", "4 3 4\n0 0\n0 2\n1 1 0.5\n2 0\n"},
        {"split_public.txt", "1\n2\n3\n0\n"},
        {"unlabelled_nodes.txt", "3\n"}},
       [](const auto& dir) { return read_planetoid_plain(dir); });
}

const Files kTu{{"DS/DS_A.txt", "1, 2\n2, 1\n2, 3\n3, 2\n3, 3\n1, 2\n2, 1\n"},
                {"DS/DS_graph_indicator.txt", "1\n1\n1\n3\n"},
                {"DS/DS_graph_labels.txt", "1\n-1\n1\n"},
                {"DS/DS_node_labels.txt", "7\n2\n7\n4\n"},
                {"DS/DS_node_attributes.txt", " 1.5, 2\n0,   -1e-2\n3,4\n 5, 6 \n"},
                {"DS/DS_edge_labels.txt", "1\n1\n2\n3\n9\n1\n1\n"}};

TEST(Fuzz, TuText) {
  fuzz(kTu,
       [](const auto& dir) { return read_tu_text(dir / "DS", {.use_node_attributes = true}); });
  fuzz(kTu, [](const auto& dir) {
    return read_tu_text(dir / "DS",
                        {.keep_loops = true, .keep_duplicates = true, .onehot_range = true});
  });
}

TEST(Fuzz, TuArchive) {
  std::vector<formats::ZipEntry> entries;
  for (const auto& [name, content] : kTu) {
    entries.push_back({.name = name, .content = content, .method = formats::ZipMethod::kStored});
  }
  fuzz({{"DS.zip", formats::write_zip(entries)}},
       [](const auto& dir) { return read_tu_text(dir / "DS.zip"); });
}

TEST(Fuzz, GinText) {
  fuzz({{"TOY.txt", "2\n3 5\n9 2 1 2 0.5\n3 2 0 2 1\n9 3 0 1 2 -2\n1 4\n3 0 7\n"}},
       [](const auto& dir) { return read_gin_text(dir / "TOY.txt", {}); });
}

TEST(Fuzz, Graph6Table) {
  fuzz({{"a.tsv",
         "index\tlabel\tn\tm\tnode_types\tgraph6\n0\t1\t3\t3\t010\tBw\n"
         "1\t0\t5\t4\t22222\tDQc\r\n2\t-4\t0\t0\t\t?\n"}},
       [](const auto& dir) { return read_graph6_table(dir / "a.tsv"); });
}

TEST(Fuzz, Graph6) {
  fuzz({{"a.g6", ">>graph6<<Bw\nDQc\r\n\n~??Bw\n"}, {"b.s6", ":Fa@x^\n:AG\n:@\n:?\nDQc\n"}},
       [](const auto& dir) {
         (void)read_graph6(dir / "a.g6");
         return read_graph6(dir / "b.s6", {.keep_loops = true, .keep_duplicates = true});
       });
}

TEST(Fuzz, Csl) {
  fuzz({{"tu_text/CSL/CSL_A.txt", "1,2\n2,1\n"},
        {"tu_text/CSL/CSL_graph_indicator.txt", "1\n1\n2\n3\n"},
        {"tu_text/CSL/CSL_graph_labels.txt", "0\n0\n1\n"},
        {"splits/CSL_train.index", "0\n1\n"},
        {"splits/CSL_val.index", "1\n2\n"},
        {"splits/CSL_test.index", "2\n0\n"}},
       [](const auto& dir) { return read_csl(dir); });
}

formats::NpyArray longs(const std::vector<std::int64_t>& values, std::vector<std::int64_t> shape) {
  return formats::make_npy<std::int64_t>(values, std::move(shape));
}

TEST(Fuzz, Npz) {
  const auto x = formats::make_npy<float>(std::vector<float>{1, 2, 3, 4, 5, 6}, {3, 2});
  const std::vector<std::pair<std::string, formats::NpyArray>> heterophilous{
      {"node_features", x},
      {"node_labels", longs({10, 20, 20}, {3})},
      {"edges", longs({0, 1, 2, 1, 2, 2}, {3, 2})},
      {"train_masks", longs({1, 0, 0}, {1, 3})},
      {"val_masks", longs({0, 1, 0}, {1, 3})},
      {"test_masks", longs({0, 0, 1}, {1, 3})}};
  const std::vector<std::pair<std::string, formats::NpyArray>> attributed{
      {"adj_indptr", longs({0, 2, 3, 4}, {4})},
      {"adj_indices", longs({2, 1, 0, 2}, {4})},
      {"adj_shape", longs({3, 3}, {2})},
      {"attr_matrix", x},
      {"labels", longs({7, -3, 7}, {3})}};
  fuzz({{"h.npz", formats::write_npz(heterophilous, formats::ZipMethod::kStored)},
        {"a.npz", formats::write_npz(attributed, formats::ZipMethod::kStored)}},
       [](const auto& dir) {
         (void)read_attributed_npz(dir / "a.npz");
         return read_heterophilous_npz(dir / "h.npz", EdgeDirection::kUndirected);
       });
}

/// Arrays rather than bytes: what the archive's checksum lets through.
TEST(Fuzz, ValuesOfNpz) {
  const TemporaryFolder dir;
  const std::vector<std::int64_t> extents{-1, 0, 1, 2, 3, 4, 5};
  int read = 0;
  for (int i = 0; i < mutations(); ++i) {
    RandomStream random(1, 1, static_cast<std::uint32_t>(i));
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> arrays{
        {"adj_indptr", {0, 2, 3, 4}},  {"adj_indices", {2, 1, 0, 2}}, {"adj_shape", {3, 3}},
        {"attr_indptr", {0, 1, 1, 3}}, {"attr_indices", {1, 1, 0}},   {"attr_shape", {3, 2}},
        {"attr_data", {2, 1, 3}},      {"labels", {7, -3, 7}}};
    auto& values = arrays[static_cast<std::size_t>(random.integer(8))].second;
    values[static_cast<std::size_t>(random.integer(static_cast<std::int64_t>(values.size())))] =
        extents[static_cast<std::size_t>(random.integer(7))];
    std::vector<std::pair<std::string, formats::NpyArray>> npz;
    for (const auto& [name, data] : arrays) {
      npz.emplace_back(name, longs(data, {static_cast<std::int64_t>(data.size())}));
    }
    const auto path = dir.write("a.npz", formats::write_npz(npz));
    try {
      expect_consistent(read_attributed_npz(path));
      ++read;
    } catch (const Error&) {
      continue;
    }
  }
  EXPECT_GT(read, mutations() / 10);
  EXPECT_LT(read, mutations());
}

}  // namespace
}  // namespace isthmus::datasets::fuzz_test
