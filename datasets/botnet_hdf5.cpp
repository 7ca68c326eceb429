#include "isthmus/datasets/botnet_hdf5.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/hdf5_reader.hpp"
#include "isthmus/formats/hdf5_writer.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

using formats::Hdf5Array;
using formats::Hdf5Reader;

/// A file and the number of its graphs.
struct GraphFile {
  Hdf5Reader in;
  std::int64_t num_graphs = 0;
};

[[noreturn]] void fail(const Hdf5Reader& in, const std::string& object, const std::string& text) {
  throw DataError({.file = in.name_of(object)}, text);
}

void check_count(const Hdf5Reader& in, const std::string& object, const char* attribute,
                 std::int64_t got) {
  const std::optional<std::int64_t> stated = in.integer_attribute(object, attribute);
  if (stated.has_value() && *stated != got) {
    fail(in, object,
         std::string("attribute ") + attribute + " disagrees with the content (expected " +
             std::to_string(got) + ", got " + std::to_string(*stated) + ")");
  }
}

GraphFile open_file(const std::filesystem::path& path) {
  GraphFile file{.in = Hdf5Reader(path)};
  const std::vector<std::string> names = file.in.names("/");
  file.num_graphs = static_cast<std::int64_t>(names.size());
  for (const std::string& name : names) {
    // Distinct names that all are one of '0' .. 'G-1' are all of them.
    const bool plain =
        !name.empty() && name.size() < 10 && (name == "0" || name[0] != '0') &&
        std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!plain || std::stoll(name) >= file.num_graphs) {
      fail(file.in, "/" + name,
           "must be a graph, named by its number (expected 0.." +
               std::to_string(file.num_graphs - 1) + ")");
    }
  }
  check_count(file.in, "/", "num_graphs", file.num_graphs);
  return file;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) {
    text += (text.empty() ? "" : ", ") + std::to_string(extent);
  }
  return "(" + text + ")";
}

/// An array of shape (n) whose values are 0 or 1.
std::vector<std::int64_t> read_bits(const Hdf5Reader& in, const std::string& object,
                                    std::int64_t n) {
  Hdf5Array<std::int64_t> bits = in.integers(object);
  if (bits.shape != std::vector<std::int64_t>{n}) {
    fail(in, object, "shape must be (" + std::to_string(n) + "), got " + shape_text(bits.shape));
  }
  for (std::size_t i = 0; i < bits.values.size(); ++i) {
    if (bits.values[i] != 0 && bits.values[i] != 1) {
      fail(in, object,
           "value at position " + std::to_string(i) + " must be 0 or 1, got " +
               std::to_string(bits.values[i]));
    }
  }
  return std::move(bits.values);
}

void read_arcs(const Hdf5Reader& in, const std::string& object, ArcList& arcs) {
  const Hdf5Array<std::int64_t> ends = in.integers(object);
  if (ends.shape.size() != 2 || ends.shape[0] != 2) {
    fail(in, object, "shape must be (2, E), got " + shape_text(ends.shape));
  }
  const auto count = static_cast<std::size_t>(ends.shape[1]);
  arcs.src.reserve(count);
  arcs.dst.reserve(count);
  for (std::size_t i = 0; i < ends.values.size(); ++i) {
    const std::int64_t id = ends.values[i];
    if (id < 0 || id >= arcs.num_nodes) {
      fail(in, object,
           "node of arc " + std::to_string(i < count ? i : i - count) +
               " is out of range (expected 0.." + std::to_string(arcs.num_nodes - 1) + ", got " +
               std::to_string(id) + ")");
    }
    (i < count ? arcs.src : arcs.dst).push_back(static_cast<NodeId>(id));
  }
}

Features read_features(const Hdf5Reader& in, const std::string& object, std::int64_t n) {
  Features x;
  x.num_rows = n;
  if (!in.contains(object)) {
    x.num_cols = 1;
    x.dense.assign(static_cast<std::size_t>(n), 1.0F);
    return x;
  }
  Hdf5Array<float> values = in.reals(object);
  if (values.shape.size() != 2 || values.shape[0] != n) {
    fail(in, object,
         "shape must be (" + std::to_string(n) + ", F), got " + shape_text(values.shape));
  }
  const auto bad = std::find_if(values.values.begin(), values.values.end(),
                                [](float value) { return !std::isfinite(value); });
  if (bad != values.values.end()) {
    fail(in, object,
         "value at position " + std::to_string(bad - values.values.begin()) + " must be finite");
  }
  x.num_cols = values.shape[1];
  x.dense = std::move(values.values);
  return x;
}

LabelledGraph read_graph(const Hdf5Reader& in, const std::string& group) {
  const std::optional<std::int64_t> num_nodes = in.integer_attribute(group, "num_nodes");
  if (!num_nodes.has_value()) {
    fail(in, group, "has no attribute num_nodes");
  }
  if (*num_nodes < 0 || *num_nodes > std::numeric_limits<NodeId>::max()) {
    fail(in, group,
         "attribute num_nodes must be in 0 .. 2^31 - 1, got " + std::to_string(*num_nodes));
  }
  LabelledGraph item;
  item.y = read_bits(in, group + "/y", *num_nodes);  // the first to ask for that many bytes
  item.x = read_features(in, group + "/x", *num_nodes);
  ArcList arcs;
  arcs.num_nodes = *num_nodes;
  read_arcs(in, group + "/edge_index", arcs);
  const auto num_arcs = static_cast<std::int64_t>(arcs.src.size());
  const bool has_edge_y = in.contains(group + "/edge_y");
  if (has_edge_y) {
    arcs.label = read_bits(in, group + "/edge_y", num_arcs);
    check_count(in, group, "num_evil_edges", std::reduce(arcs.label.begin(), arcs.label.end()));
  }
  check_count(in, group, "num_edges", num_arcs);
  check_count(in, group, "num_evils", std::reduce(item.y.begin(), item.y.end()));

  LoadReport ignored;
  SortedArcs sorted = sort_arcs(arcs, {}, ignored);
  item.edge_y.assign(sorted.label.begin(), sorted.label.end());
  item.graph = Graph::from_csr(static_cast<NodeId>(*num_nodes), std::move(sorted.rowptr),
                               std::move(sorted.col));
  return item;
}

/// The graphs of all files, one after the other.
class Files {
 public:
  explicit Files(const std::vector<std::filesystem::path>& paths) {
    for (const std::filesystem::path& path : paths) {
      first_.push_back(first_.back() + files_.emplace_back(open_file(path)).num_graphs);
    }
    if (num_graphs() > 0) {
      num_features_ = graph(0).x.num_cols;
      const auto file = std::find_if(files_.begin(), files_.end(),
                                     [](const GraphFile& some) { return some.num_graphs > 0; });
      has_edge_y_ = file->in.contains("/0/edge_y");
    }
  }

  [[nodiscard]] std::int64_t num_graphs() const noexcept { return first_.back(); }
  [[nodiscard]] std::int64_t num_features() const noexcept { return num_features_; }
  /// First id of the graphs of each file, and the end.
  [[nodiscard]] const std::vector<std::int64_t>& first() const noexcept { return first_; }

  [[nodiscard]] LabelledGraph graph(std::int64_t index) const {
    if (index < 0 || index >= num_graphs()) {
      throw InvalidArgument("open_botnet_hdf5: graph must be in [0, " +
                            std::to_string(num_graphs()) + "), got " + std::to_string(index));
    }
    const auto after = std::upper_bound(first_.begin(), first_.end(), index);
    const auto file = static_cast<std::size_t>(after - first_.begin() - 1);
    const Hdf5Reader& in = files_[file].in;
    const std::string group = "/" + std::to_string(index - first_[file]);
    LabelledGraph item = read_graph(in, group);
    if (num_features_ >= 0 && item.x.num_cols != num_features_) {
      fail(in, group,
           "features differ from those of the first graph (expected " +
               std::to_string(num_features_) + " columns, got " + std::to_string(item.x.num_cols) +
               ")");
    }
    if (has_edge_y_.has_value() && in.contains(group + "/edge_y") != *has_edge_y_) {
      fail(in, group,
           std::string(*has_edge_y_ ? "lacks" : "has") + " edge_y, unlike the first graph");
    }
    return item;
  }

 private:
  std::vector<GraphFile> files_;
  std::vector<std::int64_t> first_{0};
  // Of the first graph, once it has been read.
  std::int64_t num_features_ = -1;
  std::optional<bool> has_edge_y_;
};

Split split_by_file(const std::vector<std::int64_t>& first) {
  Split split = split_in_order(first.back());
  if (first.size() == 4) {
    std::vector<std::int64_t>* const parts[] = {&split.train, &split.val, &split.test};
    for (std::size_t p = 0; p < 3; ++p) {
      parts[p]->resize(static_cast<std::size_t>(first[p + 1] - first[p]));
      std::iota(parts[p]->begin(), parts[p]->end(), first[p]);
    }
  }
  return split;
}

/// The ends of all arcs in rows' order: sources, then destinations.
std::vector<std::int64_t> edge_index(const Graph& graph) {
  const CsrView csr = graph.csr();
  std::vector<std::int64_t> ends(csr.col.begin(), csr.col.end());
  ends.reserve(2 * ends.size());
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    ends.insert(ends.end(), static_cast<std::size_t>(csr.degree(v)), v);
  }
  return ends;
}

}  // namespace

GraphSource open_botnet_hdf5(const std::vector<std::filesystem::path>& files) {
  if (files.size() != 1 && files.size() != 3) {
    throw InvalidArgument("open_botnet_hdf5: files must be one, or three (train, val, test), got " +
                          std::to_string(files.size()));
  }
  const auto opened = std::make_shared<const Files>(files);
  GraphSource source;
  source.name = files.front().filename().string();
  source.num_graphs = opened->num_graphs();
  source.num_features = std::max<std::int64_t>(opened->num_features(), 1);
  source.num_classes = 2;
  source.class_labels = {"0", "1"};
  source.split = split_by_file(opened->first());
  source.report.format = "botnet-hdf5";
  for (const std::filesystem::path& file : files) {
    source.report.files.push_back({.path = file.string(), .sha256 = {}});
  }
  source.graph = [opened](std::int64_t index) { return opened->graph(index); };
  return source;
}

void write_botnet_hdf5(const std::filesystem::path& path, const GraphSource& source,
                       Overwrite overwrite) {
  const auto fill = [&source](formats::Hdf5Writer& out) {
    double nodes = 0.0;
    double arcs = 0.0;
    double evils = 0.0;
    for (std::int64_t k = 0; k < source.num_graphs; ++k) {
      const LabelledGraph item = source.graph(k);
      const std::int64_t n = item.graph.num_nodes();
      const std::int64_t e = item.graph.num_edges();
      const std::string group = "/" + std::to_string(k);
      const std::int64_t bots = std::reduce(item.y.begin(), item.y.end());
      out.group(group);
      out.attribute(group, "num_nodes", n);
      out.attribute(group, "num_edges", e);
      out.attribute(group, "num_evils", bots);
      out.array(group + "/edge_index", std::vector<std::int64_t>{2, e}, edge_index(item.graph));
      out.array(group + "/x", std::vector<std::int64_t>{n, item.x.num_cols}, item.x.dense);
      out.array(group + "/y", std::vector<std::int64_t>{n},
                std::vector<std::uint8_t>(item.y.begin(), item.y.end()));
      if (!item.edge_y.empty()) {
        out.attribute(group, "num_evil_edges",
                      std::reduce(item.edge_y.begin(), item.edge_y.end(), std::int64_t{0}));
        out.array(group + "/edge_y", std::vector<std::int64_t>{e}, item.edge_y);
      }
      nodes += static_cast<double>(n);
      arcs += static_cast<double>(e);
      evils += static_cast<double>(bots);
    }
    const double count = std::max(static_cast<double>(source.num_graphs), 1.0);
    out.attribute("/", "num_graphs", source.num_graphs);
    out.attribute("/", "num_nodes_avg", nodes / count);
    out.attribute("/", "num_edges_avg", arcs / count);
    out.attribute("/", "num_evils_avg", evils / count);
  };
  formats::write_hdf5(path, fill, overwrite);
}

}  // namespace isthmus::datasets
