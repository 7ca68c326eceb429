#include "curvature_encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/forman.hpp"
#include "isthmus/rewiring/fraction.hpp"
#include "isthmus/rewiring/jost_liu.hpp"
#include "isthmus/rewiring/lcp.hpp"
#include "isthmus/rewiring/lin_lu_yau.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "rewire_set.hpp"

namespace isthmus::train {
namespace {

std::vector<double> numbers(const std::vector<rewiring::Fraction>& fractions) {
  std::vector<double> values;
  values.reserve(fractions.size());
  for (const rewiring::Fraction& fraction : fractions) {
    values.push_back(fraction.to_double());
  }
  return values;
}

/// Of each edge in the order of Graph::edges().
std::vector<double> curvature_of(const Graph& graph, const std::string& kind) {
  if (kind == "orc") {
    return numbers(rewiring::ollivier_ricci(graph).curvature);
  }
  if (kind == "lly") {
    return numbers(rewiring::lin_lu_yau(graph).curvature);
  }
  if (kind == "bfc") {
    return numbers(rewiring::balanced_forman(graph).curvatures);
  }
  std::vector<double> values;
  for (const rewiring::FormanCurvature& of : rewiring::forman(graph).curvatures) {
    const std::int64_t value = kind == "afrc3" ? of.afrc3 : kind == "afrc4" ? of.afrc4 : of.forman;
    values.push_back(static_cast<double>(value));
  }
  return values;
}

/// Columns of a profile.
std::size_t profile_width(const std::string& kind) { return kind == "jl" ? 2 : 5; }

std::vector<double> profile_of(const Graph& graph, const std::string& kind) {
  if (kind == "jl") {
    const rewiring::JostLiuResult bounds = rewiring::jost_liu(graph);
    return rewiring::lcp_bounds(graph, numbers(bounds.lower), numbers(bounds.upper));
  }
  return rewiring::lcp(graph, curvature_of(graph, kind));
}

}  // namespace

void append_curvature(datasets::Dataset& dataset, const EncodingConfig& config,
                      const std::string& directed) {
  const std::vector<Graph> graphs = simple_graphs(dataset, directed, "encoding.lcp");
  const auto nodes = static_cast<std::size_t>(dataset.num_nodes());
  const std::size_t profile = profile_width(config.lcp_kind);
  const auto given = static_cast<std::size_t>(dataset.num_encoding_columns);
  const std::size_t width = given + profile;
  std::vector<float> rows(nodes * width);
  for (std::size_t v = 0; v < nodes; ++v) {
    std::copy_n(dataset.encoding.data() + v * given, given, rows.data() + v * width);
  }
  parallel_chunks(static_cast<std::int64_t>(graphs.size()), [&](std::int64_t i) {
    const auto g = static_cast<std::size_t>(i);
    const std::vector<double> values = profile_of(graphs[g], config.lcp_kind);
    const auto first = static_cast<std::size_t>(dataset.node_ptr[g]);
    for (std::size_t k = 0; k < values.size(); ++k) {
      rows[(first + k / profile) * width + given + k % profile] = static_cast<float>(values[k]);
    }
  });
  dataset.encoding = std::move(rows);
  dataset.num_encoding_columns = static_cast<std::int64_t>(width);
}

datasets::Features with_encoding(const datasets::Features& x, const datasets::Dataset& dataset) {
  const auto more = static_cast<std::size_t>(dataset.num_encoding_columns);
  datasets::Features result;
  result.num_rows = x.num_rows;
  result.num_cols = x.num_cols + dataset.num_encoding_columns;
  result.sparse = x.sparse;
  if (x.sparse) {
    result.rowptr.push_back(0);
  }
  for (std::size_t v = 0; v < static_cast<std::size_t>(x.num_rows); ++v) {
    const std::span<const float> own(dataset.encoding.data() + v * more, more);
    if (!x.sparse) {
      const auto row = x.dense.begin() + static_cast<std::ptrdiff_t>(v) * x.num_cols;
      result.dense.insert(result.dense.end(), row, row + x.num_cols);
      result.dense.insert(result.dense.end(), own.begin(), own.end());
      continue;
    }
    for (auto i = static_cast<std::size_t>(x.rowptr[v]);
         i < static_cast<std::size_t>(x.rowptr[v + 1]); ++i) {
      result.col.push_back(x.col[i]);
      result.value.push_back(x.value[i]);
    }
    for (std::size_t k = 0; k < more; ++k) {
      if (own[k] != 0.0F) {
        result.col.push_back(static_cast<std::int32_t>(x.num_cols) + static_cast<std::int32_t>(k));
        result.value.push_back(own[k]);
      }
    }
    result.rowptr.push_back(static_cast<std::int64_t>(result.col.size()));
  }
  return result;
}

}  // namespace isthmus::train
