#include "isthmus/kernels/panel_gemm.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/row_chunks.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

/// Work of one task, in multiply-adds: some tens of microseconds.
constexpr std::int64_t kTaskProducts = std::int64_t{1} << 20U;
constexpr std::int64_t kMostPartials = 64;

template <typename T>
void check(const PanelGemm<T>& args) {
  const auto require = [](bool ok, const char* rule, std::int64_t got) {
    if (!ok) {
      throw InvalidArgument("panel_gemm: " + std::string(rule) + ", got " + std::to_string(got));
    }
  };
  require(args.rows >= 0, "rows must be >= 0", args.rows);
  require(args.columns >= 0, "columns must be >= 0", args.columns);
  require(args.depth >= 0, "depth must be >= 0", args.depth);
  require(args.b_row >= args.columns || args.depth <= 1, "b_row must be >= columns", args.b_row);
  require(args.c_row >= args.columns || args.rows <= 1, "c_row must be >= columns", args.c_row);
  if (args.bias != nullptr && args.accumulate) {
    throw InvalidArgument("panel_gemm: bias and accumulate exclude each other, got both");
  }
}

/// Rows per task: a multiple of 24, which every tile height divides.
FixedBlocks row_blocks(std::int64_t rows, std::int64_t row_products) {
  const std::int64_t wanted = kTaskProducts / std::max<std::int64_t>(1, row_products);
  return {rows, std::clamp<std::int64_t>(wanted / 24, 1, 64) * 24};
}

template <typename T>
void multiply(const PanelGemm<T>& args) {
  check(args);
  const auto kernel = active_kernels_of<T>().panel_gemm;
  const FixedBlocks blocks = row_blocks(args.rows, args.columns * args.depth);
  parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
    kernel(args, blocks.begin(block), blocks.end(block));
  });
}

template <typename T>
void multiply_tall(const PanelGemm<T>& args) {
  check(args);
  if (args.bias != nullptr || args.accumulate || args.relu) {
    throw InvalidArgument("panel_gemm_tall: bias must be none, accumulate and relu off, got one");
  }
  const FixedBlocks blocks = reduction_blocks(args.depth, kContractionBlock, kMostPartials);
  if (blocks.blocks() <= 1) {
    multiply(args);
    return;
  }
  const auto kernel = active_kernels_of<T>().panel_gemm;
  const std::int64_t size = args.rows * args.columns;
  std::vector<T> partials(static_cast<std::size_t>(blocks.blocks() * size));
  parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
    PanelGemm<T> part = args;
    part.depth = blocks.end(block) - blocks.begin(block);
    part.a += blocks.begin(block) * args.a_col;
    part.b += blocks.begin(block) * args.b_row;
    part.c = partials.data() + block * size;
    part.c_row = args.columns;
    kernel(part, 0, args.rows);
  });
  const FixedBlocks rows = row_blocks(args.rows, args.columns * blocks.blocks());
  parallel_chunks(rows.blocks(), [&](std::int64_t chunk) {
    for (std::int64_t i = rows.begin(chunk); i < rows.end(chunk); ++i) {
      T* c = args.c + i * args.c_row;
      std::copy_n(partials.data() + i * args.columns, args.columns, c);
      for (std::int64_t block = 1; block < blocks.blocks(); ++block) {
        const T* part = partials.data() + block * size + i * args.columns;
        for (std::int64_t j = 0; j < args.columns; ++j) {
          c[j] += part[j];
        }
      }
    }
  });
}

}  // namespace

void panel_gemm(const PanelGemm<float>& args) { multiply(args); }
void panel_gemm(const PanelGemm<double>& args) { multiply(args); }
void panel_gemm_tall(const PanelGemm<float>& args) { multiply_tall(args); }
void panel_gemm_tall(const PanelGemm<double>& args) { multiply_tall(args); }

}  // namespace isthmus::kernels
