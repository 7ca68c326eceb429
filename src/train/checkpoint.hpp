#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "isthmus/formats/safetensors.hpp"

#include "trainer.hpp"

namespace isthmus::train {

/// The whole state of a run: tensors model.*, best.*, optim.*, and in the metadata the state, the
/// config without what cannot change a number (out_dir, num_threads) and the set's content hash.
[[nodiscard]] formats::SafetensorsFile make_checkpoint(Trainer& trainer,
                                                       const std::string& content_sha256);

/// Writes a checkpoint atomically; `finished` marks a run that is through. Returns its bytes.
std::int64_t write_checkpoint(const std::filesystem::path& path, formats::SafetensorsFile file,
                              const std::optional<RunRecord>& finished);

/// Puts a checkpoint into a trainer; the record if that run was through already.
/// @throws InvalidArgument  if it is of another config or of other data (hint: --force).
/// @throws DataError        if it is damaged.
[[nodiscard]] std::optional<RunRecord> read_checkpoint(const std::filesystem::path& path,
                                                       Trainer& trainer,
                                                       const std::string& content_sha256);

/// Config with out_dir and num_threads at their defaults, as TOML: equal texts, equal numbers.
[[nodiscard]] std::string numbers_of(const Config& config);

}  // namespace isthmus::train
