#include "metis_call.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <mutex>

#include <metis.h>

#include "isthmus/core/error.hpp"

namespace isthmus::partition_detail {
namespace {

static_assert(sizeof(idx_t) == 4 || sizeof(idx_t) == 8);
constexpr std::int64_t kIndexLimit = std::numeric_limits<idx_t>::max();

/// Bytes that METIS was seen to use.
constexpr std::int64_t kBytesPerArc = 74;
constexpr std::int64_t kBytesPerNode = 4;

template <class From>
std::vector<idx_t> to_index(std::span<const From> values) {
  std::vector<idx_t> narrow(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    narrow[i] = static_cast<idx_t>(values[i]);
  }
  return narrow;
}

}  // namespace

std::int64_t metis_index_limit() noexcept { return kIndexLimit; }
int metis_index_bits() noexcept { return 8 * static_cast<int>(sizeof(idx_t)); }

std::string metis_version() {
  return "METIS " + std::to_string(METIS_VER_MAJOR) + "." + std::to_string(METIS_VER_MINOR) + "." +
         std::to_string(METIS_VER_SUBMINOR) + ", " + std::to_string(metis_index_bits()) + "-bit";
}

void check_width(std::int64_t count, const char* of_what) {
  if (count > kIndexLimit) {
    throw ResourceLimit("partition_kway: " + std::to_string(count) + " " + of_what + " > " +
                            std::to_string(kIndexLimit) + "; this METIS is " +
                            std::to_string(metis_index_bits()) + "-bit",
                        "an order that needs no partition, such as bfs, has no such limit");
  }
}

void check_memory(std::int64_t nodes, std::int64_t arcs, std::int64_t available) {
  const std::int64_t wanted = kBytesPerArc * arcs + kBytesPerNode * nodes;
  if (available >= 0 && wanted > available) {
    constexpr std::int64_t kMega = 1'000'000;
    throw ResourceLimit("partition_kway: METIS needs about " + std::to_string(wanted / kMega) +
                            " MB for " + std::to_string(arcs) + " directed edges, " +
                            std::to_string(available / kMega) + " MB are available",
                        "an order that needs no partition, such as bfs, needs a tenth of it");
  }
}

void check_status(int status) {
  switch (status) {
    case METIS_OK:
      return;
    case METIS_ERROR_MEMORY:
      throw ResourceLimit("partition_kway: METIS ran out of memory");
    case METIS_ERROR_INPUT:
      throw RunFailed("partition_kway: METIS refused its input (METIS_ERROR_INPUT)");
    case METIS_ERROR:
      throw RunFailed(
          "partition_kway: METIS stopped on a request to terminate or an internal error "
          "(METIS_ERROR)");
    default:
      throw RunFailed("partition_kway: METIS returned an unknown status, " +
                      std::to_string(status));
  }
}

MetisAnswer call_metis(const MetisCall& call) {
  std::vector<idx_t> rowptr = to_index(call.graph.rowptr);
  std::vector<idx_t> col = to_index(call.graph.col);
  std::vector<idx_t> weight = to_index(call.weight);
  std::vector<idx_t> part(static_cast<std::size_t>(call.graph.num_rows()), -1);
  idx_t nodes = call.graph.num_rows();
  idx_t constraints = call.constraints;
  auto parts = static_cast<idx_t>(call.parts);
  idx_t cut = -1;
  std::array<idx_t, METIS_NOPTIONS> options{};
  METIS_SetDefaultOptions(options.data());
  options[METIS_OPTION_OBJTYPE] = METIS_OBJTYPE_CUT;
  options[METIS_OPTION_NUMBERING] = 0;
  options[METIS_OPTION_SEED] = call.seed;
  options[METIS_OPTION_NITER] = call.iterations;
  options[METIS_OPTION_NCUTS] = call.cuts;
  options[METIS_OPTION_UFACTOR] = call.ufactor;

  int status = METIS_OK;
  {
    static std::mutex one_at_a_time;  // METIS draws from rand() and sets signal handlers
    const std::lock_guard lock(one_at_a_time);
    status = METIS_PartGraphKway(&nodes, &constraints, rowptr.data(), col.data(),
                                 weight.empty() ? nullptr : weight.data(), nullptr, nullptr, &parts,
                                 nullptr, nullptr, options.data(), &cut, part.data());
  }
  check_status(status);
  return {{part.begin(), part.end()}, cut};
}

}  // namespace isthmus::partition_detail
