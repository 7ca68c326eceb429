#include "isthmus/graph/cluster_loader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

namespace isthmus {
namespace {

constexpr std::uint32_t kLeadStream = 0x434C5553U;   // "CLUS"
constexpr std::uint32_t kOtherStream = 0x434C5554U;  // "CLUT"

[[noreturn]] void refuse_parts(const std::string& rule, std::int64_t got) {
  throw InvalidArgument("ClusterLoader: " + rule + ", got " + std::to_string(got));
}

}  // namespace

ClusterLoader::ClusterLoader(Graph graph, std::vector<std::int32_t> part,
                             const ClusterLoaderOptions& options, std::span<const NodeId> wanted)
    : graph_(std::move(graph)), options_(options), part_(std::move(part)) {
  if (graph_.is_bipartite()) {
    throw InvalidArgument("ClusterLoader: the graph must not be bipartite");
  }
  const NodeId num_nodes = graph_.num_nodes();
  if (static_cast<std::int64_t>(part_.size()) != num_nodes) {
    refuse_parts("part must have an entry per node, " + std::to_string(num_nodes),
                 static_cast<std::int64_t>(part_.size()));
  }
  if (options_.parts_per_batch < 1) {
    refuse_parts("parts_per_batch must be >= 1", options_.parts_per_batch);
  }
  for (NodeId v = 0; v < num_nodes; ++v) {
    const std::int32_t p = part_[static_cast<std::size_t>(v)];
    if (p < 0) {
      refuse_parts("part[" + std::to_string(v) + "] must be >= 0", p);
    }
    if (static_cast<std::size_t>(p) >= nodes_.size()) {
      nodes_.resize(static_cast<std::size_t>(p) + 1);
    }
    std::vector<NodeId>& own = nodes_[static_cast<std::size_t>(p)];
    place_.push_back(static_cast<NodeId>(own.size()));
    own.push_back(v);
  }
  std::vector<bool> leads(nodes_.size(), wanted.empty());
  for (const NodeId v : wanted) {
    if (v < 0 || v >= num_nodes) {
      refuse_parts("wanted nodes must be in [0, " + std::to_string(num_nodes) + ")", v);
    }
    leads[static_cast<std::size_t>(part_[static_cast<std::size_t>(v)])] = true;
  }
  for (std::size_t p = 0; p < nodes_.size(); ++p) {
    if (!nodes_[p].empty()) {
      (leads[p] ? leads_ : others_).push_back(static_cast<std::int32_t>(p));
    }
  }
  const auto parts = static_cast<std::int64_t>(leads_.size() + others_.size());
  num_batches_ = std::min(static_cast<std::int64_t>(leads_.size()),
                          (parts + options_.parts_per_batch - 1) / options_.parts_per_batch);
}

std::vector<std::int32_t> ClusterLoader::parts_of(std::uint32_t epoch, std::int64_t batch) const {
  if (batch < 0 || batch >= num_batches_) {
    refuse_parts("batch must be in [0, " + std::to_string(num_batches_) + ")", batch);
  }
  // Leads are dealt first, one to each batch in turn, so that none goes without.
  std::vector<std::int32_t> deck;
  for (const auto& [parts, stream] :
       {std::pair(&leads_, kLeadStream), std::pair(&others_, kOtherStream)}) {
    if (!options_.shuffle) {
      deck.insert(deck.end(), parts->begin(), parts->end());
      continue;
    }
    RandomStream draws(options_.seed, stream, epoch);
    for (const std::int64_t i : draws.permutation(static_cast<std::int64_t>(parts->size()))) {
      deck.push_back((*parts)[static_cast<std::size_t>(i)]);
    }
  }
  std::vector<std::int32_t> mine;
  for (auto i = static_cast<std::size_t>(batch); i < deck.size();
       i += static_cast<std::size_t>(num_batches_)) {
    mine.push_back(deck[i]);
  }
  std::sort(mine.begin(), mine.end());
  return mine;
}

ClusterBatch ClusterLoader::batch(std::uint32_t epoch, std::int64_t batch) const {
  ClusterBatch result;
  std::vector<NodeId> first(nodes_.size(), -1);  // of each part in the batch; -1: not in it
  for (const std::int32_t p : parts_of(epoch, batch)) {
    const std::vector<NodeId>& own = nodes_[static_cast<std::size_t>(p)];
    first[static_cast<std::size_t>(p)] = static_cast<NodeId>(result.n_id.size());
    result.n_id.insert(result.n_id.end(), own.begin(), own.end());
  }
  const CsrView csr = graph_.csr();
  const EdgePositions eid = graph_.eid();
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (std::size_t at = 0; at < result.n_id.size(); ++at) {
    const auto v = static_cast<std::size_t>(result.n_id[at]);
    for (std::int64_t slot = csr.rowptr[v]; slot < csr.rowptr[v + 1]; ++slot) {
      const auto u = static_cast<std::size_t>(csr.col[static_cast<std::size_t>(slot)]);
      const NodeId begin = first[static_cast<std::size_t>(part_[u])];
      if (begin >= 0) {
        src.push_back(begin + place_[u]);
        dst.push_back(static_cast<NodeId>(at));
        result.e_id.push_back(eid[slot]);
      }
    }
  }
  result.graph = Graph::from_coo(static_cast<NodeId>(result.n_id.size()), src, dst);
  return result;
}

}  // namespace isthmus
