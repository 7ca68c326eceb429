#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "refine_tuples.hpp"

namespace isthmus::expressivity {

/// The rules of oblivious 3-WL and of 3-FWL. Memory: 48 bytes a pair of nodes for the first.
class TripleRules : public TupleRules {
 public:
  TripleRules(const TupleFrame& frame, bool folklore, std::uint64_t seed);

  void initial(std::span<Signature> key) override;
  void sums(std::int32_t round, std::span<const std::uint32_t> colour, const CancelToken& cancel,
            std::span<Signature> sum) override;
  void content(const TupleGraph& graph, std::int64_t tuple, std::span<const std::uint32_t> colour,
               std::vector<TupleEntry>& content) const override;

 private:
  void sum_oblivious(std::span<const std::uint32_t> colour, const CancelToken& cancel,
                     std::span<Signature> sum);
  void sum_folklore(std::span<const std::uint32_t> colour, const CancelToken& cancel,
                    std::span<Signature> sum) const;

  const TupleFrame& frame_;
  bool folklore_;
  std::uint64_t seed_;
  std::uint64_t key_ = 0;  ///< Of the round.
  /// Of each pair of nodes (x, y): the multisets of c(w,x,y), of c(x,w,y) and of c(x,y,w).
  std::vector<Signature> first_;
  std::vector<Signature> middle_;
  std::vector<Signature> last_;
};

}  // namespace isthmus::expressivity
