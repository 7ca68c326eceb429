#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/layers/attentional_aggregation.hpp"
#include "isthmus/layers/gat_conv.hpp"
#include "isthmus/layers/gatv2_conv.hpp"
#include "isthmus/layers/set2set.hpp"
#include "isthmus/layers/transformer_conv.hpp"

#include "subjects.hpp"

namespace isthmus::test {
namespace {

using namespace layers;  // NOLINT: the whole file is about that room

template <typename Layer>
Subject on_batch(Layer layer, const ParityCase& c) {
  return {layer.ptr(),
          [layer, ptr = c.ptr()](const at::Tensor& x) mutable { return layer->forward(x, ptr); }};
}

template <typename Options>
Options with_heads(const ParityCase& c) {
  return Options(c.number("in"), c.number("out"))
      .heads(c.number("heads"))
      .concat(c.is("concat", "1"))
      .bias(c.is("bias", "1"))
      .seed(1);
}

template <typename Options>
Options with_slope(const ParityCase& c) {
  return with_heads<Options>(c)
      .negative_slope(std::stod(c.options.at("slope")))
      .add_self_loops(c.is("loops", "1"))
      .residual(c.is("residual", "1"));
}

}  // namespace

std::optional<Subject> attention_subject(const ParityCase& c) {
  const std::string& layer = c.options.at("layer");
  if (layer == "gat") {
    return on_graph(GatConv(with_slope<GatConvOptions>(c)), c);
  }
  if (layer == "gatv2") {
    return on_graph(Gatv2Conv(with_slope<Gatv2ConvOptions>(c).share_weights(c.is("share", "1"))),
                    c);
  }
  if (layer == "transformer") {
    return on_graph(TransformerConv(with_heads<TransformerConvOptions>(c)
                                        .root_weight(c.is("root", "1"))
                                        .beta(c.is("beta", "1"))),
                    c);
  }
  if (layer == "attentional") {
    return on_batch(AttentionalAggregation(c.number("in"), 1), c);
  }
  if (layer == "set2set") {
    return on_batch(Set2Set(c.number("in"), c.number("steps"), 1), c);
  }
  return std::nullopt;
}

}  // namespace isthmus::test
