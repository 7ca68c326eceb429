#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <torch/types.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/state_dict.hpp"

namespace isthmus::test {

/// A file that reference.py wrote: tensors by group, options by name.
struct ParityCase {
  std::string name;
  std::map<std::string, std::string, std::less<>> options;
  layers::NamedTensors input;
  layers::NamedTensors state;         ///< Before the forward pass.
  layers::NamedTensors expect;        ///< out, losses
  layers::NamedTensors expect_grad;   ///< By parameter, and x.
  layers::NamedTensors expect_state;  ///< After the forward pass.
  at::Tensor probe;                   ///< loss = sum(probe * out)

  [[nodiscard]] bool is(const std::string& option, const std::string& value) const;
  [[nodiscard]] std::int64_t number(const std::string& option) const;
  [[nodiscard]] Graph graph() const;
  [[nodiscard]] std::vector<std::int64_t> ptr() const;
};

/// Runs reference.py once a process. Empty path: it cannot run, `why` says why.
struct ParityFolder {
  std::filesystem::path path;
  std::string why;
};
[[nodiscard]] const ParityFolder& parity_folder();

/// Runs `reference.py verify` on the folder; the text it printed if it fails, else empty.
[[nodiscard]] std::string verify_in_python();

/// All cases of one layer, by file name.
[[nodiscard]] std::vector<ParityCase> parity_cases(const std::string& layer);

/// The case of that name alone, and whether reference.py wrote it.
[[nodiscard]] ParityCase read_parity_case(const std::string& name);
[[nodiscard]] bool has_case(const std::string& name);

/// Writes tensors as DIR/back/NAME.safetensors for the way back.
void write_back(const ParityCase& parity_case, const layers::NamedTensors& state,
                const at::Tensor& out);

}  // namespace isthmus::test
