#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/train/model_input.hpp"

namespace isthmus::train {

/// A model file and a set that fit each other, for forward passes of one's own: what evaluate() and
/// predict() stand on, open to whoever asks other questions of a model (explanations).
class ServedModel {
 public:
  /// @param set  Name of the set; empty: the one the model was trained on.
  /// @throws DataError  as evaluate().
  ServedModel(const std::filesystem::path& model, const std::string& set,
              const datasets::DataRoots& roots);
  ~ServedModel();
  ServedModel(ServedModel&&) noexcept;
  ServedModel& operator=(ServedModel&&) noexcept;

  /// The network, in eval mode.
  [[nodiscard]] layers::Gnn model() const;
  [[nodiscard]] const datasets::Dataset& dataset() const;
  /// Original label of each class.
  [[nodiscard]] const std::vector<std::string>& labels() const;
  [[nodiscard]] bool is_graph_task() const;
  /// Whether items are graphs: their labels, or those of their nodes, are predicted.
  [[nodiscard]] bool items_are_graphs() const;
  /// Name of the set as datasets::load() takes it.
  [[nodiscard]] std::string set_name() const;

  /// Items of train, val, test or all of a split; empty `fold`: the one the model was trained on.
  /// @throws InvalidArgument  for another name, or a split that the set does not have.
  [[nodiscard]] std::vector<std::int64_t> items_of_split(const std::string& split,
                                                         std::optional<std::int64_t> fold) const;
  /// Items of original ids, in the order given. @throws InvalidArgument  naming one that is not
  /// there, after `who`.
  [[nodiscard]] std::vector<std::int64_t> items_of_ids(const std::string& who,
                                                       const std::vector<std::string>& ids) const;

  /// Items are nodes: the whole set, its rows being the items. Items are graphs: that one alone.
  [[nodiscard]] ModelInput input(std::int64_t item) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace isthmus::train
