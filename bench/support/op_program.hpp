#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "op_contest.hpp"

namespace isthmus::bench {

/// Where an operation is measured. Edge tensors are in the order of the rows, for everybody.
struct OpPlace {
  const Graph& graph;
  const EdgeIndex& index;
  std::int64_t width = 0;
};

/// The program of one family of operations: its own part of what `./run bench NAME` does.
struct OpProgram {
  std::string name;                  ///< "spmm".
  std::vector<std::string> ops;      ///< What --op may name; all are measured unless it does.
  std::vector<std::string> shapes;   ///< Measured unless --shapes names others.
  std::vector<std::int64_t> widths;  ///< Likewise; empty: the shape's own.
  bool orders = false;               ///< Takes --order; none and auto unless it says which.
  /// Leaves, gradient, everybody who computes, reference, tolerance, aim. The frame adds names,
  /// limits and the rest.
  std::function<OpCase(const std::string& op, const OpPlace& place)> make;
};

/// Over threads, shapes, orders, widths and operations: makes the case, lets all race, prints the
/// table and the verdicts; returns the exit status of the program, errors printed.
[[nodiscard]] int run_op_program(int argc, char** argv, const OpProgram& program);

}  // namespace isthmus::bench
