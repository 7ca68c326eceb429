#include "isthmus/datasets/heterophilous_npz.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/npz.hpp"
#include "isthmus/formats/sha256.hpp"

#include "assemble.hpp"
#include "npz_arrays.hpp"

namespace isthmus::datasets {
namespace {

ArcList read_edges(const formats::Npz& file, std::int64_t num_nodes, EdgeDirection direction) {
  const formats::NpyArray array = file.read("edges");
  check_shape(array, {kAnyExtent, 2});
  const std::vector<std::int64_t> ends = formats::to_int64(array);
  check_ids(ends, num_nodes, "node id", array.origin);
  ArcList arcs;
  arcs.num_nodes = num_nodes;
  arcs.src.reserve(ends.size());
  arcs.dst.reserve(ends.size());
  for (std::size_t i = 0; i < ends.size(); i += 2) {
    const auto u = static_cast<NodeId>(ends[i]);
    const auto v = static_cast<NodeId>(ends[i + 1]);
    arcs.src.push_back(u);
    arcs.dst.push_back(v);
    if (direction == EdgeDirection::kUndirected && u != v) {
      arcs.src.push_back(v);
      arcs.dst.push_back(u);
    }
  }
  return arcs;
}

Features read_features(const formats::Npz& file) {
  const formats::NpyArray array = file.read("node_features");
  check_shape(array, {kAnyExtent, kAnyExtent});
  if (array.shape[0] > std::numeric_limits<NodeId>::max()) {
    throw DataError({.file = array.origin}, "too many nodes (expected fewer than 2^31, got " +
                                                std::to_string(array.shape[0]) + ")");
  }
  if (array.shape[0] == 0) {  // masks [K, 0] would claim any number of splits for no bytes
    throw DataError({.file = array.origin}, "there are no nodes (expected at least one row)");
  }
  Features x;
  x.num_rows = array.shape[0];
  x.num_cols = array.shape[1];
  x.dense = formats::to_float(array);
  check_finite(x.dense, array.origin);
  return x;
}

void read_labels(const formats::Npz& file, Dataset& dataset) {
  const formats::NpyArray array = file.read("node_labels");
  check_shape(array, {dataset.x.num_rows});
  const std::vector<std::int64_t> labels = formats::to_int64(array);
  if (std::any_of(labels.begin(), labels.end(), [](std::int64_t label) { return label < 0; })) {
    for (const std::int64_t label : labels) {
      dataset.has_label.push_back(label < 0 ? 0 : 1);
    }
  }
  set_classes(labels, dataset);
}

void read_masks(const formats::Npz& file, Dataset& dataset) {
  constexpr std::array<const char*, 3> kNames{"train_masks", "val_masks", "test_masks"};
  const auto num_nodes = static_cast<std::size_t>(dataset.num_nodes());
  for (std::size_t part = 0; part < kNames.size(); ++part) {
    const formats::NpyArray array = file.read(kNames[part]);
    check_shape(array, {part == 0 ? kAnyExtent : static_cast<std::int64_t>(dataset.splits.size()),
                        dataset.num_nodes()});
    const std::vector<std::uint8_t> mask = formats::to_bool(array);
    dataset.splits.resize(static_cast<std::size_t>(array.shape[0]));
    for (std::size_t s = 0; s < dataset.splits.size(); ++s) {
      Split& split = dataset.splits[s];
      std::vector<std::int64_t>& ids = part == 0 ? split.train : part == 1 ? split.val : split.test;
      for (std::size_t i = 0; i < num_nodes; ++i) {
        if (mask[s * num_nodes + i] != 0) {
          ids.push_back(static_cast<std::int64_t>(i));
        }
      }
    }
  }
}

}  // namespace

Dataset read_heterophilous_npz(const std::filesystem::path& path, EdgeDirection direction,
                               const LoadOptions& options) {
  const formats::Npz file(path);
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.task = Task::kNode;
  dataset.report.format = "heterophilous-npz";
  dataset.report.files.push_back({.path = path.string(), .sha256 = formats::sha256_of_file(path)});

  dataset.x = read_features(file);
  read_labels(file, dataset);
  const std::int64_t num_nodes = dataset.x.num_rows;
  const ArcRules rules{.merge_duplicates = !options.keep_duplicates};
  set_graphs(sort_arcs(read_edges(file, num_nodes, direction), rules, dataset.report),
             {0, num_nodes}, dataset);
  read_masks(file, dataset);
  check_splits(dataset, path.string());
  return dataset;
}

}  // namespace isthmus::datasets
