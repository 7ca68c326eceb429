#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

#include "options.hpp"
#include "paths.hpp"
#include "peer.hpp"
#include "roofline.hpp"

namespace isthmus::bench {

/// One operation on one graph at one width, and all who compute it.
struct OpCase {
  std::string op;     ///< As peers call it: "sum".
  std::string shape;  ///< Name of the graph.
  std::int64_t width = 0;
  int threads = 1;
  Tensors leaves;       ///< float, no gradients required.
  at::Tensor gradient;  ///< Of the output.
  Path ours;
  std::vector<Path> others;
  Tensors reference;  ///< Output, then the gradient of each leaf, in double.
  Tensors tolerance;  ///< Largest error allowed to us, broadcast to each; others may have 50 times.
  Tensors stated;     ///< Tighter bounds of which it is only counted who meets them; may be empty.
  bool gathers = true;  ///< Limits are those of gathering rows of leaves[0] and of the gradient.
  Roofline* forward_limit = nullptr;
  Roofline* backward_limit = nullptr;
  double aim = 1.25;  ///< A1: of the limit.
};

/// Sets reference and tolerance by running `path` in double: errors up to `share` of the largest
/// value of each are allowed.
void set_reference(OpCase& contest, const Path& path, double share);

/// Other libraries, started once per thread count.
class Peers {
 public:
  Peers(const Options& options, int threads);
  /// Gives them the graph; the one before is forgotten.
  void set_graph(const std::string& name, const EdgeIndex& index);
  [[nodiscard]] const Scratch& folder() const noexcept { return folder_; }
  [[nodiscard]] std::vector<std::unique_ptr<Peer>>& all() noexcept { return peers_; }

 private:
  Scratch folder_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

/// Contests of operations, their table and their verdicts.
class OpReport {
 public:
  OpReport(const Options& options, std::string program);

  /// Checks everybody's results, then times forward, backward, and both together.
  void run(OpCase& contest, Peers& peers);

  /// Prints the counts of verdicts and writes the samples; the program's exit status.
  [[nodiscard]] int finish();

  /// Names of the shapes that the user asked for, or these (one of them when quick).
  [[nodiscard]] static std::vector<std::string> shapes_or(const Options& options,
                                                          const std::vector<std::string>& names);
  /// The same for widths.
  [[nodiscard]] static std::vector<std::int64_t> widths_or(const Options& options,
                                                           const std::vector<std::int64_t>& widths);

 private:
  struct Racer;
  struct Count {
    int met = 0;
    int all = 0;
    void add(bool ok) {
      ++all;
      met += ok ? 1 : 0;
    }
  };

  [[nodiscard]] std::vector<Racer> gather_racers(OpCase& contest, Peers& peers);
  void check(Racer& racer, const OpCase& contest, const Peers& peers);
  void time_pass(const char* pass, std::vector<Racer>& racers, const OpCase& contest,
                 Roofline* limit, bool cold);
  void judge(const char* pass, const std::vector<Contestant>& contestants, const OpCase& contest,
             Roofline* limit, double bystanders, formats::Json& row);

  const Options& options_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  formats::Json json_;
  formats::Json rows_ = formats::Json::array();
  /// How far we are from the stated bounds, and how far the exact result itself, rounded, would be.
  void check_stated(const OpCase& contest, const Tensors& got);

  Count a1_, a1_cold_, a2_, a3_, a3_stated_;
  int crowded_ = 0;
  bool failed_ = false;
};

}  // namespace isthmus::bench
