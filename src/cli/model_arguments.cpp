#include "model_arguments.hpp"

namespace isthmus::cli {

std::string model_argument(const Session& session) {
  const Arguments& arguments = session.arguments();
  if (!arguments.has("--model")) {
    throw InvalidArgument(arguments.verb().name + ": --model FILE is missing",
                          "train writes one per run: OUT_DIR/seed-0/best.safetensors");
  }
  return arguments.text("--model");
}

partition::NodeOrder order_argument(const Session& session) {
  return partition::parse_node_order(session.arguments().text("--order"));
}

}  // namespace isthmus::cli
