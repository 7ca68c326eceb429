#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "modular_product.hpp"
#include "refine_tuples.hpp"

namespace isthmus::expressivity {

/// A test of pairs (u, v) as the multisets that it looks at. e = label of an edge.
struct PairTerms {
  /// Round 0 is atp(u,v); else (l(v), [u = v]).
  bool starts_as_atp = true;
  bool column = false;      ///< {{c(w,v) : w in V}}
  bool line = false;        ///< {{c(u,w) : w in V}}
  bool near_first = false;  ///< {{(e(u,w), c(w,v)) : w in N(u)}}
  bool near_last = false;   ///< {{(e(v,w), c(u,w)) : w in N(v)}}
  /// Entries of the two above also carry how many entries of their column or line have their
  /// colour.
  bool counted = false;
  bool diagonal = false;       ///< c(v,v)
  bool through_first = false;  ///< {{(c(u,w), c(w,v)) : w in N(u)}}
  bool through_last = false;   ///< {{(c(u,w), c(w,v)) : w in N(v)}}
  bool through_all = false;    ///< {{(c(u,w), c(w,v)) : w in V}}
};

/// The rules of a test of pairs. Memory: two signatures a node; 12 T bytes where entries are
/// counted.
class PairRules : public TupleRules {
 public:
  /// With `modular`, through_all is summed by ModularProduct; it is the only term then.
  PairRules(const TupleFrame& frame, const PairTerms& terms, bool modular, std::uint64_t seed);

  void initial(std::span<Signature> key) override;
  void sums(std::int32_t round, std::span<const std::uint32_t> colour, const CancelToken& cancel,
            std::span<Signature> sum) override;
  void content(const TupleGraph& graph, std::int64_t tuple, std::span<const std::uint32_t> colour,
               std::vector<TupleEntry>& content) const override;

 private:
  void sum_whole_lines(std::span<const std::uint32_t> colour, const CancelToken& cancel);
  void count_entries(std::span<const std::uint32_t> colour, const CancelToken& cancel);
  void add_whole(const TupleGraph& graph, std::int64_t u, std::span<const std::uint32_t> c,
                 std::span<Signature> sum) const;
  void add_near(const TupleGraph& graph, std::int64_t u, std::span<const std::uint32_t> c,
                std::span<Signature> sum) const;
  void add_through(const TupleGraph& graph, std::int64_t u, std::span<const std::uint32_t> c,
                   std::span<Signature> sum) const;
  [[nodiscard]] std::uint64_t salt(int term) const noexcept;

  const TupleFrame& frame_;
  PairTerms terms_;
  std::uint64_t seed_;
  std::uint64_t key_ = 0;  ///< Of the round.
  std::optional<ModularProduct> modular_;
  std::vector<Signature> line_;           ///< Of each node u: the multiset of its line.
  std::vector<Signature> column_;         ///< Of each node v: the multiset of its column.
  std::vector<std::uint32_t> in_line_;    ///< Of each pair: entries of its line with its colour.
  std::vector<std::uint32_t> in_column_;  ///< The same of its column.
  std::vector<std::uint32_t> sorted_;     ///< Lines, then columns, while they are counted.
};

}  // namespace isthmus::expressivity
