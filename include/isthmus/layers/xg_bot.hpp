#pragma once

#include "isthmus/layers/gnn_options.hpp"

namespace isthmus::layers {

/// XG-BoT, the botnet detector, as options of Gnn, 1 -> 2: Linear(1, 64); 24 grouped reversible
/// layers, 2 groups, of blocks
///
///     F(u) = BatchNorm(relu(W_2 relu(W_1 (z_i + sum_{j -> i} z_j) + b_1) + b_2)),
///     z = mask * relu(LayerNorm(u))
///
/// with one mask a step for all layers, p = 0.2; LayerNorm(64), ReLU, dropout 0.2, Linear(64, 2).
/// 107,906 parameters as published; its input is ones.
///
/// @par Source  Lo, Kulatilleke, Sarhan, Layeghy, Portmann: XG-BoT, Internet of Things 22, 2023
///              (arXiv:2207.09088).
/// @par Differs from the authors' notebook: evaluation uses the running statistics, which change
///      once a step and not three times.
[[nodiscard]] GnnOptions xg_bot_options();

}  // namespace isthmus::layers
