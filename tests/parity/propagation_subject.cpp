#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/layers/appnp.hpp"
#include "isthmus/layers/dagnn.hpp"
#include "isthmus/layers/diff_group_norm.hpp"
#include "isthmus/layers/gcn2_conv.hpp"
#include "isthmus/layers/graph_norm.hpp"
#include "isthmus/layers/message_norm.hpp"
#include "isthmus/layers/pair_norm.hpp"
#include "isthmus/layers/sg_conv.hpp"

#include "subjects.hpp"

namespace isthmus::test {
namespace {

using namespace layers;  // NOLINT: the whole file is about that room

/// On the graphs of a batch, or on one graph without offsets.
template <typename Layer>
Subject on_batch_or_graph(Layer layer, const ParityCase& c) {
  std::vector<std::int64_t> ptr = c.is("ptr", "1") ? c.ptr() : std::vector<std::int64_t>();
  return {layer.ptr(), [layer, ptr = std::move(ptr)](const at::Tensor& x) mutable {
            return layer->forward(x, ptr);
          }};
}

double real(const ParityCase& c, const std::string& option) {
  return std::stod(c.options.at(option));
}

Subject gcn2_subject(const ParityCase& c) {
  Gcn2ConvOptions options(c.number("in"), real(c, "alpha"));
  options.shared_weights(c.is("shared", "1"))
      .add_self_loops(c.is("loops", "1"))
      .normalize(c.is("normalize", "1"))
      .seed(1);
  if (c.options.contains("theta")) {
    options.theta(real(c, "theta")).layer(c.number("place"));
  }
  Gcn2Conv conv(options);
  return {conv.ptr(), [conv, graph = c.graph()](const at::Tensor& x) mutable {
            return conv->forward(x, x.flip({0}), graph);
          }};
}

}  // namespace

std::optional<Subject> propagation_subject(const ParityCase& c) {
  const std::string& layer = c.options.at("layer");
  const std::int64_t in = c.number("in");
  const bool loops = c.is("loops", "1");
  if (layer == "sg") {
    return on_graph(SgConv(SgConvOptions(in, c.number("out"))
                               .hops(c.number("hops"))
                               .add_self_loops(loops)
                               .bias(c.is("bias", "1"))
                               .seed(1)),
                    c);
  }
  if (layer == "appnp") {
    return on_graph(Appnp(AppnpOptions(c.number("hops"), real(c, "alpha"))
                              .add_self_loops(loops)
                              .normalize(c.is("normalize", "1"))),
                    c);
  }
  if (layer == "gcn2") {
    return gcn2_subject(c);
  }
  if (layer == "dagnn") {
    return on_graph(Dagnn(DagnnOptions(in).hops(c.number("hops")).add_self_loops(loops).seed(1)),
                    c);
  }
  if (layer == "graph_norm") {
    return on_batch_or_graph(GraphNorm(in), c);
  }
  if (layer == "pair_norm") {
    return on_batch_or_graph(
        PairNorm(PairNormOptions().scale(2.0).scale_individually(c.is("individually", "1"))), c);
  }
  if (layer == "message_norm") {
    MessageNorm norm(MessageNormOptions().learn_scale(true));
    return Subject{norm.ptr(),
                   [norm](const at::Tensor& x) mutable { return norm->forward(x, x.flip({0})); }};
  }
  if (layer == "diff_group_norm") {
    DiffGroupNorm norm(DiffGroupNormOptions(in, c.number("groups")).seed(1));
    return Subject{norm.ptr(), [norm](const at::Tensor& x) mutable { return norm->forward(x); }};
  }
  return std::nullopt;
}

}  // namespace isthmus::test
