#include "probe.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>

namespace isthmus::explain {

std::vector<double> entries_of(const Explanation& explanation) {
  const at::Tensor& mask =
      explanation.edge_mask.defined() ? explanation.edge_mask : explanation.x_mask;
  const at::Tensor flat = mask.detach().to(at::kDouble).flatten().contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

FidelityProbe probe(const Subject& subject, const Explanation& explanation,
                    std::span<const std::uint8_t> selected) {
  const at::NoGradGuard no_grad;
  const at::Tensor x = std::get<at::Tensor>(subject.input.x);
  const bool edges = explanation.edge_mask.defined();
  const at::Tensor& mask = edges ? explanation.edge_mask : explanation.x_mask;
  const at::Tensor keep = at::empty(mask.sizes(), at::kByte);
  auto* kept = keep.data_ptr<std::uint8_t>();
  double count = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < selected.size(); ++i) {
    kept[i] = selected[i];
    const bool counts = !edges || subject.explained[i] != 0;
    count += counts && selected[i] != 0 ? 1.0 : 0.0;
    all += counts ? 1.0 : 0.0;
  }
  const at::Tensor only = keep.to(x.scalar_type());
  const at::Tensor without = 1.0 - only;
  const auto run = [&](const at::Tensor& share) {
    return class_probabilities(edges ? target_scores(subject, x, share)
                                     : target_scores(subject, x * share, {}));
  };
  FidelityProbe result;
  result.whole = class_probabilities(target_scores(subject, x, {}));
  result.without = run(without);
  result.only = run(only);
  result.share = all > 0.0 ? count / all : 0.0;
  return result;
}

}  // namespace isthmus::explain
