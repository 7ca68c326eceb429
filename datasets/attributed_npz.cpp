#include "isthmus/datasets/attributed_npz.hpp"

#include <algorithm>
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

/// A checked CSR structure of the file: PREFIX_indptr, PREFIX_indices, PREFIX_shape.
struct Csr {
  std::int64_t num_rows = 0;
  std::int64_t num_cols = 0;
  std::vector<std::int64_t> indptr, indices;
};

Csr read_csr(const formats::Npz& file, const std::string& prefix) {
  const formats::NpyArray shape_array = file.read(prefix + "_shape");
  check_shape(shape_array, {2});
  const std::vector<std::int64_t> shape = formats::to_int64(shape_array);
  check_ids(shape, std::int64_t{std::numeric_limits<std::int32_t>::max()}, "extent",
            shape_array.origin);
  Csr csr{.num_rows = shape[0], .num_cols = shape[1], .indptr = {}, .indices = {}};

  const formats::NpyArray indptr = file.read(prefix + "_indptr");
  check_shape(indptr, {csr.num_rows + 1});
  csr.indptr = formats::to_int64(indptr);
  const formats::NpyArray indices = file.read(prefix + "_indices");
  check_shape(indices, {kAnyExtent});
  csr.indices = formats::to_int64(indices);
  check_ids(csr.indices, csr.num_cols, "index", indices.origin);

  if (csr.indptr.front() != 0 || csr.indptr.back() != indices.size() ||
      !std::is_sorted(csr.indptr.begin(), csr.indptr.end())) {
    throw DataError(
        {.file = indptr.origin},
        "row offsets must rise from 0 to the number of indices (expected 0.." +
            std::to_string(indices.size()) + ", got " + std::to_string(csr.indptr.front()) + ".." +
            std::to_string(csr.indptr.back()) +
            (std::is_sorted(csr.indptr.begin(), csr.indptr.end()) ? ")" : ", decreasing)"));
  }
  return csr;
}

ArcList read_arcs(const formats::Npz& file) {
  const Csr adj = read_csr(file, "adj");
  if (adj.num_rows != adj.num_cols) {
    throw DataError({.file = file.read("adj_shape").origin},
                    "adjacency must be square (expected [N, N], got [" +
                        std::to_string(adj.num_rows) + ", " + std::to_string(adj.num_cols) + "])");
  }
  ArcList arcs;
  arcs.num_nodes = adj.num_rows;
  arcs.src.reserve(adj.indices.size());
  arcs.dst.reserve(adj.indices.size());
  for (std::size_t v = 0; v + 1 < adj.indptr.size(); ++v) {
    for (auto e = static_cast<std::size_t>(adj.indptr[v]);
         e < static_cast<std::size_t>(adj.indptr[v + 1]); ++e) {
      arcs.src.push_back(static_cast<NodeId>(v));
      arcs.dst.push_back(static_cast<NodeId>(adj.indices[e]));
    }
  }
  return arcs;
}

Features read_dense(const formats::Npz& file, std::int64_t num_nodes) {
  const formats::NpyArray array = file.read("attr_matrix");
  check_shape(array, {num_nodes, kAnyExtent});
  Features x;
  x.num_rows = num_nodes;
  x.num_cols = array.shape[1];
  x.dense = formats::to_float(array);
  check_finite(x.dense, array.origin);
  return x;
}

/// The arcs with their reverses, which may be there already: merged, and not counted as duplicates
/// of the file.
SortedArcs symmetrised(const SortedArcs& arcs, std::int64_t num_nodes, LoadReport& report) {
  ArcList both;
  both.num_nodes = num_nodes;
  both.src.reserve(2 * arcs.col.size());
  both.dst.reserve(2 * arcs.col.size());
  for (std::size_t v = 0; v + 1 < arcs.rowptr.size(); ++v) {
    for (auto e = static_cast<std::size_t>(arcs.rowptr[v]);
         e < static_cast<std::size_t>(arcs.rowptr[v + 1]); ++e) {
      const auto to = static_cast<NodeId>(v);
      both.src.insert(both.src.end(), {arcs.col[e], to});
      both.dst.insert(both.dst.end(), {to, arcs.col[e]});
    }
  }
  LoadReport after;
  SortedArcs sorted = sort_arcs(both, {.merge_duplicates = true}, after);
  report.arcs_kept = after.arcs_kept;
  report.isolated_nodes = after.isolated_nodes;
  return sorted;
}

/// CSR as stored; indices need not ascend in the file, but none may come twice in a row.
Features read_sparse(const formats::Npz& file, std::int64_t num_nodes) {
  Csr attr = read_csr(file, "attr");
  if (attr.num_rows != num_nodes) {
    throw DataError({.file = file.read("attr_shape").origin},
                    "features must have a row per node (expected " + std::to_string(num_nodes) +
                        ", got " + std::to_string(attr.num_rows) + ")");
  }
  const formats::NpyArray data = file.read("attr_data");
  check_shape(data, {static_cast<std::int64_t>(attr.indices.size())});
  const std::vector<float> value = formats::to_float(data);
  check_finite(value, data.origin);

  Features x;
  x.sparse = true;
  x.num_rows = num_nodes;
  x.num_cols = attr.num_cols;
  x.col.reserve(value.size());
  x.value.reserve(value.size());
  std::vector<std::pair<std::int64_t, float>> row;
  for (std::size_t v = 0; v + 1 < attr.indptr.size(); ++v) {
    row.clear();
    for (auto e = static_cast<std::size_t>(attr.indptr[v]);
         e < static_cast<std::size_t>(attr.indptr[v + 1]); ++e) {
      row.emplace_back(attr.indices[e], value[e]);
    }
    const auto by_column = [](const auto& a, const auto& b) { return a.first < b.first; };
    if (!std::is_sorted(row.begin(), row.end(), by_column)) {
      std::sort(row.begin(), row.end(), by_column);
    }
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k > 0 && row[k].first == row[k - 1].first) {
        throw DataError({.file = data.origin}, "entry (" + std::to_string(v) + ", " +
                                                   std::to_string(row[k].first) +
                                                   ") is there twice");
      }
      x.col.push_back(static_cast<std::int32_t>(row[k].first));
      x.value.push_back(row[k].second);
    }
  }
  x.rowptr = std::move(attr.indptr);
  return x;
}

}  // namespace

Dataset read_attributed_npz(const std::filesystem::path& path, const LoadOptions& options) {
  const formats::Npz file(path);
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.task = Task::kNode;
  dataset.report.format = "attributed-npz";
  dataset.report.files.push_back({.path = path.string(), .sha256 = formats::sha256_of_file(path)});

  const ArcList arcs = read_arcs(file);
  const std::int64_t num_nodes = arcs.num_nodes;
  const ArcRules rules{.drop_loops = !options.keep_loops, .merge_duplicates = true};
  set_graphs(symmetrised(sort_arcs(arcs, rules, dataset.report), num_nodes, dataset.report),
             {0, num_nodes}, dataset);

  if (file.contains("attr_matrix")) {
    dataset.x = read_dense(file, num_nodes);
  } else if (file.contains("attr_data")) {
    dataset.x = read_sparse(file, num_nodes);
  } else {
    dataset.x.num_rows = num_nodes;
  }
  const formats::NpyArray labels = file.read("labels");
  check_shape(labels, {num_nodes});
  set_classes(formats::to_int64(labels), dataset);
  return dataset;
}

}  // namespace isthmus::datasets
