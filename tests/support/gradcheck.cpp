#include "support/gradcheck.hpp"

#include <cmath>
#include <sstream>

#include <torch/autograd.h>
#include <torch/types.h>

namespace isthmus::test {
namespace {

/// sum(probe * f(inputs)): a scalar, so that one backward gives the whole gradient.
at::Tensor probed(const TensorFunction& f, const std::vector<at::Tensor>& inputs) {
  const at::Tensor output = f(inputs);
  return (output * probe_like(output)).sum();
}

}  // namespace

at::Tensor leaf(at::IntArrayRef shape) {
  return torch::randn(shape, at::kDouble).requires_grad_(true);
}

at::Tensor probe_like(const at::Tensor& output) {
  const at::Tensor index = torch::arange(output.numel(), output.options().requires_grad(false));
  return torch::sin(index * 1.7 + 0.3).view(output.sizes());
}

::testing::AssertionResult gradcheck(const TensorFunction& f, const std::vector<at::Tensor>& inputs,
                                     const GradcheckOptions& options) {
  std::vector<at::Tensor> wanted;
  std::vector<std::size_t> position;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].defined() && inputs[i].requires_grad()) {
      if (inputs[i].scalar_type() != at::kDouble) {
        return ::testing::AssertionFailure() << "gradcheck: input " << i << " must be double";
      }
      wanted.push_back(inputs[i]);
      position.push_back(i);
    }
  }
  const std::vector<at::Tensor> analytic =
      torch::autograd::grad({probed(f, inputs)}, wanted, {}, /*retain_graph=*/false,
                            /*create_graph=*/false, /*allow_unused=*/true);

  torch::NoGradGuard no_grad;
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    std::vector<at::Tensor> moved = inputs;
    at::Tensor point = wanted[w].detach().clone().contiguous();
    moved[position[w]] = point;
    const at::Tensor gradient =
        analytic[w].defined() ? analytic[w].contiguous() : torch::zeros_like(point);
    if (!gradient.sizes().equals(point.sizes())) {
      return ::testing::AssertionFailure()
             << "gradcheck: gradient of input " << position[w] << " has shape " << gradient.sizes();
    }
    double* element = point.data_ptr<double>();
    const double* got = gradient.data_ptr<double>();
    for (std::int64_t i = 0; i < point.numel(); ++i) {
      const double original = element[i];
      element[i] = original + options.step;
      const double above = probed(f, moved).item<double>();
      element[i] = original - options.step;
      const double below = probed(f, moved).item<double>();
      element[i] = original;
      const double numeric = (above - below) / (2 * options.step);
      if (!(std::abs(got[i] - numeric) <= options.tolerance * (1 + std::abs(numeric)))) {
        std::ostringstream text;
        text.precision(12);
        text << "input " << position[w] << ", element " << i << ": backward gives " << got[i]
             << ", central differences " << numeric;
        return ::testing::AssertionFailure() << text.str();
      }
    }
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult gradgradcheck(const TensorFunction& f,
                                         const std::vector<at::Tensor>& inputs,
                                         const GradcheckOptions& options) {
  const at::Tensor shape = f(inputs).detach();
  std::vector<at::Tensor> all = inputs;
  all.push_back(torch::cos(torch::arange(shape.numel(), shape.options()) * 0.9)
                    .view(shape.sizes())
                    .detach()
                    .requires_grad_(true));
  const TensorFunction gradient = [&f](const std::vector<at::Tensor>& points) {
    torch::AutoGradMode grad_on(true);  // the differences are taken under NoGradGuard
    std::vector<at::Tensor> arguments(points.begin(), points.end() - 1);
    std::vector<at::Tensor> wanted;
    for (at::Tensor& argument : arguments) {
      if (argument.defined() && argument.is_floating_point()) {
        if (!argument.requires_grad()) {
          argument = argument.detach().requires_grad_(true);
        }
        wanted.push_back(argument);
      }
    }
    const std::vector<at::Tensor> gradients = torch::autograd::grad(
        {f(arguments)}, wanted, {points.back()}, /*retain_graph=*/true, /*create_graph=*/true,
        /*allow_unused=*/true);
    std::vector<at::Tensor> flat;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      flat.push_back(gradients[i].defined()
                         ? gradients[i].reshape({-1})
                         : torch::zeros({wanted[i].numel()}, wanted[i].options()));
    }
    return torch::cat(flat);
  };
  return gradcheck(gradient, all, options);
}

}  // namespace isthmus::test
