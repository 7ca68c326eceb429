#include "isthmus/kernels/attention.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/row_chunks.hpp"

#include "dispatch.hpp"
#include "head_task.hpp"

namespace isthmus::kernels {
namespace {

/// Most partial gradients of att that are held.
constexpr std::int64_t kMostAttBlocks = 256;

void check(bool ok, const std::string& rule, std::int64_t got) {
  if (!ok) {
    throw InvalidArgument("attention: " + rule + ", got " + std::to_string(got));
  }
}

template <typename T>
void check_table(const char* name, const Rows<T>& table, std::int64_t columns) {
  check(table.columns == columns,
        std::string(name) + " must have " + std::to_string(columns) + " columns", table.columns);
  check(table.stride >= columns,
        std::string(name) + "'s stride must be >= " + std::to_string(columns), table.stride);
}

template <typename T>
void check_terms(const AttentionTerms<T>& terms) {
  check(terms.heads >= 1, "heads must be >= 1", terms.heads);
  check(terms.channels >= 1, "channels must be >= 1", terms.channels);
  const std::int64_t width = terms.heads * terms.channels;
  const std::int64_t scored = terms.score == AttentionScore::kAdditive ? terms.heads : width;
  check_table("query", terms.query, scored);
  check_table("key", terms.key, scored);
  check_table("value", terms.value, width);
  check(terms.value.rows == terms.key.rows, "value must have the rows of key", terms.value.rows);
  if (terms.score == AttentionScore::kLeakyDot && terms.att == nullptr) {
    throw InvalidArgument("attention: att must be given for kLeakyDot, got none");
  }
}

/// body(scratch, first row, end) for each chunk.
template <typename T, typename Body>
void for_chunks(const AttentionTerms<T>& terms, RowRanges chunks, const Body& body) {
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    const HeadTask<T> task(terms.heads);
    body(task.scratch(), chunks.first_row[chunk], chunks.first_row[chunk + 1]);
  });
}

template <typename T>
void forward(const Attention<T>& args, RowRanges chunks) {
  check_terms(args.terms);
  const std::int64_t width = args.terms.heads * args.terms.channels;
  check(args.out_stride >= width, "out_stride must be >= " + std::to_string(width),
        args.out_stride);
  const auto kernel = active_kernels_of<T>().attention;
  for_chunks(args.terms, chunks,
             [&](const HeadScratch<T>& scratch, std::int64_t first, std::int64_t last) {
               kernel(args, scratch, first, last);
             });
}

template <typename T>
void check_backward(const AttentionBackward<T>& args) {
  check_terms(args.terms);
  const std::int64_t width = args.terms.heads * args.terms.channels;
  check_table("grad", args.grad, width);
  check_table("out", args.out, width);
  const auto check_stride = [](const char* name, const T* data, std::int64_t stride,
                               std::int64_t least) {
    check(data == nullptr || stride >= least,
          std::string(name) + "_stride must be >= " + std::to_string(least), stride);
  };
  check_stride("dquery", args.dquery, args.dquery_stride, args.terms.query.columns);
  check_stride("dkey", args.dkey, args.dkey_stride, args.terms.key.columns);
  check_stride("dvalue", args.dvalue, args.dvalue_stride, width);
}

template <typename T>
void backward_rows(const AttentionBackward<T>& args, RowRanges chunks) {
  check_backward(args);
  const auto kernel = active_kernels_of<T>().attention_backward_rows;
  if (args.datt == nullptr) {
    for_chunks(args.terms, chunks,
               [&](const HeadScratch<T>& scratch, std::int64_t first, std::int64_t last) {
                 kernel(args, scratch, first, last, nullptr);
               });
    return;
  }
  // Blocks of chunks, so that few partial sums are held; they depend on the graph alone.
  const std::int64_t width = args.terms.heads * args.terms.channels;
  const FixedBlocks blocks = reduction_blocks(chunks.count, 1, kMostAttBlocks);
  std::vector<double> partials(static_cast<std::size_t>(blocks.blocks() * width));
  parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
    const HeadTask<T> task(args.terms.heads);
    kernel(args, task.scratch(), chunks.first_row[blocks.begin(block)],
           chunks.first_row[blocks.end(block)], partials.data() + block * width);
  });
  std::fill_n(args.datt, width, 0.0);
  for (std::int64_t block = 0; block < blocks.blocks(); ++block) {
    for (std::int64_t f = 0; f < width; ++f) {
      args.datt[f] += partials[static_cast<std::size_t>(block * width + f)];
    }
  }
}

template <typename T>
void backward_sources(const AttentionBackward<T>& args, RowRanges chunks) {
  check_backward(args);
  const auto kernel = active_kernels_of<T>().attention_backward_sources;
  for_chunks(args.terms, chunks,
             [&](const HeadScratch<T>& scratch, std::int64_t first, std::int64_t last) {
               kernel(args, scratch, first, last);
             });
}

}  // namespace

void attention(const Attention<float>& args, RowRanges chunks) { forward(args, chunks); }
void attention(const Attention<double>& args, RowRanges chunks) { forward(args, chunks); }
void attention_backward_rows(const AttentionBackward<float>& args, RowRanges chunks) {
  backward_rows(args, chunks);
}
void attention_backward_rows(const AttentionBackward<double>& args, RowRanges chunks) {
  backward_rows(args, chunks);
}
void attention_backward_sources(const AttentionBackward<float>& args, RowRanges chunks) {
  backward_sources(args, chunks);
}
void attention_backward_sources(const AttentionBackward<double>& args, RowRanges chunks) {
  backward_sources(args, chunks);
}

}  // namespace isthmus::kernels
