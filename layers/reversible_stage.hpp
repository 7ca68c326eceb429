#pragma once

#include <vector>

#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/reversible.hpp"

namespace isthmus::layers {

/// The stack of StageType::kReversible: layers_mp layers of ReversibleConv around layers of
/// dim_inner / groups channels. @pre check_options() took the options.
[[nodiscard]] ReversibleStack make_reversible_stack(const GnnOptions& options);

/// Adds a row for each layer of such a stack, its groups together.
void add_stack_rows(std::vector<LayerRow>& rows, const ReversibleStackImpl& stack);

}  // namespace isthmus::layers
