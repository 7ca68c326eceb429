#include "model_builder.hpp"

#include <algorithm>
#include <cstring>

#include <ATen/ATen.h>

#include "isthmus/core/error.hpp"

namespace isthmus::train {
namespace {

using formats::Json;
using formats::TensorType;

std::int64_t count_at(const Json& json, std::string_view key) { return json.at(key).as_integer(); }

/// The values that a list of names with commas between them stands for.
template <typename Enum>
std::vector<Enum> parse_names(std::string_view list) {
  std::vector<Enum> values;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    values.push_back(layers::parse_name<Enum>(list.substr(0, comma)));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return values;
}

template <typename Enum>
std::string join_names(const std::vector<Enum>& values) {
  std::string list;
  for (const Enum value : values) {
    list += (list.empty() ? "" : ",") + std::string(layers::name_of(value));
  }
  return list;
}

/// What PnaConv is made of; the degrees are in its tensors.
Json pna_json(const layers::PnaShape& pna) {
  Json json = Json::object();
  json["aggregators"] = join_names(pna.aggregators);
  json["scalers"] = join_names(pna.scalers);
  json["towers"] = pna.towers;
  json["pre_layers"] = pna.pre_layers;
  json["post_layers"] = pna.post_layers;
  json["divide_input"] = pna.divide_input;
  return json;
}

layers::PnaShape pna_of(const Json& json) {
  layers::PnaShape pna;
  pna.aggregators = parse_names<ops::Reduce>(json.at("aggregators").as_string());
  pna.scalers = parse_names<layers::DegreeScaler>(json.at("scalers").as_string());
  pna.towers = count_at(json, "towers");
  pna.pre_layers = count_at(json, "pre_layers");
  pna.post_layers = count_at(json, "post_layers");
  pna.divide_input = json.at("divide_input").as_bool();
  return pna;
}

/// What a stack of reversible layers is made of; its stream by what it is held as.
Json reversible_json(const layers::Gnn& model) {
  const layers::ReversibleShape& shape = model->options().reversible;
  Json json = Json::object();
  json["groups"] = shape.groups;
  json["stream"] = layers::name_of(model->stack()->stream());
  json["bits"] = shape.bits;
  json["verify"] = shape.verify;
  json["mode"] = layers::name_of(shape.mode);
  json["mask"] = layers::name_of(shape.mask);
  json["norm_inside"] = layers::name_of(shape.norm_inside);
  json["relu_after"] = shape.relu_after;
  json["norm_after"] = shape.norm_after;
  return json;
}

layers::ReversibleShape reversible_of(const Json& json) {
  layers::ReversibleShape shape;
  shape.groups = count_at(json, "groups");
  shape.stream = layers::parse_name<layers::StreamType>(json.at("stream").as_string());
  shape.bits = count_at(json, "bits");
  shape.verify = json.at("verify").as_bool();
  shape.mode = layers::parse_name<layers::ReversibleMode>(json.at("mode").as_string());
  shape.mask = layers::parse_name<layers::MaskSharing>(json.at("mask").as_string());
  shape.norm_inside = layers::parse_name<layers::Norm>(json.at("norm_inside").as_string());
  shape.relu_after = json.at("relu_after").as_bool();
  shape.norm_after = json.at("norm_after").as_bool();
  return shape;
}

Json drew_json(const layers::DrewShape& shape) {
  Json json = Json::object();
  json["rings"] = shape.rings;
  json["delay"] = shape.delay;
  json["self_loops"] = shape.self_loops;
  return json;
}

layers::DrewShape drew_of(const Json& json) {
  return {.rings = count_at(json, "rings"),
          .delay = count_at(json, "delay"),
          .self_loops = json.at("self_loops").as_bool()};
}

/// Every option of a network that is not a width of its data, as architecture files name them.
Json options_json(const layers::GnnOptions& o) {
  Json json = Json::object();
  json["layer_type"] = layers::name_of(o.layer_type);
  json["dim_inner"] = o.dim_inner;
  json["layers_pre_mp"] = o.layers_pre_mp;
  json["layers_mp"] = o.layers_mp;
  json["layers_post_mp"] = o.layers_post_mp;
  json["stage_type"] = layers::name_of(o.stage_type);
  json["agg"] = o.agg ? Json(layers::name_of(*o.agg)) : Json();
  json["norm"] = layers::name_of(o.norm);
  json["act"] = layers::name_of(o.act);
  json["graph_pooling"] = layers::name_of(o.graph_pooling);
  json["jk"] = layers::name_of(o.jk);
  json["train_eps"] = o.gin_train_eps;
  json["hops"] = o.hops;
  json["alpha"] = o.alpha;
  json["theta"] = o.theta;
  json["shared_weights"] = o.shared_weights;
  json["virtual_node"] = o.virtual_node;
  json["alternate"] = o.alternate;
  json["norm_groups"] = o.norm_groups;
  json["heads"] = o.heads;
  json["concat"] = o.concat;
  json["heads_last"] = o.heads_last;
  json["num_relations"] = o.num_relations;
  json["num_bases"] = o.num_bases;
  json["degree_norm"] = layers::name_of(o.degree_norm);
  json["gen_aggr"] = layers::name_of(o.gen_aggr);
  json["gen_learn"] = o.gen_learn;
  json["gen_bias"] = o.gen_bias;
  json["edge_encoder"] = o.edge_encoder;
  json["project"] = o.sage_project;
  if (o.layer_type == layers::LayerType::kPna) {
    json["pna"] = pna_json(o.pna);
  }
  return json;
}

layers::GnnOptions options_of(const Json& architecture) {
  const Json& json = architecture.at("options");
  layers::GnnOptions o;
  o.dim_in = count_at(architecture.at("inputs"), "node_dim");
  o.dim_out = count_at(architecture.at("outputs"), "dim");
  o.layer_type = layers::parse_name<layers::LayerType>(json.at("layer_type").as_string());
  o.dim_inner = count_at(json, "dim_inner");
  o.layers_pre_mp = count_at(json, "layers_pre_mp");
  o.layers_mp = count_at(json, "layers_mp");
  o.layers_post_mp = count_at(json, "layers_post_mp");
  o.stage_type = layers::parse_name<layers::StageType>(json.at("stage_type").as_string());
  if (!json.at("agg").is_null()) {
    o.agg = layers::parse_name<ops::Reduce>(json.at("agg").as_string());
  }
  o.norm = layers::parse_name<layers::Norm>(json.at("norm").as_string());
  o.act = layers::parse_name<layers::Activation>(json.at("act").as_string());
  o.graph_pooling = layers::parse_name<layers::Pooling>(json.at("graph_pooling").as_string());
  o.jk = layers::parse_name<layers::JumpingKnowledge>(json.at("jk").as_string());
  o.gin_train_eps = json.at("train_eps").as_bool();
  o.hops = count_at(json, "hops");
  o.alpha = json.at("alpha").as_double();
  o.theta = json.at("theta").as_double();
  o.shared_weights = json.at("shared_weights").as_bool();
  o.virtual_node = json.at("virtual_node").as_bool();
  o.norm_groups = count_at(json, "norm_groups");
  o.heads = count_at(json, "heads");
  o.concat = json.at("concat").as_bool();
  o.heads_last = count_at(json, "heads_last");
  o.edge_dim = count_at(architecture.at("inputs"), "edge_dim");
  if (json.find("gen_aggr") != nullptr) {  // files older than the layers with edges lack these
    o.num_relations = count_at(json, "num_relations");
    o.num_bases = count_at(json, "num_bases");
    o.gen_aggr = layers::parse_name<layers::GenAggregation>(json.at("gen_aggr").as_string());
    o.gen_learn = json.at("gen_learn").as_bool();
  }
  // Files of older builds lack some.
  if (const Json* norm = json.find("degree_norm")) {
    o.degree_norm = layers::parse_name<layers::DegreeNorm>(norm->as_string());
  }
  for (const auto& [key, option] :
       {std::pair("project", &o.sage_project), std::pair("gen_bias", &o.gen_bias),
        std::pair("edge_encoder", &o.edge_encoder), std::pair("alternate", &o.alternate)}) {
    if (const Json* value = json.find(key)) {
      *option = value->as_bool();
    }
  }
  if (o.stage_type == layers::StageType::kReversible) {
    o.reversible = reversible_of(architecture.at("reversible"));
  }
  if (o.stage_type == layers::StageType::kDrew) {
    o.drew = drew_of(architecture.at("drew"));
  }
  if (o.layer_type == layers::LayerType::kPna) {
    o.pna = pna_of(json.at("pna"));
  }
  // Before memory is asked for: a file can claim any width, its tensors cannot.
  constexpr std::int64_t kMost = 1 << 20;
  const auto check_size = [](std::int64_t size) {
    if (size < 0 || size > kMost) {
      throw InvalidArgument("a size must be in 0.." + std::to_string(kMost) + ", got " +
                            std::to_string(size));
    }
  };
  for (const std::int64_t size :
       {o.dim_in, o.dim_out, o.dim_inner, o.layers_mp, o.layers_pre_mp, o.layers_post_mp, o.hops,
        o.norm_groups, o.heads, o.heads_last, o.edge_dim, o.num_relations, o.num_bases,
        o.reversible.groups, o.drew.rings, o.pna.towers, o.pna.pre_layers, o.pna.post_layers}) {
    check_size(size);
  }
  check_size(o.concat ? o.dim_inner : o.heads * o.dim_inner);
  check_size(o.heads_last * o.dim_out);
  check_size(o.layers_mp * o.reversible.groups);
  check_size(o.layers_mp * std::min(o.layers_mp, o.drew.rings));
  return o;
}

/// Elements that some tensor of the network has at least; sizes as options_of() bounds them.
std::int64_t largest_weight(const layers::GnnOptions& o) {
  const std::int64_t width = o.layers_pre_mp > 0 ? o.dim_inner : o.dim_in;
  std::int64_t least = o.dim_in * std::min(o.dim_inner, o.dim_out);
  if (o.sage_project && o.layers_mp > 0) {
    least = std::max(least, width * width);
  }
  if (o.layer_type == layers::LayerType::kPna && o.layers_mp > 0 && o.pna.towers > 0) {
    const std::int64_t own = o.pna.divide_input ? width / o.pna.towers : width;
    least = std::max(least, 2 * own * own * o.pna.towers);
  }
  return least;
}

struct TypePair {
  TensorType bytes;
  at::ScalarType tensor;
};
constexpr TypePair kTypes[] = {{TensorType::kF64, at::kDouble}, {TensorType::kF32, at::kFloat},
                               {TensorType::kF16, at::kHalf},   {TensorType::kBf16, at::kBFloat16},
                               {TensorType::kI64, at::kLong},   {TensorType::kI32, at::kInt},
                               {TensorType::kI16, at::kShort},  {TensorType::kI8, at::kChar},
                               {TensorType::kU8, at::kByte},    {TensorType::kBool, at::kBool}};

}  // namespace

layers::GnnOptions gnn_options(const Config& config, const TaskTensors& data, std::int64_t dim_out,
                               std::uint64_t seed) {
  const GnnConfig& c = config.gnn;
  layers::GnnOptions o;
  o.layer_type = layers::parse_name<layers::LayerType>(c.layer_type);
  o.dim_in = data.dim_in();
  o.dim_out = dim_out;
  o.dim_inner = c.dim_inner;
  o.layers_pre_mp = c.layers_pre_mp;
  o.layers_mp = c.layers_mp;
  o.layers_post_mp = c.layers_post_mp;
  o.stage_type = layers::parse_name<layers::StageType>(c.stage_type);
  if (c.agg != "auto") {
    o.agg = layers::parse_name<ops::Reduce>(c.agg);
  }
  o.norm = layers::parse_name<layers::Norm>(c.norm);
  o.act = layers::parse_name<layers::Activation>(c.act);
  o.dropout = c.dropout;
  if (c.input_dropout >= 0.0) {
    o.input_dropout = c.input_dropout;
  }
  o.final_dropout = c.final_dropout;
  if (data.is_graph_task()) {
    o.graph_pooling = layers::parse_name<layers::Pooling>(config.model.graph_pooling);
  }
  o.jk = layers::parse_name<layers::JumpingKnowledge>(c.jk);
  o.gin_train_eps = c.train_eps;
  o.hops = c.hops;
  o.alpha = c.alpha;
  o.theta = c.theta;
  o.shared_weights = c.shared_weights;
  o.virtual_node = c.virtual_node;
  o.norm_groups = c.norm_groups;
  o.heads = c.heads;
  o.concat = c.concat;
  o.heads_last = c.heads_last;
  o.attn_dropout = c.attn_dropout;
  // Only what the layers look at: the model fits another set whatever else its edges have.
  o.edge_dim = layers::looks_at_edge_features(o.layer_type) ? data.edge_dim() : 0;
  o.alternate = c.alternate;
  const bool types = o.alternate || layers::looks_at_edge_types(o.layer_type);
  o.num_relations = types ? data.num_relations() : 0;
  o.num_bases = c.num_bases;
  o.degree_norm = layers::parse_name<layers::DegreeNorm>(c.degree_norm);
  o.gen_aggr = layers::parse_name<layers::GenAggregation>(c.gen_aggr);
  o.gen_learn = c.gen_learn;
  o.gen_bias = c.gen_bias;
  // The baseline that hears no neighbours has no use for one.
  o.edge_encoder = c.edge_encoder && o.layer_type != layers::LayerType::kLinear;
  o.sage_project = c.project;
  if (o.layer_type == layers::LayerType::kPna) {
    o.pna.aggregators = parse_names<ops::Reduce>(c.aggregators);
    o.pna.scalers = parse_names<layers::DegreeScaler>(c.scalers);
    o.pna.towers = c.towers;
    o.pna.pre_layers = c.pre_layers;
    o.pna.post_layers = c.post_layers;
    o.pna.divide_input = c.divide_input;
  }
  const ReversibleConfig& r = config.reversible;
  o.reversible.groups = r.groups;
  o.reversible.stream = layers::parse_name<layers::StreamType>(r.stream);
  o.reversible.bits = r.bits;
  o.reversible.verify = r.verify;
  o.reversible.mode = layers::parse_name<layers::ReversibleMode>(r.mode);
  o.reversible.mask = layers::parse_name<layers::MaskSharing>(r.mask);
  o.reversible.norm_inside = layers::parse_name<layers::Norm>(r.norm_inside);
  o.reversible.relu_after = r.relu_after;
  o.reversible.norm_after = r.norm_after;
  if (o.stage_type == layers::StageType::kDrew) {
    o.drew = {.rings = config.rewire.hops,
              .delay = config.drew.delay,
              .self_loops = config.drew.ring_self_loops};
  }
  o.seed = seed;
  layers::check_options(o);
  return o;
}

Json architecture_json(const layers::Gnn& model, bool graph_task,
                       const std::vector<std::string>& labels) {
  const layers::GnnOptions& o = model->options();
  Json json = Json::object();
  json["schema"] = "isthmus.model/1";
  json["task"] = graph_task ? "graph" : "node";
  json["inputs"]["node_dim"] = o.dim_in;
  json["inputs"]["edge_dim"] = o.edge_dim;
  json["inputs"]["pos_dim"] = 0;
  json["outputs"]["dim"] = o.dim_out;
  json["outputs"]["labels"] = Json::array();
  for (const std::string& label : labels) {
    json["outputs"]["labels"].push_back(label);
  }
  json["modules"] = Json::array();
  for (const layers::LayerRow& row : model->describe()) {
    Json module = Json::object();
    module["name"] = row.name;
    module["type"] = row.type;
    module["options"]["shape"] = row.shape;
    module["options"]["parameters"] = row.parameters;
    json["modules"].push_back(std::move(module));
  }
  json["forward"] = "gnn";
  json["options"] = options_json(o);
  if (o.stage_type == layers::StageType::kReversible) {
    json["reversible"] = reversible_json(model);
  }
  if (o.stage_type == layers::StageType::kDrew) {
    json["drew"] = drew_json(o.drew);
  }
  return json;
}

formats::TensorBytes to_bytes(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().contiguous();
  for (const TypePair& pair : kTypes) {
    if (pair.tensor == plain.scalar_type()) {
      formats::TensorBytes bytes;
      bytes.type = pair.bytes;
      bytes.shape.assign(plain.sizes().begin(), plain.sizes().end());
      bytes.data.resize(static_cast<std::size_t>(plain.nbytes()));
      if (!bytes.data.empty()) {
        std::memcpy(bytes.data.data(), plain.data_ptr(), bytes.data.size());
      }
      return bytes;
    }
  }
  throw InvalidArgument("to_bytes: a tensor of type " + std::string(plain.toString()) +
                        " cannot be saved");
}

at::Tensor to_tensor(const formats::TensorBytes& bytes, const std::string& name) {
  for (const TypePair& pair : kTypes) {
    if (pair.bytes == bytes.type) {
      at::Tensor tensor = at::empty(bytes.shape, pair.tensor);
      if (!bytes.data.empty()) {
        std::memcpy(tensor.data_ptr(), bytes.data.data(), bytes.data.size());
      }
      return tensor;
    }
  }
  throw DataError({name}, "unknown element type");
}

Json dataset_json(const TaskTensors& data, const std::string& content_sha256, std::int64_t fold) {
  Json json = Json::object();
  json["name"] = data.dataset().name;
  json["content_sha256"] = content_sha256;
  json["class_labels"] = Json::array();
  for (const std::string& label : data.dataset().class_labels) {
    json["class_labels"].push_back(label);
  }
  json["features"]["kind"] = data.feature_kind();
  json["features"]["dim"] = data.dim_in();
  json["fold"] = fold;
  return json;
}

LoadedModel load_model(const std::filesystem::path& path) {
  LoadedModel loaded;
  loaded.file = read_model_file(path);
  const std::string name = path.string();
  try {
    loaded.config =
        resolve_config({.file_name = name + "!isthmus.config", .file_text = loaded.file.config});
    const layers::GnnOptions options = options_of(loaded.file.architecture);
    std::int64_t held = 0;
    for (const auto& [key, tensor] : loaded.file.content.tensors) {
      held += static_cast<std::int64_t>(tensor.data.size());
    }
    // Refuse a claim that no tensor backs.
    if (largest_weight(options) > held) {
      throw InvalidArgument("the architecture is larger than the tensors in the file");
    }
    loaded.model = layers::Gnn(options);
    for (const Json& label : loaded.file.architecture.at("outputs").at("labels").as_array()) {
      loaded.labels.push_back(label.as_string());
    }
  } catch (const InvalidArgument& error) {
    throw DataError({name}, std::string("architecture: ") + error.what());
  }
  layers::NamedTensors tensors;
  for (const auto& [key, bytes] : loaded.file.content.tensors) {
    tensors.emplace(key, to_tensor(bytes, name));
  }
  layers::load_named_tensors(*loaded.model, tensors, {.strict = true, .source = name});
  loaded.model->eval();
  const std::size_t classes = loaded.model->options().dim_out == 1
                                  ? 2
                                  : static_cast<std::size_t>(loaded.model->options().dim_out);
  if (loaded.labels.size() != classes) {
    throw DataError({name}, "outputs.labels: one per class (expected " + std::to_string(classes) +
                                ", got " + std::to_string(loaded.labels.size()) + ")");
  }
  return loaded;
}

}  // namespace isthmus::train
