#include "run_folder.hpp"

#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/core/error.hpp"

namespace isthmus::train {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kFiles{"result.json", "config.toml", "log.jsonl",
                                                 "predictions.tsv"};
constexpr std::array<std::string_view, 2> kRunFiles{"best.safetensors", "last.safetensors"};

/// Files in `folder` that a training wrote; nothing else is ever touched.
std::vector<fs::path> files_of_training(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const std::string_view name : kFiles) {
    if (fs::exists(folder / name, error)) {
      found.push_back(folder / name);
    }
  }
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with("seed-")) {
      continue;
    }
    for (const std::string_view name : kRunFiles) {
      std::error_code ignored;
      if (fs::exists(it->path() / name, ignored)) {
        found.push_back(it->path() / name);
      }
    }
  }
  return found;
}

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw RunFailed("cannot make the folder '" + folder.string() + "': " + error.message());
  }
}

void open_run_folder(const fs::path& folder, const Config& config, bool force, Resume resume) {
  const std::vector<fs::path> found = files_of_training(folder);
  if (!found.empty() && resume == Resume::kNone) {
    if (!force) {
      throw InvalidArgument(
          "run_training: out_dir '" + folder.string() + "' holds the results of another training",
          "--force replaces them, --resume auto goes on, or choose another out_dir");
    }
    for (const fs::path& file : found) {
      std::error_code error;
      fs::remove(file, error);
      if (error) {
        throw RunFailed("cannot remove '" + file.string() + "': " + error.message());
      }
    }
  }
  make_folder(folder);
  write_file_atomically(folder / "config.toml", config_toml(config), Overwrite::kReplace);
}

}  // namespace isthmus::train
