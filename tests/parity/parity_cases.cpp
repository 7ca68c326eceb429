#include "parity_cases.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isthmus/formats/safetensors.hpp"

namespace isthmus::test {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Exit status and combined output of reference.py with the given arguments.
std::pair<int, std::string> reference(const fs::path& folder, const std::string& verb,
                                      const std::string& more) {
  const fs::path log = folder / "log.txt";
  const std::string command = "'" + environment("ISTHMUS_PYTHON") + "' '" +
                              environment("ISTHMUS_SOURCE_ROOT") + "/tests/parity/reference.py' " +
                              verb + " '" + folder.string() + "' " + more + " > '" + log.string() +
                              "' 2>&1";
  const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe)
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.str()};
}

/// Removes the folder at the end of the program.
class Cleanup : public ::testing::Environment {
 public:
  explicit Cleanup(fs::path folder) : folder_(std::move(folder)) {}
  void TearDown() override { fs::remove_all(folder_); }

 private:
  fs::path folder_;
};

ParityFolder make_folder() {
  if (environment("ISTHMUS_PYTHON").empty()) {
    return {{}, "no python3 was found when the build was configured"};
  }
  const fs::path folder =
      fs::temp_directory_path() / ("isthmus-parity-" + std::to_string(::getpid()));
  fs::create_directories(folder / "back");
  ::testing::AddGlobalTestEnvironment(new Cleanup(folder));  // gtest owns it
  const auto [status, text] = reference(folder, "write", "'" + environment("ISTHMUS_DATA") + "'");
  if (status == 77) {
    return {{}, text};
  }
  if (status != 0) {
    throw std::runtime_error("reference.py write failed: " + text);
  }
  return {folder, ""};
}

at::Tensor tensor_of(const formats::TensorBytes& bytes) {
  at::ScalarType type = at::kDouble;
  if (bytes.type == formats::TensorType::kI64) {
    type = at::kLong;
  } else if (bytes.type == formats::TensorType::kF32) {
    type = at::kFloat;
  } else if (bytes.type != formats::TensorType::kF64) {
    throw std::runtime_error("a parity file holds F64, F32 and I64 only");
  }
  at::Tensor tensor = torch::empty(bytes.shape, type);
  if (!bytes.data.empty()) {
    std::memcpy(tensor.data_ptr(), bytes.data.data(), bytes.data.size());
  }
  return tensor;
}

formats::TensorBytes bytes_of(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().contiguous();
  formats::TensorBytes bytes;
  bytes.type =
      flat.scalar_type() == at::kLong ? formats::TensorType::kI64 : formats::TensorType::kF64;
  bytes.shape = flat.sizes().vec();
  bytes.data.resize(static_cast<std::size_t>(flat.numel()) * 8);
  if (!bytes.data.empty()) {
    std::memcpy(bytes.data.data(), flat.data_ptr(), bytes.data.size());
  }
  return bytes;
}

ParityCase read_case(const fs::path& path) {
  const formats::SafetensorsFile file = formats::read_safetensors(path);
  ParityCase result;
  result.name = path.filename().string();
  result.options = file.metadata;
  const std::vector<std::pair<std::string_view, layers::NamedTensors*>> groups{
      {"input.", &result.input},
      {"state.", &result.state},
      {"expect.grad.", &result.expect_grad},
      {"expect.state.", &result.expect_state},
      {"expect.", &result.expect}};
  for (const auto& [name, bytes] : file.tensors) {
    if (name == "probe") {
      result.probe = tensor_of(bytes);
      continue;
    }
    for (const auto& [prefix, group] : groups) {
      if (name.starts_with(prefix)) {
        group->emplace(name.substr(prefix.size()), tensor_of(bytes));
        break;
      }
    }
  }
  return result;
}

}  // namespace

bool ParityCase::is(const std::string& option, const std::string& value) const {
  const auto found = options.find(option);
  return found != options.end() && found->second == value;
}

std::int64_t ParityCase::number(const std::string& option) const {
  return std::stoll(options.at(option));
}

Graph ParityCase::graph() const {
  const at::Tensor arcs = input.at("edge_index").contiguous();
  const auto count = static_cast<std::size_t>(arcs.size(1));
  const auto* data = arcs.data_ptr<std::int64_t>();
  const std::int64_t nodes = input.at("x").size(0);
  return Graph::from_coo64(nodes, nodes, {data, count}, {data + count, count});
}

std::vector<std::int64_t> ParityCase::ptr() const {
  const at::Tensor offsets = input.at("ptr");
  const auto* data = offsets.data_ptr<std::int64_t>();
  return {data, data + offsets.numel()};
}

const ParityFolder& parity_folder() {
  static const ParityFolder folder = make_folder();
  return folder;
}

std::string verify_in_python() {
  const auto [status, text] = reference(parity_folder().path, "verify", "");
  return status == 0 ? "" : text;
}

std::vector<ParityCase> parity_cases(const std::string& layer) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(parity_folder().path)) {
    if (entry.path().filename().string().starts_with(layer + "-")) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<ParityCase> cases;
  for (const fs::path& path : paths) {
    cases.push_back(read_case(path));
  }
  return cases;
}

ParityCase read_parity_case(const std::string& name) {
  return read_case(parity_folder().path / (name + ".safetensors"));
}

bool has_case(const std::string& name) {
  return fs::exists(parity_folder().path / (name + ".safetensors"));
}

void write_back(const ParityCase& parity_case, const layers::NamedTensors& state,
                const at::Tensor& out) {
  formats::SafetensorsFile file;
  file.metadata = parity_case.options;
  file.tensors.emplace("out", bytes_of(out));
  for (const auto& [name, tensor] : state) {
    file.tensors.emplace("state." + name, bytes_of(tensor));
  }
  std::ofstream stream(parity_folder().path / "back" / parity_case.name, std::ios::binary);
  stream << formats::write_safetensors(file);
}

}  // namespace isthmus::test
