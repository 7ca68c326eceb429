#pragma once

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Which question the labels of karate() answer.
enum class KarateLabels {
  kFactions,     ///< The two sides of the club's conflict: 17 and 17 members.
  kCommunities,  ///< Four communities found by modularity, as PyG ships them: 13, 12, 4 and 5.
};

/// Zachary's karate club: 34 members, 78 friendships, no features, no splits. Needs no file.
///
/// @par Source  Zachary: An Information Flow Model for Conflict and Fission in Small Groups,
/// Journal
///              of Anthropological Research 33 (1977).
[[nodiscard]] Dataset karate(KarateLabels labels = KarateLabels::kFactions);

}  // namespace isthmus::datasets
