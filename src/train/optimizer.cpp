#include "isthmus/train/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::train {
namespace {

/// Elements per task; elements are independent, so the cut cannot change a bit.
constexpr std::int64_t kUpdateBlock = 16384;

template <typename Body>
void for_each_block(std::int64_t size, const Body& body) {
  const std::int64_t blocks = (size + kUpdateBlock - 1) / kUpdateBlock;
  const auto run = [&](std::int64_t block) {
    body(block * kUpdateBlock, std::min(size, (block + 1) * kUpdateBlock));
  };
  if (blocks == 1) {
    run(0);
  } else if (blocks > 1) {
    parallel_chunks(blocks, run);
  }
}

template <typename T>
struct Pointers {
  T* parameter;
  const T* gradient;
  T* m;
  T* v;
  std::int64_t size;
};

template <typename T>
void adam(const Pointers<T>& p, const OptimizerOptions& o, double weight_decay, double lr,
          std::int64_t step) {
  const auto t = static_cast<double>(step);
  const auto decay = static_cast<T>(weight_decay);
  const auto beta1 = static_cast<T>(o.beta1);
  const auto beta2 = static_cast<T>(o.beta2);
  const auto rest1 = static_cast<T>(1.0 - o.beta1);
  const auto rest2 = static_cast<T>(1.0 - o.beta2);
  const auto step_size = static_cast<T>(lr / (1.0 - std::pow(o.beta1, t)));
  const auto root2 = static_cast<T>(std::sqrt(1.0 - std::pow(o.beta2, t)));
  const auto eps = static_cast<T>(o.eps);
  for_each_block(p.size, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T g = p.gradient[i] + decay * p.parameter[i];
      p.m[i] = beta1 * p.m[i] + rest1 * g;
      p.v[i] = beta2 * p.v[i] + rest2 * g * g;
      p.parameter[i] -= step_size * p.m[i] / (std::sqrt(p.v[i]) / root2 + eps);
    }
  });
}

template <typename T>
void sgd(const Pointers<T>& p, const OptimizerOptions& o, double weight_decay, double lr,
         std::int64_t step) {
  const auto decay = static_cast<T>(weight_decay);
  const auto momentum = static_cast<T>(step == 1 ? 0.0 : o.momentum);
  const auto rate = static_cast<T>(lr);
  for_each_block(p.size, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      p.m[i] = momentum * p.m[i] + (p.gradient[i] + decay * p.parameter[i]);
      p.parameter[i] -= rate * p.m[i];
    }
  });
}

template <typename T>
Pointers<T> pointers(const at::Tensor& parameter, const at::Tensor& gradient, const at::Tensor& m,
                     const at::Tensor& v) {
  return {parameter.data_ptr<T>(), gradient.data_ptr<T>(), m.data_ptr<T>(),
          v.defined() ? v.data_ptr<T>() : nullptr, parameter.numel()};
}

}  // namespace

Optimizer::Optimizer(std::vector<ParameterGroup> groups, const OptimizerOptions& options)
    : options_(options) {
  for (ParameterGroup& group : groups) {
    for (at::Tensor& parameter : group.parameters) {
      TORCH_CHECK(parameter.is_contiguous() && (parameter.scalar_type() == at::kFloat ||
                                                parameter.scalar_type() == at::kDouble),
                  "Optimizer: parameters must be contiguous float or double tensors, got ",
                  parameter.toString(), " of shape ", parameter.sizes());
      Slot slot;
      const at::Tensor plain = parameter.detach();
      slot.m = at::zeros_like(plain);
      if (options_.kind == OptimizerKind::kAdam) {
        slot.v = at::zeros_like(plain);
      }
      slot.parameter = std::move(parameter);
      slot.weight_decay = group.weight_decay;
      slots_.push_back(std::move(slot));
    }
  }
}

void Optimizer::step(double lr) {
  for (Slot& slot : slots_) {
    if (!slot.parameter.grad().defined()) {
      continue;
    }
    const at::Tensor gradient = slot.parameter.grad().contiguous();
    ++slot.steps;
    const auto update = [&](auto zero) {
      using T = decltype(zero);
      const auto all = pointers<T>(slot.parameter, gradient, slot.m, slot.v);
      if (options_.kind == OptimizerKind::kAdam) {
        adam<T>(all, options_, slot.weight_decay, lr, slot.steps);
      } else {
        sgd<T>(all, options_, slot.weight_decay, lr, slot.steps);
      }
    };
    if (slot.parameter.scalar_type() == at::kDouble) {
      update(double{});
    } else {
      update(float{});
    }
  }
}

void Optimizer::zero_grad() {
  for (Slot& slot : slots_) {
    slot.parameter.mutable_grad().reset();
  }
}

std::map<std::string, at::Tensor, std::less<>> Optimizer::state() const {
  std::map<std::string, at::Tensor, std::less<>> state;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::string name = std::to_string(i);
    state[name + ".m"] = slots_[i].m;
    if (slots_[i].v.defined()) {
      state[name + ".v"] = slots_[i].v;
    }
    state[name + ".t"] = at::full({1}, slots_[i].steps, at::kLong);
  }
  return state;
}

void Optimizer::restore(const std::map<std::string, at::Tensor, std::less<>>& state) {
  const auto fetch = [&](const std::string& name, const at::Tensor& like) -> const at::Tensor& {
    const auto found = state.find(name);
    if (found == state.end() || found->second.sizes() != like.sizes() ||
        found->second.scalar_type() != like.scalar_type()) {
      throw DataError({"optimizer state"},
                      "'" + name + "' is " + (found == state.end() ? "missing" : "mis-shaped"));
    }
    return found->second;
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::string name = std::to_string(i);
    slots_[i].m.copy_(fetch(name + ".m", slots_[i].m));
    if (slots_[i].v.defined()) {
      slots_[i].v.copy_(fetch(name + ".v", slots_[i].v));
    }
    slots_[i].steps = fetch(name + ".t", at::empty({1}, at::kLong)).item<std::int64_t>();
  }
}

}  // namespace isthmus::train
