#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/layers/edge_conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/jump.hpp"
#include "isthmus/layers/pna_conv.hpp"
#include "isthmus/layers/sage_conv.hpp"

#include "subjects.hpp"

namespace isthmus::test {
namespace {

using namespace layers;  // NOLINT: the whole file is about that room

/// The values of a list of names with commas between them.
template <typename Enum>
std::vector<Enum> values_of(const std::string& list) {
  std::vector<Enum> values;
  std::string name;
  for (const char letter : list + ",") {
    if (letter == ',') {
      values.push_back(parse_name<Enum>(name));
      name.clear();
    } else {
      name += letter;
    }
  }
  return values;
}

Subject jump_subject(const ParityCase& c) {
  const std::int64_t count = c.number("layers");
  const std::int64_t channels = c.number("in") / count;
  Jump jump(
      JumpOptions(parse_name<JumpingKnowledge>(c.options.at("mode")), channels, count).seed(1));
  return {jump.ptr(),
          [jump, count](const at::Tensor& x) mutable { return jump->forward(x.chunk(count, 1)); }};
}

}  // namespace

std::optional<Subject> extremes_subject(const ParityCase& c) {
  const std::string& layer = c.options.at("layer");
  const std::int64_t in = c.number("in");
  const std::int64_t out = c.number("out");
  if (layer == "sage_any") {
    return on_graph(SageConv(SageConvOptions(in, out)
                                 .agg(parse_name<ops::Reduce>(c.options.at("agg")))
                                 .project(c.is("project", "1"))
                                 .seed(1)),
                    c);
  }
  if (layer == "edge_conv") {
    const auto hidden = static_cast<std::size_t>(c.number("hidden"));
    return on_graph(EdgeConv(EdgeConvOptions(in, out)
                                 .hidden_channels(std::vector<std::int64_t>(hidden, out))
                                 .agg(parse_name<ops::Reduce>(c.options.at("agg")))
                                 .seed(1)),
                    c);
  }
  if (layer == "pna") {
    const PnaShape shape{.aggregators = values_of<ops::Reduce>(c.options.at("aggregators")),
                         .scalers = values_of<DegreeScaler>(c.options.at("scalers")),
                         .towers = c.number("towers"),
                         .pre_layers = c.number("pre"),
                         .post_layers = c.number("post"),
                         .divide_input = c.is("divide", "1")};
    return on_graph(PnaConv(PnaConvOptions(in, out).shape(shape).train_norm(true).seed(1)), c);
  }
  return layer == "jump" ? std::optional<Subject>(jump_subject(c)) : std::nullopt;
}

}  // namespace isthmus::test
