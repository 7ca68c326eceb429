#include "edit_store.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/version.hpp"
#include "isthmus/formats/safetensors.hpp"
#include "isthmus/formats/sha256.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train {
namespace {

namespace fs = std::filesystem;
using formats::SafetensorsFile;
using formats::TensorBytes;
using formats::TensorType;

constexpr std::string_view kFormat = "isthmus.edits/1";
/// Raised when a method gives other edges for the same options: files of older builds are passed
/// by.
constexpr std::string_view kMethodsVersion = "1";
constexpr std::int64_t kMaxType = 1 << 20;

std::string options_text(const RewireConfig& config) {
  Config all;
  all.rewire = config;
  all.rewire.cache = {};
  return formats::write_json(config_json(all).at("rewire"));
}

template <typename T>
TensorBytes tensor(TensorType type, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  TensorBytes bytes{.type = type, .shape = std::move(shape), .data = {}};
  bytes.data.resize(values.size() * sizeof(T));
  if (!values.empty()) {
    std::memcpy(bytes.data.data(), values.data(), bytes.data.size());
  }
  return bytes;
}

/// A file's arrays, taken out and checked one by one.
class StoredEdits {
 public:
  StoredEdits(const SafetensorsFile& file, std::string path)
      : file_(file), path_(std::move(path)) {}

  [[noreturn]] void refuse(const std::string& rule) const {
    throw DataError({.file = path_}, rule, "delete the file: it will be made again");
  }
  void expect(bool rule_holds, const std::string& rule) const {
    if (!rule_holds) {
      refuse(rule);
    }
  }
  void expect_metadata(std::string_view key, std::string_view value) const {
    const auto found = file_.metadata.find(key);
    const std::string got = found == file_.metadata.end() ? "none" : found->second;
    expect(got == value, "metadata '" + std::string(key) + "' (expected " + std::string(value) +
                             ", got " + got + ")");
  }
  /// [rows, width], or [rows] with width 1; rows -1: any number.
  template <typename T>
  [[nodiscard]] std::vector<T> array(std::string_view name, TensorType type, std::int64_t rows,
                                     std::int64_t width = 1) const {
    const auto found = file_.tensors.find(name);
    const std::string what = "tensor '" + std::string(name) + "'";
    expect(found != file_.tensors.end(), what + " is missing");
    const TensorBytes& bytes = found->second;
    const bool right_shape = bytes.shape.size() == (width == 1 ? 1U : 2U) &&
                             (rows < 0 || bytes.shape.front() == rows) &&
                             (width == 1 || bytes.shape.back() == width);
    expect(bytes.type == type && right_shape, what + " has another type or shape");
    std::vector<T> values(bytes.data.size() / sizeof(T));
    if (!values.empty()) {
      std::memcpy(values.data(), bytes.data.data(), bytes.data.size());
    }
    return values;
  }
  /// Offsets of each graph's rows, from 0 to `end`.
  [[nodiscard]] std::vector<std::int64_t> offsets(std::string_view name, std::size_t graphs,
                                                  std::size_t end) const {
    auto ptr = array<std::int64_t>(name, TensorType::kI64, static_cast<std::int64_t>(graphs) + 1);
    expect(ptr.front() == 0 && ptr.back() == static_cast<std::int64_t>(end) &&
               std::is_sorted(ptr.begin(), ptr.end()),
           "tensor '" + std::string(name) + "' must go from 0 to " + std::to_string(end) +
               " and never fall");
    return ptr;
  }

 private:
  const SafetensorsFile& file_;
  std::string path_;
};

/// The rules of GraphEdits.
void check_edits(const StoredEdits& in, const GraphEdits& edits, const Graph& graph,
                 std::size_t index) {
  const std::string where = "graph " + std::to_string(index) + ": ";
  const std::int64_t n = graph.num_nodes();
  // Groups SL(2, Z_q) grow by at most 4.
  in.expect(edits.num_nodes >= n && edits.num_nodes <= 4 * n + 6 &&
                edits.num_nodes <= std::numeric_limits<NodeId>::max(),
            where + "nodes must be in [" + std::to_string(n) + ", " + std::to_string(4 * n + 6) +
                "], got " + std::to_string(edits.num_nodes));
  const auto ascend = [](const Edge& a, const Edge& b) { return !(a < b); };
  in.expect(
      std::adjacent_find(edits.removed.begin(), edits.removed.end(), ascend) == edits.removed.end(),
      where + "edges removed must ascend");
  const std::vector<Edge> edges = graph.edges();
  in.expect(std::includes(edges.begin(), edges.end(), edits.removed.begin(), edits.removed.end()),
            where + "an edge removed is no edge of the graph");
  const auto in_order = [](const NewArc& a, const NewArc& b) { return !comes_before(a, b); };
  in.expect(
      std::adjacent_find(edits.added.begin(), edits.added.end(), in_order) == edits.added.end(),
      where + "arcs added must ascend by destination, source and type");
  for (const NewArc& arc : edits.added) {
    in.expect(arc.arc.u >= 0 && arc.arc.u < edits.num_nodes && arc.arc.v >= 0 &&
                  arc.arc.v < edits.num_nodes && arc.arc.u != arc.arc.v,
              where + "an arc added must join two nodes in 0.." +
                  std::to_string(edits.num_nodes - 1) + ", got " + std::to_string(arc.arc.u) +
                  " -> " + std::to_string(arc.arc.v));
    in.expect(arc.type >= 0 && arc.type <= kMaxType, where + "a type must be in [0, " +
                                                         std::to_string(kMaxType) + "], got " +
                                                         std::to_string(arc.type));
    in.expect(std::isfinite(arc.weight) && arc.weight > 0.0F,
              where + "a weight must be > 0 and finite");
  }
}

}  // namespace

std::string graph_key(const Graph& graph) {
  const CsrView csr = graph.csr();
  const std::array<std::int64_t, 2> size{graph.num_nodes(), graph.num_edges()};
  formats::Sha256 sha;
  sha.update(std::as_bytes(std::span(size)));
  sha.update(std::as_bytes(csr.rowptr));
  sha.update(std::as_bytes(csr.col));
  return sha.hex();
}

EditStore::EditStore(fs::path folder, std::span<const Graph> graphs, const RewireConfig& config)
    : folder_(std::move(folder)), graphs_(graphs), options_(options_text(config)) {
  formats::Sha256 sha;
  for (const std::string_view part :
       {kFormat, version(), kMethodsVersion, std::string_view(options_)}) {
    sha.update(part);
    sha.update("\n");
  }
  for (const Graph& graph : graphs) {
    sha.update(graph_key(graph));
  }
  key_ = sha.hex();
}

std::optional<std::vector<GraphEdits>> EditStore::read() const {
  if (folder_.empty() || !fs::exists(path())) {
    return std::nullopt;
  }
  const SafetensorsFile file = formats::read_safetensors(path());
  const StoredEdits in(file, path().string());
  in.expect_metadata("format", kFormat);
  in.expect_metadata("key", key_);
  const std::size_t count = graphs_.size();
  const auto graphs = static_cast<std::int64_t>(count);
  const auto nodes = in.array<std::int64_t>("nodes", TensorType::kI64, graphs);
  const auto removed = in.array<NodeId>("removed", TensorType::kI32, -1, 2);
  const auto added = in.array<NodeId>("added", TensorType::kI32, -1, 2);
  const auto rows = static_cast<std::int64_t>(added.size() / 2);
  const auto type = in.array<std::int32_t>("type", TensorType::kI32, rows);
  const auto weight = in.array<float>("weight", TensorType::kF32, rows);
  const auto removed_ptr = in.offsets("removed_ptr", count, removed.size() / 2);
  const auto added_ptr = in.offsets("added_ptr", count, added.size() / 2);
  std::vector<GraphEdits> all(count);
  for (std::size_t g = 0; g < count; ++g) {
    GraphEdits& edits = all[g];
    edits.num_nodes = nodes[g];
    for (auto i = static_cast<std::size_t>(removed_ptr[g]);
         i < static_cast<std::size_t>(removed_ptr[g + 1]); ++i) {
      edits.removed.push_back({removed[2 * i], removed[2 * i + 1]});
    }
    for (auto i = static_cast<std::size_t>(added_ptr[g]);
         i < static_cast<std::size_t>(added_ptr[g + 1]); ++i) {
      edits.added.push_back({{added[2 * i], added[2 * i + 1]}, type[i], weight[i]});
    }
    check_edits(in, edits, graphs_[g], g);
  }
  return all;
}

void EditStore::write(std::span<const GraphEdits> edits) const {
  if (folder_.empty()) {
    return;
  }
  std::vector<std::int64_t> nodes;
  std::vector<std::int64_t> removed_ptr{0};
  std::vector<std::int64_t> added_ptr{0};
  std::vector<NodeId> removed;
  std::vector<NodeId> added;
  std::vector<std::int32_t> type;
  std::vector<float> weight;
  for (const GraphEdits& of : edits) {
    nodes.push_back(of.num_nodes);
    for (const Edge& edge : of.removed) {
      removed.insert(removed.end(), {edge.u, edge.v});
    }
    for (const NewArc& arc : of.added) {
      added.insert(added.end(), {arc.arc.u, arc.arc.v});
      type.push_back(arc.type);
      weight.push_back(arc.weight);
    }
    removed_ptr.push_back(static_cast<std::int64_t>(removed.size() / 2));
    added_ptr.push_back(static_cast<std::int64_t>(type.size()));
  }
  const auto graphs = static_cast<std::int64_t>(nodes.size());
  const auto rows = static_cast<std::int64_t>(type.size());
  SafetensorsFile file;
  file.metadata = {{"format", std::string(kFormat)}, {"key", key_}, {"options", options_}};
  file.tensors["nodes"] = tensor(TensorType::kI64, {graphs}, nodes);
  file.tensors["removed_ptr"] = tensor(TensorType::kI64, {graphs + 1}, removed_ptr);
  file.tensors["removed"] = tensor(TensorType::kI32, {removed_ptr.back(), 2}, removed);
  file.tensors["added_ptr"] = tensor(TensorType::kI64, {graphs + 1}, added_ptr);
  file.tensors["added"] = tensor(TensorType::kI32, {rows, 2}, added);
  file.tensors["type"] = tensor(TensorType::kI32, {rows}, type);
  file.tensors["weight"] = tensor(TensorType::kF32, {rows}, weight);
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) {
    throw RunFailed("rewire.cache: cannot make the folder " + folder_.string() + ": " +
                    error.message());
  }
  write_file_atomically(path(), formats::write_safetensors(file), Overwrite::kReplace);
}

}  // namespace isthmus::train
