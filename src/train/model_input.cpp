#include "isthmus/train/model_input.hpp"

namespace isthmus::train {

at::Tensor run_model(layers::Gnn& model, const ModelInput& input) {
  layers::ConvContext context(input.graph);
  context.edge_attr = input.edge_attr;
  context.edge_type = input.edge_type;
  context.edge_mask = input.edge_mask;
  context.constant = input.constant.get();
  return model->forward(input.x, context, input.ptr);
}

}  // namespace isthmus::train
