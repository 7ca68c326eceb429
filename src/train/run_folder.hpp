#pragma once

#include <filesystem>
#include <string>

#include "isthmus/train/config.hpp"
#include "isthmus/train/train.hpp"

namespace isthmus::train {

/// Makes the folder of a training and writes config.toml into it.
///
/// Without `force` and without resume, a folder that holds a training is refused. With force, files
/// of the earlier training are removed first, so that a later resume cannot pick them up.
/// @throws InvalidArgument  if the folder holds results. @throws RunFailed  if it cannot be made.
void open_run_folder(const std::filesystem::path& folder, const Config& config, bool force,
                     Resume resume);

/// mkdir -p. @throws RunFailed  with the system's reason.
void make_folder(const std::filesystem::path& folder);

}  // namespace isthmus::train
