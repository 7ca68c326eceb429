#include <exception>
#include <string>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/datasets/botnet_hdf5.hpp"
#include "isthmus/datasets/load.hpp"

#include "verbs.hpp"

namespace isthmus::cli {
namespace {

/// Ends a writer from inside: the file under way is thrown away.
struct Stopped : std::exception {};

/// The same source, telling of each graph, and stopping where it is asked to.
datasets::GraphSource watched(const datasets::GraphSource& source, Session& session) {
  datasets::GraphSource watched = source;
  watched.graph = [&session, progress = session.progress(), total = source.num_graphs,
                   graph = source.graph](std::int64_t k) {
    if (session.cancel().requested()) {
      throw Stopped();
    }
    progress({.what = "graphs", .done = k, .total = total, .detail = ""});
    return graph(k);
  };
  return watched;
}

}  // namespace

Output run_generate(Session& session) {
  const std::string name = session.arguments().positional(0)[0];
  const std::string file = session.arguments().text("--out");
  if (!file.ends_with(".hdf5")) {
    throw InvalidArgument("generate: --out must end in .hdf5, got '" + file + "'");
  }
  const datasets::GraphSource source = datasets::open_graphs(name, session.data_roots());
  Output output{.schema = "isthmus.generate/1", .text = {}, .fields = formats::Json::object()};
  output.fields["set"] = name;
  output.fields["graphs"] = source.num_graphs;
  output.fields["out"] = file;
  output.fields["status"] = "ok";
  try {
    datasets::write_botnet_hdf5(
        file, watched(source, session),
        session.arguments().has("--force") ? Overwrite::kReplace : Overwrite::kRefuse);
  } catch (const Stopped&) {
    session.end_progress();
    session.complain("interrupted: nothing was written");
    output.fields["status"] = "interrupted";
    output.exit = ExitCode::kInterrupted;
    return output;
  }
  session.end_progress();
  output.text = file + "\n";
  session.talk("isthmus: " + std::to_string(source.num_graphs) + " graphs are in " + file);
  return output;
}

}  // namespace isthmus::cli
