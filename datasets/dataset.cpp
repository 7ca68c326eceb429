#include "isthmus/datasets/dataset.hpp"

#include <bit>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>

#include "isthmus/formats/sha256.hpp"

namespace isthmus::datasets {
namespace {

static_assert(std::endian::native == std::endian::little, "content hashes are little-endian");

/// Feeds arrays to the hash, each behind a line that tells name, dtype and shape.
class ContentHash {
 public:
  void begin(std::string_view name, std::string_view dtype,
             std::initializer_list<std::int64_t> shape) {
    std::string header;
    header.append(name).append(" ").append(dtype).append(" [");
    for (const std::int64_t extent : shape) {
      header.append(header.back() == '[' ? "" : ",").append(std::to_string(extent));
    }
    sha_.update(header.append("]\n"));
  }
  template <typename T>
  void values(std::span<const T> data) {
    sha_.update(std::as_bytes(data));
  }
  template <typename T>
  void array(std::string_view name, std::string_view dtype, const std::vector<T>& data) {
    begin(name, dtype, {static_cast<std::int64_t>(data.size())});
    values<T>(data);
  }
  [[nodiscard]] std::string hex() { return sha_.hex(); }

 private:
  formats::Sha256 sha_;
};

void hash_structure(const Dataset& dataset, ContentHash& hash) {
  std::vector<std::int64_t> row_ptr{0};
  row_ptr.reserve(static_cast<std::size_t>(dataset.num_nodes()) + 1);
  for (const Graph& graph : dataset.graphs) {
    const std::int64_t before = row_ptr.back();
    const CsrView csr = graph.csr();
    for (std::size_t v = 1; v < csr.rowptr.size(); ++v) {
      row_ptr.push_back(before + csr.rowptr[v]);
    }
  }
  hash.array("row_ptr", "i8", row_ptr);

  hash.begin("col", "i8", {dataset.num_arcs()});
  std::int64_t first_node = 0;
  std::vector<std::int64_t> col;
  for (const Graph& graph : dataset.graphs) {
    col.clear();
    for (const NodeId u : graph.csr().col) {
      col.push_back(first_node + u);
    }
    hash.values<std::int64_t>(col);
    first_node += graph.num_nodes();
  }
}

/// Non-zero entries only, so that the form of storage leaves no trace.
void hash_features(const Features& x, ContentHash& hash) {
  std::vector<std::int64_t> row_ptr{0};
  std::vector<std::int64_t> col;
  std::vector<float> value;
  for (std::int64_t r = 0; r < x.num_rows; ++r) {
    const auto row = static_cast<std::size_t>(r);
    if (x.sparse) {
      for (auto e = static_cast<std::size_t>(x.rowptr[row]);
           e < static_cast<std::size_t>(x.rowptr[row + 1]); ++e) {
        if (x.value[e] != 0.0F) {
          col.push_back(x.col[e]);
          value.push_back(x.value[e]);
        }
      }
    } else {
      for (std::int64_t c = 0; c < x.num_cols; ++c) {
        const float entry = x.dense[static_cast<std::size_t>(r * x.num_cols + c)];
        if (entry != 0.0F) {
          col.push_back(c);
          value.push_back(entry);
        }
      }
    }
    row_ptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  hash.array("x_row_ptr", "i8", row_ptr);
  hash.array("x_col", "i8", col);
  hash.begin("x", "f4", {x.num_rows, x.num_cols});
  hash.values<float>(value);
}

}  // namespace

std::int64_t Dataset::num_arcs() const noexcept {
  std::int64_t arcs = 0;
  for (const Graph& graph : graphs) {
    arcs += graph.num_edges();
  }
  return arcs;
}

std::string content_sha256(const Dataset& dataset) {
  ContentHash hash;
  if (dataset.task == Task::kGraph || dataset.splits_of_graphs) {
    hash.array("ptr", "i8", dataset.node_ptr);
  }
  hash_structure(dataset, hash);
  hash_features(dataset.x, hash);
  hash.array("edge_label", "i8", dataset.edge_label);
  if (dataset.num_edge_attributes > 0) {  // sets without them keep the hash they ever had
    hash.begin("edge_attr", "f4", {dataset.num_arcs(), dataset.num_edge_attributes});
    hash.values<float>(dataset.edge_attr);
  }
  for (const auto& [name, values] :
       {std::pair{"edge_y", &dataset.edge_y}, std::pair{"edge_mask", &dataset.edge_mask},
        std::pair{"node_mask", &dataset.node_mask}}) {
    if (!values->empty()) {
      hash.array(name, "u1", *values);
    }
  }
  if (dataset.num_encoding_columns > 0) {
    hash.begin("encoding", "f4", {dataset.num_nodes(), dataset.num_encoding_columns});
    hash.values<float>(dataset.encoding);
  }
  hash.array("y", "i8", dataset.y);
  hash.array("has_label", "u1", dataset.has_label);
  hash.array("has_features", "u1", dataset.has_features);
  for (const Split& split : dataset.splits) {
    hash.array("train", "i8", split.train);
    hash.array("val", "i8", split.val);
    hash.array("test", "i8", split.test);
  }
  return hash.hex();
}

}  // namespace isthmus::datasets
