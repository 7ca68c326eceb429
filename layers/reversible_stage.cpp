#include "reversible_stage.hpp"

#include <string>

#include "isthmus/layers/reversible_conv.hpp"

#include "layer_rows.hpp"
#include "make_conv.hpp"

namespace isthmus::layers {

ReversibleStack make_reversible_stack(const GnnOptions& options) {
  const ReversibleShape& shape = options.reversible;
  const std::int64_t width = options.dim_inner / shape.groups;
  GnnOptions inside = options;  // what a layer of one group would be told
  inside.dim_inner = width;
  inside.norm = shape.norm_inside;
  const auto block = [&](std::int64_t layer, std::int64_t) {
    return ReversibleConv(ReversibleConvOptions(width)
                              .norm(options.norm)
                              .act(options.act)
                              .relu_after(shape.relu_after)
                              .norm_after(shape.norm_after),
                          make_conv(inside, width, width, layer))
        .ptr();
  };
  return ReversibleStack(ReversibleOptions(options.dim_inner, options.layers_mp)
                             .groups(shape.groups)
                             .stream(shape.stream)
                             .bits(static_cast<int>(shape.bits))
                             .verify(shape.verify)
                             .mode(shape.mode)
                             .dropout(options.dropout)
                             .mask(shape.mask),
                         block);
}

void add_stack_rows(std::vector<LayerRow>& rows, const ReversibleStackImpl& stack) {
  const auto groups = static_cast<std::size_t>(stack.options.groups());
  const std::int64_t width = stack.options.channels() / stack.options.groups();
  for (std::size_t first = 0; first < stack.blocks().size(); first += groups) {
    const auto* block = dynamic_cast<const ReversibleConvImpl*>(stack.blocks()[first].get());
    LayerRow row{"stack.layers." + std::to_string(first / groups),
                 "Reversible " + row_of({}, *block->conv, {}).type,
                 std::to_string(groups) + " x " + arrow(width, width), 0};
    for (const auto& one : stack.blocks().subspan(first, groups)) {
      row.parameters += row_of({}, *one, {}).parameters;
    }
    rows.push_back(std::move(row));
  }
}

}  // namespace isthmus::layers
