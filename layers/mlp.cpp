#include "isthmus/layers/mlp.hpp"

#include <ostream>

#include <c10/util/Exception.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/layer_norm.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

MlpImpl::MlpImpl(const MlpOptions& mlp_options) : options(mlp_options) {
  TORCH_CHECK(options.channels().size() >= 2, "Mlp: channels must be 2 widths or more, got ",
              options.channels().size());
  TORCH_CHECK(options.dropout() >= 0.0 && options.dropout() < 1.0,
              "Mlp: dropout must be in [0, 1), got ", options.dropout());
  reset();
}

void MlpImpl::reset() {
  lins = register_module("lins", torch::nn::ModuleList());
  norms = register_module("norms", torch::nn::ModuleList());
  const std::vector<std::int64_t>& channels = options.channels();
  for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
    lins->push_back(Linear(LinearOptions(channels[i], channels[i + 1]).bias(options.bias())));
    const bool plain = options.plain_last() && i + 2 == channels.size();
    if (options.norm() != Norm::kNone && !plain) {
      norms->push_back(make_norm(options.norm(), channels[i + 1]));
    }
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void MlpImpl::reset_parameters(Initializer& init) {
  for (const auto& lin : *lins) {
    lin->as<LinearImpl>()->reset_parameters(init);
  }
  for (const auto& norm : *norms) {
    reset_norm(*norm, init);
  }
}

void MlpImpl::pretty_print(std::ostream& stream) const {
  stream << "Mlp(";
  for (std::size_t i = 0; i < options.channels().size(); ++i) {
    stream << (i == 0 ? "" : ", ") << options.channels()[i];
  }
  stream << ")";
}

at::Tensor MlpImpl::forward(const NodeInput& x, const ops::DropoutKey& key) {
  check_shape("Mlp", x, -1, options.channels().front());
  return forward_from_first(lins[0]->as<LinearImpl>()->forward(x), key);
}

at::Tensor MlpImpl::forward_from_first(at::Tensor h, const ops::DropoutKey& key) {
  check_shape("Mlp::forward_from_first", h, -1, options.channels()[1]);
  for (std::size_t i = 0; i < lins->size(); ++i) {
    if (i > 0) {
      h = lins[i]->as<LinearImpl>()->forward(h);
    }
    if (options.plain_last() && i + 1 == lins->size()) {
      break;
    }
    const bool drops = is_training() && (options.drop_last() || i + 1 < lins->size());
    AfterNorm after{options.act(), drops ? options.dropout() : 0.0, key};
    after.key.layer += static_cast<std::uint32_t>(i);
    h = options.norm() != Norm::kNone
            ? apply_norm(*norms[i], h, after)
            : ops::dropout(activate(h, after.act), after.dropout, after.key);
  }
  return h;
}

}  // namespace isthmus::layers
