#include "isthmus/kernels/gin_mlp.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/panel_gemm.hpp"
#include "isthmus/kernels/row_chunks.hpp"

#include "dispatch.hpp"
#include "gin_tile.hpp"

namespace isthmus::kernels {
namespace {

/// As panel_gemm_tall(): what blocks of rows hold at most.
constexpr std::int64_t kMostPartials = 64;

void require(const char* who, bool ok, const char* rule, std::int64_t got) {
  if (!ok) {
    throw InvalidArgument(std::string(who) + ": " + rule + ", got " + std::to_string(got));
  }
}

/// c = a b + bias for the rows of one tile; all rows contiguous.
template <typename T>
PanelGemm<T> product(std::int64_t rows, std::int64_t columns, std::int64_t depth, const T* a,
                     std::int64_t a_row, const T* b, T* c) {
  PanelGemm<T> args;
  args.rows = rows;
  args.columns = columns;
  args.depth = depth;
  args.a = a;
  args.a_row = a_row;
  args.a_col = 1;
  args.b = b;
  args.b_row = columns;
  args.c = c;
  args.c_row = columns;
  return args;
}

/// c += a' b: `rows` is what is summed over.
template <typename T>
PanelGemm<T> contraction(std::int64_t rows, std::int64_t left, std::int64_t right, const T* a,
                         std::int64_t a_stride, const T* b, T* c) {
  PanelGemm<T> args = product(left, right, rows, a, 1, b, c);
  args.a_col = a_stride;
  args.accumulate = true;
  return args;
}

template <typename T>
void forward_rows(const GinMlp<T>& args, std::int64_t chunk, std::int64_t first,
                  std::int64_t last) {
  const TypedKernels<T>& kernels = active_kernels_of<T>();
  const std::int64_t inputs = args.sum.width;
  const bool two = args.w1 != nullptr;
  std::vector<T> h_tile(args.h == nullptr && two ? static_cast<std::size_t>(kFusedRows * inputs)
                                                 : 0);
  std::vector<T> u_tile(args.u == nullptr ? static_cast<std::size_t>(kFusedRows * args.hidden) : 0);
  std::vector<T> out_tile(args.out == nullptr ? static_cast<std::size_t>(kFusedRows * args.outputs)
                                              : 0);
  for (std::int64_t begin = first; begin < last; begin += kFusedRows) {
    const std::int64_t rows = std::min(kFusedRows, last - begin);
    T* out = args.out != nullptr ? args.out + begin * args.outputs : out_tile.data();
    T* u = args.u != nullptr ? args.u + begin * args.hidden : u_tile.data();
    T* h = args.h != nullptr ? args.h + begin * inputs : h_tile.data();
    SegmentSum<T> sum = from_row(args.sum, begin);
    sum.out = two ? h : u;
    sum.out_stride = inputs;
    if (inputs > 0) {
      kernels.segment_sum(sum, 0, rows);
    }
    if (two) {
      PanelGemm<T> inner = product(rows, args.hidden, inputs, h, inputs, args.w1, u);
      inner.bias = args.b1;
      inner.relu = true;
      kernels.panel_gemm(inner, 0, rows);
    } else {
      for (std::int64_t i = 0; i < rows; ++i) {
        T* row = u + i * args.hidden;
        for (std::int64_t j = 0; j < args.hidden; ++j) {
          const T z = row[j] + args.b1[j];
          row[j] = T{0} > z ? T{0} : z;
        }
      }
    }
    PanelGemm<T> outer = product(rows, args.outputs, args.hidden, u, args.hidden, args.w2, out);
    outer.bias = args.b2;
    outer.relu = args.relu;
    kernels.panel_gemm(outer, 0, rows);
    if (args.after) {
      args.after(chunk, begin, rows, out);
    }
  }
}

template <typename T>
void forward(const GinMlp<T>& args, RowRanges chunks) {
  require("gin_mlp", args.hidden >= 0, "hidden must be >= 0", args.hidden);
  require("gin_mlp", args.outputs >= 0, "outputs must be >= 0", args.outputs);
  require("gin_mlp", args.w1 != nullptr || args.hidden == args.sum.width,
          "hidden must be the width of the sum without w1", args.hidden);
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    forward_rows(args, chunk, chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

/// What one block of rows adds to the gradients of the weights.
template <typename T>
struct Partial {
  std::vector<T> dw1;
  std::vector<T> dw2;
  std::vector<double> db1;
  std::vector<double> db2;
};

template <typename T>
void backward_rows(const GinMlpBackward<T>& args, std::int64_t first, std::int64_t last,
                   Partial<T>& partial) {
  const TypedKernels<T>& kernels = active_kernels_of<T>();
  const auto multiply = [&](const PanelGemm<T>& gemm) { kernels.panel_gemm(gemm, 0, gemm.rows); };
  const bool two = args.w1 != nullptr;
  partial.dw1.assign(static_cast<std::size_t>(two ? args.hidden * args.inputs : 0), T{0});
  partial.dw2.assign(static_cast<std::size_t>(args.outputs * args.hidden), T{0});
  partial.db1.assign(static_cast<std::size_t>(args.hidden), 0.0);
  partial.db2.assign(static_cast<std::size_t>(args.outputs), 0.0);
  std::vector<T> g_tile(
      args.out != nullptr || args.before ? static_cast<std::size_t>(kFusedRows * args.outputs) : 0);
  std::vector<T> du_tile(static_cast<std::size_t>(kFusedRows * args.hidden));
  for (std::int64_t begin = first; begin < last; begin += kFusedRows) {
    const std::int64_t rows = std::min(kFusedRows, last - begin);
    const T* g = g_tile.data();
    std::int64_t g_stride = args.outputs;
    if (args.before) {
      args.before(begin, rows, g_tile.data());
    } else {
      g = args.grad + begin * args.grad_stride;
      g_stride = args.grad_stride;
    }
    if (args.out != nullptr) {
      kernels.gate_rows(g, g_stride, args.out + begin * args.outputs, rows, args.outputs,
                        g_tile.data());
      g = g_tile.data();
      g_stride = args.outputs;
    }
    const T* u = args.u + begin * args.hidden;
    T* du = !two && args.dh != nullptr ? args.dh + begin * args.hidden : du_tile.data();
    multiply(product(rows, args.hidden, args.outputs, g, g_stride, args.w2, du));
    kernels.gate_rows(du, args.hidden, u, rows, args.hidden, du);
    multiply(contraction(rows, args.outputs, args.hidden, g, g_stride, u, partial.dw2.data()));
    kernels.column_sums(Rows<T>{g, g_stride, rows, args.outputs}, 0, rows, partial.db2.data());
    kernels.column_sums(Rows<T>{du, args.hidden, rows, args.hidden}, 0, rows, partial.db1.data());
    if (two) {
      const T* h = args.h + begin * args.inputs;
      multiply(contraction(rows, args.hidden, args.inputs, du, args.hidden, h, partial.dw1.data()));
      if (args.dh != nullptr) {
        multiply(product(rows, args.inputs, args.hidden, du, args.hidden, args.w1,
                         args.dh + begin * args.inputs));
      }
    }
  }
}

/// to = the sum of one member over the blocks, in ascending order.
template <typename T, typename Number>
void add_up(const std::vector<Partial<T>>& partials, std::vector<Number> Partial<T>::*member,
            T* to) {
  for (std::size_t i = 0; i < (partials[0].*member).size(); ++i) {
    Number sum = (partials[0].*member)[i];
    for (std::size_t block = 1; block < partials.size(); ++block) {
      sum += (partials[block].*member)[i];
    }
    to[i] = static_cast<T>(sum);
  }
}

template <typename T>
void backward(const GinMlpBackward<T>& args) {
  require("gin_mlp_backward", args.rows >= 0, "rows must be >= 0", args.rows);
  require("gin_mlp_backward", args.inputs >= 0, "inputs must be >= 0", args.inputs);
  require("gin_mlp_backward", args.hidden >= 0, "hidden must be >= 0", args.hidden);
  require("gin_mlp_backward", args.outputs >= 0, "outputs must be >= 0", args.outputs);
  require("gin_mlp_backward", args.before || args.grad_stride >= args.outputs,
          "grad_stride must be >= outputs", args.grad_stride);
  const FixedBlocks blocks = reduction_blocks(args.rows, kContractionBlock, kMostPartials);
  std::vector<Partial<T>> partials(
      static_cast<std::size_t>(std::max<std::int64_t>(1, blocks.blocks())));
  if (blocks.blocks() == 0) {
    backward_rows(args, 0, 0, partials[0]);
  }
  parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
    backward_rows(args, blocks.begin(block), blocks.end(block),
                  partials[static_cast<std::size_t>(block)]);
  });
  if (args.w1 != nullptr) {
    add_up(partials, &Partial<T>::dw1, args.dw1);
  }
  add_up(partials, &Partial<T>::db1, args.db1);
  add_up(partials, &Partial<T>::dw2, args.dw2);
  add_up(partials, &Partial<T>::db2, args.db2);
}

}  // namespace

void gin_mlp(const GinMlp<float>& args, RowRanges chunks) { forward(args, chunks); }
void gin_mlp(const GinMlp<double>& args, RowRanges chunks) { forward(args, chunks); }
void gin_mlp_backward(const GinMlpBackward<float>& args) { backward(args); }
void gin_mlp_backward(const GinMlpBackward<double>& args) { backward(args); }

}  // namespace isthmus::kernels
