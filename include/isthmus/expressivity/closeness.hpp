#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::expressivity {

/// Options of closeness().
struct ClosenessOptions {
  std::int32_t k = 3;  ///< Rounds of the encoder, >= 0.
  CancelToken cancel = {};
};

/// How a model's order of items agrees with topological closeness, over all users and all pairs of
/// different items.
struct ClosenessResult {
  std::int64_t concordant = 0;  ///< Ordered by closeness and alike by the model.
  std::int64_t discordant = 0;  ///< Ordered by closeness, otherwise or not at all by the model.
  std::int64_t tied = 0;        ///< Equally close: any order of the model is right.

  /// The model is faithful at k.
  [[nodiscard]] bool faithful() const noexcept { return discordant == 0; }
};

/// Topological closeness of user u to each item, [I], by the parameter-free encoder GTE.
///
/// With A the matrix of users and items, R_item = I and R_user = 0, k times at once R_user += A
/// R_item and R_item += A' R_user; row u of R_user is
///
///     score(u,i) = sum over odd j <= k of binom(k,j) W_j(u,i),   W_j = walks of j arcs
///
/// @param graph  Arcs from items (sources) to users (destinations); parallel arcs count as often. A
///               graph that is not bipartite has its nodes on both sides.
/// @throws InvalidArgument  if user is none or k < 0.
/// @throws ResourceLimit    if a number of walks passes 2^64 - 1: never a wrong score.
/// @par Cost    O(k E); memory 16 bytes a user and item.
/// @par Source  Cai, Xia, Ren, Huang: How Expressive are Graph Neural Networks in Recommendation?,
///              CIKM 2023 (arXiv:2308.11127).
[[nodiscard]] std::vector<std::uint64_t> closeness_scores(const Graph& graph, NodeId user,
                                                          std::int32_t k);

/// Compares a model's scores with topological closeness, user by user.
///
/// @param scores  [U, I] of the model, row by row; not NaN.
/// @throws InvalidArgument  for another number of scores or a NaN, naming user and item, and as
///                          closeness_scores().
/// @throws Interrupted      on cancel.
/// @par Cost    O(U (k E + I log I)), parallel over users; memory 40 bytes an item and thread.
[[nodiscard]] ClosenessResult closeness(const Graph& graph, std::span<const double> scores,
                                        const ClosenessOptions& options = {});

}  // namespace isthmus::expressivity
