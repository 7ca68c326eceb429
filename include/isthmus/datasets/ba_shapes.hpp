#pragma once

#include <cstdint>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Where ba_shapes() hangs its houses.
enum class HouseAttach : std::uint8_t {
  /// House k by its node a to base node k * floor(num_base / num_houses), as the original code.
  kRegular,
  kUniform,  ///< By a random node of the house to a random base node, another for each house.
};

/// Options of ba_shapes(). The defaults are the size of the published experiments.
struct BaShapesOptions {
  HouseAttach attach = HouseAttach::kRegular;
  std::int64_t num_base = 300;   ///< 6 .. 10^6.
  std::int64_t num_houses = 80;  ///< 0 .. 10^6; kUniform: at most num_base.
  double extra_edges = 0.01;     ///< Random edges as a share of all others, in [0, 0.5].
  std::uint64_t seed = 0;
};

/// The node classification set for explainers: a Barabasi-Albert graph of 5 edges a new node, with
/// houses hung onto it by one edge each, then floor(extra_edges * edges) new random edges. 700
/// nodes, 2055 edges. Classes: 0 base, 1 the house's a and b (under the roof), 2 its c and d, 3 its
/// roof. The base is numbered first, then the houses a, b, c, d, roof. x: ten columns of ones.
/// node_mask and edge_mask: nodes of the houses, and their own six edges. One stratified 80/10/10
/// split.
///
/// @throws isthmus::InvalidArgument  naming the option, if one is out of range.
///
/// @par Source  Ying et al.: GNNExplainer, NeurIPS 2019; kUniform as in PyTorch Geometric's
///              ExplainerDataset.
[[nodiscard]] Dataset ba_shapes(const BaShapesOptions& options = {});

}  // namespace isthmus::datasets
