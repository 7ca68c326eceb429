#include "isthmus/train/served_model.hpp"

#include <array>

#include "model_on_set.hpp"
#include "prediction.hpp"

namespace isthmus::train {

struct ServedModel::Parts {
  ModelOnSet on;
};

ServedModel::ServedModel(const std::filesystem::path& model, const std::string& set,
                         const datasets::DataRoots& roots)
    : parts_(std::make_unique<Parts>(
          Parts{put_on_set(model, set, roots, partition::NodeOrder::kNone)})) {
  parts_->on.loaded.model->eval();
}

ServedModel::~ServedModel() = default;
ServedModel::ServedModel(ServedModel&&) noexcept = default;
ServedModel& ServedModel::operator=(ServedModel&&) noexcept = default;

layers::Gnn ServedModel::model() const { return parts_->on.loaded.model; }

const datasets::Dataset& ServedModel::dataset() const { return parts_->on.data->dataset(); }

const std::vector<std::string>& ServedModel::labels() const { return parts_->on.loaded.labels; }

bool ServedModel::is_graph_task() const { return parts_->on.data->is_graph_task(); }

bool ServedModel::items_are_graphs() const { return parts_->on.data->items_are_graphs(); }

std::string ServedModel::set_name() const { return parts_->on.loaded.config.dataset.name; }

std::vector<std::int64_t> ServedModel::items_of_split(const std::string& split,
                                                      std::optional<std::int64_t> fold) const {
  return items_of(parts_->on.loaded.config, dataset(), split, fold.value_or(parts_->on.fold));
}

std::vector<std::int64_t> ServedModel::items_of_ids(const std::string& who,
                                                    const std::vector<std::string>& ids) const {
  return train::items_of_ids(who, dataset(), ids);
}

ModelInput ServedModel::input(std::int64_t item) const {
  return items_are_graphs() ? parts_->on.data->batch(std::array{item}) : parts_->on.data->whole();
}

}  // namespace isthmus::train
