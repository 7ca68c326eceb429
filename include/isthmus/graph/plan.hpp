#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Chunks of the rows that `rowptr` delimits: cost of a row = its arcs + 8, equal shares of at most
/// 16384 units, so a chunk exceeds that by at most its last row. A function of rowptr alone.
/// No rows, or an empty span: no chunks. @par Cost  O(chunks log rows).
[[nodiscard]] RowChunks make_row_chunks(std::span<const std::int64_t> rowptr);

/// What kernels need beyond the CSR: its transpose, degrees and chunks. Lives inside a Graph
/// (`graph.plan()`), which must outlive what the members return; each part is built on first use
/// behind std::call_once, or eagerly by prepare(). Backward passes never sort: they walk csc().
class Plan {
 public:
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  /// Incoming arcs by destination (the graph's own arrays).
  [[nodiscard]] CsrView csr() const noexcept;
  /// Outgoing arcs by source: the CSR of the transpose. Aliases csr() when the graph is symmetric
  /// with multiplicity (checked, never assumed).
  [[nodiscard]] CsrView csc() const;
  /// csc_to_csr()[slot of csc] = slot of csr of the same arc; also present where csc aliases csr.
  [[nodiscard]] EdgePositions csc_to_csr() const;
  [[nodiscard]] bool csc_aliases_csr() const;
  /// Whether csc() would cost nothing now. Another thread may be building it at this moment.
  [[nodiscard]] bool csc_is_built() const noexcept;

  /// Arcs per node, loops and parallel arcs counted. @throws ResourceLimit  for 2^31 or more.
  [[nodiscard]] std::span<const std::int32_t> in_degree() const;
  [[nodiscard]] std::span<const std::int32_t> out_degree() const;
  /// 1 / in-degree as float and double, 0 for isolated destinations: what mean and its backward
  /// scale by.
  [[nodiscard]] std::span<const float> inv_in_degree_f32() const;
  [[nodiscard]] std::span<const double> inv_in_degree_f64() const;
  /// 1 / sqrt(1 + in-degree without loops): GCN's normalisation, every loop replaced by one.
  /// @throws InvalidArgument  if the graph is bipartite.
  [[nodiscard]] std::span<const float> gcn_norm_f32() const;
  [[nodiscard]] std::span<const double> gcn_norm_f64() const;

  /// Row chunks of csr() and csc(): cost nnz + 8 per row, about 16k units each.
  [[nodiscard]] const RowChunks& csr_chunks() const;
  [[nodiscard]] const RowChunks& csc_chunks() const;

  /// Builds csc, degrees and chunks now, so that the first step is not slower than the others.
  void prepare() const;

  /// Seconds spent building and bytes held, for reports.
  struct Cost {
    double seconds = 0.0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Cost cost() const;

  struct Parts;  ///< Private to the graph room.
  explicit Plan(std::unique_ptr<Parts> parts);

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace isthmus
