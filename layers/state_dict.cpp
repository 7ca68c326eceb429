#include "isthmus/layers/state_dict.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include <ATen/Functions.h>
#include <torch/utils.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"

namespace isthmus::layers {
namespace {

constexpr std::array<std::string_view, 2> kWrapperPrefixes{"module.", "_orig_mod."};

bool all_start_with(const NamedTensors& tensors, std::string_view prefix) {
  return !tensors.empty() && std::all_of(tensors.begin(), tensors.end(), [&](const auto& entry) {
    return entry.first.starts_with(prefix);
  });
}

/// Removes what DataParallel and torch.compile put before every name, repeatedly; a prefix that the
/// module's own names all have is no wrapper.
NamedTensors without_wrappers(NamedTensors tensors, const NamedTensors& targets) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view prefix : kWrapperPrefixes) {
      if (!all_start_with(tensors, prefix) || all_start_with(targets, prefix)) {
        continue;
      }
      NamedTensors stripped;
      for (auto& [name, tensor] : tensors) {
        stripped.emplace(name.substr(prefix.size()), std::move(tensor));
      }
      tensors = std::move(stripped);
      again = true;
    }
  }
  return tensors;
}

/// A name without PyG's inner segment "module" ("norms.0.module.weight" -> "norms.0.weight").
std::string plain_name(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    const bool last = dot == name.size();
    const std::string_view segment = name.substr(0, dot);
    if (last || segment != "module") {
      result += std::string(segment) + (last ? "" : ".");
    }
    name.remove_prefix(last ? name.size() : dot + 1);
  }
  return result;
}

std::string describe(const at::Tensor& tensor) {
  std::ostringstream text;
  text << tensor.scalar_type() << " " << tensor.sizes();
  return text.str();
}

bool fits(const at::Tensor& target, const at::Tensor& given) {
  const bool same_kind =
      at::isFloatingType(target.scalar_type()) == at::isFloatingType(given.scalar_type()) &&
      !given.is_complex();
  const bool both_single =
      target.numel() == 1 && given.numel() == 1 && target.dim() <= 1 && given.dim() <= 1;
  return same_kind && (both_single || target.sizes() == given.sizes());
}

/// Names joined for a message, each with its nearest partner if it has one.
std::string list_with_nearest(const std::vector<std::string>& names,
                              const std::vector<std::string>& partners) {
  std::string text;
  for (const std::string& name : names) {
    const std::string near = nearest_name(name, partners);
    text += (text.empty() ? "" : ", ") + name + (near.empty() ? "" : " (nearest: " + near + ")");
  }
  return text;
}

std::string message_of(const LoadReport& report) {
  std::string text = "tensors do not fit the model";
  if (!report.missing.empty()) {
    text += "; missing: " + list_with_nearest(report.missing, report.unexpected);
  }
  if (!report.unexpected.empty()) {
    text += "; unexpected: " + list_with_nearest(report.unexpected, report.missing);
  }
  if (!report.misshaped.empty()) {
    text += "; mis-shaped: ";
    for (const std::string& entry : report.misshaped) {
      text += (&entry == &report.misshaped.front() ? "" : ", ") + entry;
    }
  }
  return text;
}

}  // namespace

NamedTensors named_tensors(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& entry : module.named_parameters(/*recurse=*/true)) {
    tensors.emplace(entry.key(), entry.value().detach());
  }
  for (const auto& entry : module.named_buffers(/*recurse=*/true)) {
    tensors.emplace(entry.key(), entry.value().detach());
  }
  return tensors;
}

LoadReport load_named_tensors(torch::nn::Module& module, const NamedTensors& tensors,
                              const LoadOptions& options) {
  const NamedTensors targets = named_tensors(module);
  const NamedTensors given = without_wrappers(tensors, targets);
  std::map<std::string, std::string> target_of_plain;
  for (const auto& [name, tensor] : targets) {
    target_of_plain.emplace(plain_name(name), name);
  }

  LoadReport report;
  std::map<std::string, at::Tensor> matched;
  for (const auto& [name, tensor] : given) {
    std::string target = name;
    if (!targets.contains(name)) {
      const auto plain = target_of_plain.find(plain_name(name));
      target = plain == target_of_plain.end() || given.contains(plain->second) ? "" : plain->second;
    }
    if (target.empty() || !matched.emplace(target, tensor).second) {
      report.unexpected.push_back(name);
    }
  }
  for (const auto& [name, target] : targets) {
    const auto found = matched.find(name);
    if (found == matched.end()) {
      report.missing.push_back(name);
    } else if (!fits(target, found->second)) {
      report.misshaped.push_back(name + ": expected " + describe(target) + ", got " +
                                 describe(found->second));
      matched.erase(found);
    }
  }

  const bool clean =
      report.missing.empty() && report.unexpected.empty() && report.misshaped.empty();
  if (options.strict && !clean) {
    throw DataError({.file = options.source}, message_of(report));
  }
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : matched) {
    at::Tensor target = targets.find(name)->second;
    target.copy_(tensor.reshape(target.sizes()));
  }
  return report;
}

}  // namespace isthmus::layers
