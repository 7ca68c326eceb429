#include "isthmus/layers/gated_gcn_conv.hpp"
#include "isthmus/layers/gen_conv.hpp"
#include "isthmus/layers/gine_conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/graph_conv.hpp"
#include "isthmus/layers/rgcn_conv.hpp"

#include "subjects.hpp"

namespace isthmus::test {

using namespace isthmus::layers;

std::optional<Subject> edge_subject(const ParityCase& c) {
  const std::string& layer = c.options.at("layer");
  const std::int64_t in = c.number("in");
  const std::int64_t out = c.number("out");
  const auto edges = c.input.find("edge_attr");
  if (edges == c.input.end()) {
    return std::nullopt;
  }
  const at::Tensor given = edges->second;
  const auto attr = [given](const at::Tensor& x) { return given.to(x.scalar_type()); };
  const at::Tensor type = c.input.at("edge_type");
  const Graph graph = c.graph();
  if (layer == "gine") {
    GineConv conv(GineConvOptions(in, out)
                      .edge_channels(c.is("lift", "1") ? c.number("edge_dim") : 0)
                      .train_eps(c.is("train_eps", "1"))
                      .seed(1));
    return Subject{conv.ptr(),
                   [=](const at::Tensor& x) mutable { return conv->forward(x, attr(x), graph); }};
  }
  if (layer == "graph_conv") {
    GraphConv conv(
        GraphConvOptions(in, out).agg(parse_name<ops::Reduce>(c.options.at("agg"))).seed(1));
    const bool weights = c.is("weights", "1");
    return Subject{conv.ptr(), [=](const at::Tensor& x) mutable {
                     return conv->forward(x, graph, weights ? attr(x).squeeze(1) : at::Tensor());
                   }};
  }
  if (layer == "gen") {
    const Norm norm = parse_name<Norm>(c.options.at("norm"));
    GenConv conv(GenConvOptions(in, out)
                     .aggregation(parse_name<GenAggregation>(c.options.at("agg")))
                     .learn_t(c.is("learn", "1"))
                     .learn_p(c.is("learn", "1"))
                     .norm(norm)
                     .edge_channels(c.number("edge_dim"))
                     .msg_norm(!c.is("length", "given"))
                     .learn_msg_scale(c.is("length", "learnt"))
                     .seed(1));
    return Subject{conv.ptr(),
                   [=](const at::Tensor& x) mutable { return conv->forward(x, attr(x), graph); }};
  }
  if (layer == "gated_gcn") {
    GatedGcnConv conv(GatedGcnConvOptions(in, out)
                          .edge_channels(c.number("edge_dim"))
                          .batch_norm(c.is("norm", "batch"))
                          .residual(c.is("residual", "1"))
                          .seed(1));
    return Subject{conv.ptr(), [=](const at::Tensor& x) mutable {
                     const GatedGcnOutput y = conv->forward(x, attr(x), graph);
                     return torch::cat({y.nodes, y.edges});
                   }};
  }
  RgcnConv conv(RgcnConvOptions(in, out, 3)
                    .agg(parse_name<ops::Reduce>(c.options.at("agg")))
                    .num_bases(c.number("bases"))
                    .num_blocks(c.number("blocks"))
                    .seed(1));
  return Subject{conv.ptr(),
                 [=](const at::Tensor& x) mutable { return conv->forward(x, type, graph); }};
}

}  // namespace isthmus::test
