#pragma once

#include <cstdint>
#include <string>

namespace isthmus::train {

/// Keys `model.*`.
struct ModelConfig {
  std::string type = "gnn";           ///< gnn
  std::string loss_fun = "auto";      ///< auto (two classes by AUC: bce) | cross_entropy | bce
  std::string graph_pooling = "add";  ///< add | mean | max | attention | set2set; graph tasks only
};

/// The network; keys `gnn.*`. Meaning as in layers::GnnOptions.
struct GnnConfig {
  /// gcnconv | sageconv | ginconv | linear | sgconv | appnp | gcn2conv | dagnn | gatconv |
  /// gatv2conv | transformerconv | gineconv | graphconv | genconv | gatedgcnconv | rgcnconv |
  /// pnaconv | edgeconv
  std::string layer_type = "gcnconv";
  std::int64_t layers_pre_mp = 0;
  std::int64_t layers_mp = 2;
  std::int64_t layers_post_mp = 0;
  std::int64_t dim_inner = 16;
  std::string stage_type = "stack";  ///< stack | skipsum | residual | reversible | drew
  std::string agg = "auto";  ///< auto (the layer's own) | add | mean | max | min | var | std
  /// none | batch | layer | graph | pair | diff_group; `gnn.batchnorm = true` is "batch"
  std::string norm = "none";
  std::string act = "relu";
  double dropout = 0.0;
  double input_dropout = -1.0;  ///< On the input features; -1: as GnnOptions chooses.
  double final_dropout = 0.0;
  std::string jk = "none";  ///< none | sum | cat | max | lstm
  bool train_eps = false;
  std::int64_t hops = 0;       ///< sgconv, appnp, dagnn: PyG's K; 0: the layer's own.
  double alpha = 0.1;          ///< appnp, gcn2conv: share of the start.
  double theta = 0.5;          ///< gcn2conv: strength of the weights.
  bool shared_weights = true;  ///< gcn2conv: one weight for both terms.
  bool virtual_node = false;   ///< One more node per graph, joined to all others.
  /// Layers by turns hear the edges of all types but the last, and of the last alone: what rewire
  /// methods egp and cgp add.
  bool alternate = false;
  std::int64_t norm_groups = 10;  ///< Of norm diff_group.
  std::int64_t heads = 1;         ///< Of attention layers; dim_inner is their total width.
  bool concat = true;             ///< Heads side by side; off: their mean.
  std::int64_t heads_last = 1;    ///< Of the last layer, whose mean is taken.
  double attn_dropout = 0.0;
  std::int64_t num_bases = 0;             ///< rgcnconv; 0: one weight per relation
  std::string degree_norm = "symmetric";  ///< gcnconv: symmetric | source (1 / out-degree)
  std::string gen_aggr = "softmax";       ///< genconv: softmax | powermean | add | mean | max
  bool gen_learn = false;                 ///< genconv: t of softmax or p of powermean is learnt
  bool gen_bias = false;                  ///< genconv: of all its Linear layers
  bool edge_encoder = false;  ///< One Linear for the features of edges, before all layers.
  bool project = false;       ///< sageconv: neighbours send relu(Linear(x)).
  /// pnaconv: lists with commas; reductions of gnn.agg, and of identity, amplification,
  /// attenuation, linear, inverse_linear.
  std::string aggregators = "mean,min,max,std";
  std::string scalers = "identity,amplification,attenuation";
  std::int64_t towers = 1;       ///< pnaconv: networks side by side.
  std::int64_t pre_layers = 1;   ///< pnaconv: Linear layers of a tower before the aggregation.
  std::int64_t post_layers = 1;  ///< pnaconv: and after it.
  bool divide_input = false;     ///< pnaconv: each tower sees its own columns.
};

/// Of gnn.stage_type reversible; keys `reversible.*`. Meaning as in layers::ReversibleShape.
struct ReversibleConfig {
  std::int64_t groups = 2;           ///< Of channels; a divisor of gnn.dim_inner.
  std::string stream = "auto";       ///< auto | f32 | f64 | fixed32
  std::int64_t bits = 20;            ///< Binary places of fixed32.
  bool verify = false;               ///< fixed32: a checksum a layer, compared in backward.
  std::string mode = "auto";         ///< auto | reversible | plain (activations are kept)
  std::string mask = "shared";       ///< shared (by all layers) | per_layer
  std::string norm_inside = "none";  ///< none | batch | layer: in the layer's own network.
  bool relu_after = false;           ///< After the layer.
  bool norm_after = false;           ///< BatchNorm at the end of a block.
};

/// Of gnn.stage_type drew; keys `drew.*`. Meaning as in layers::DrewShape. Its rings are the edges
/// that rewire.method rings adds, up to rewire.hops.
struct DrewConfig {
  std::int64_t delay = 1;        ///< nu >= 1; 0: none, nodes hear the present state at any hop.
  bool ring_self_loops = false;  ///< gcnconv: a loop at every node in every ring.
};

}  // namespace isthmus::train
