#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/prefetch.hpp"
#include "isthmus/datasets/graph_source.hpp"

namespace isthmus::datasets {

/// Options of GraphLoader.
struct GraphLoaderOptions {
  std::int64_t batch_size = 1;  ///< Graphs a batch, >= 1; the last one may hold fewer.
  bool shuffle = true;          ///< Draw a new order of the graphs for each epoch.
  /// Graphs alive at any time, >= batch_size: those of the caller's batch, and as many whole
  /// batches made ahead of it as fit beside.
  std::int64_t max_graphs = 4;
  std::uint64_t seed = 0;  ///< Of the orders.
};

/// Batches of whole graphs from a source, made or read while the caller works on the one before.
///
/// The graphs of a batch are a function of (ids, seed, epoch, batch): any batch of any epoch can be
/// had by itself, with the same bits, so a run that stopped goes on with epoch(e, first).
///
/// @par Thread-safe  all members are const, as far as the source's graph() is.
class GraphLoader {
 public:
  /// @param ids  Graphs of each epoch, e.g. one part of the source's split; distinct.
  /// @throws InvalidArgument  naming the id, if one is out of range or comes twice; if an option
  ///                          is out of range.
  GraphLoader(GraphSource source, std::vector<std::int64_t> ids,
              const GraphLoaderOptions& options = {});

  /// Batches of every epoch.
  [[nodiscard]] std::int64_t num_batches() const noexcept;
  /// Ids of the graphs of a batch, in its order.
  /// @throws InvalidArgument  unless 0 <= batch < num_batches().
  [[nodiscard]] std::vector<std::int64_t> ids_of(std::uint32_t epoch, std::int64_t batch) const;
  /// The graphs ids_of(epoch, batch).
  [[nodiscard]] std::vector<LabelledGraph> batch(std::uint32_t epoch, std::int64_t batch) const;
  /// Batches first, first + 1, ... of an epoch, made ahead of their use. Not more than max_graphs
  /// graphs are alive or being made if the caller drops a batch before it asks for the next. Must
  /// not outlive the loader.
  [[nodiscard]] Prefetch<std::vector<LabelledGraph>> epoch(std::uint32_t epoch,
                                                           std::int64_t first = 0) const;

  [[nodiscard]] const GraphSource& source() const noexcept { return source_; }

 private:
  GraphSource source_;
  std::vector<std::int64_t> ids_;
  GraphLoaderOptions options_;
};

}  // namespace isthmus::datasets
