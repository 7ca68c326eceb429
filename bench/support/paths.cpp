#include "paths.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "isthmus/core/available_memory.hpp"
#include "isthmus/graph/plan.hpp"

#include "machine.hpp"
#include "op_support.hpp"
#include "plain_sums.hpp"
#include "timing.hpp"

namespace isthmus::bench {
namespace {

using ops::AutogradContext;
using ops::variable_list;

/// A linear map and its transpose, as kernels outside of autograd offer them.
struct LinearPair {
  std::function<at::Tensor(const at::Tensor&)> forward;
  std::function<at::Tensor(const at::Tensor&)> backward;
};

struct PairFunction : torch::autograd::Function<PairFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x,
                            const std::shared_ptr<const LinearPair>& pair) {
    ops::hold(ctx, "pair", pair);
    return pair->forward(x);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    const auto& pair = ops::held<std::shared_ptr<const LinearPair>>(ctx, "pair");
    return {pair->backward(grads[0]), at::Tensor()};
  }
};

Path pair_path(std::string name, LinearPair pair) {
  const auto shared = std::make_shared<const LinearPair>(std::move(pair));
  return {.name = std::move(name), .apply = [shared](const Tensors& leaves) {
            return PairFunction::apply(leaves[0], shared);
          }};
}

at::Tensor copy_to(std::span<const std::int64_t> values) {
  return at::tensor(at::ArrayRef<std::int64_t>(values.data(), values.size()));
}

at::Tensor copy_to(std::span<const NodeId> values) {
  return at::tensor(at::ArrayRef<NodeId>(values.data(), values.size()));
}

/// CSR as LibTorch wants it: 32-bit indices (MKL's own), parallel arcs merged into their count.
at::Tensor merged_csr(const CsrView& csr, std::int64_t num_sources) {
  std::vector<std::int32_t> rowptr{0};
  std::vector<std::int32_t> col;
  std::vector<float> value;
  for (NodeId row = 0; row < csr.num_rows(); ++row) {
    const std::size_t first = col.size();
    for (const NodeId source : csr.row(row)) {
      if (col.size() > first && col.back() == source) {
        value.back() += 1.0F;
      } else {
        col.push_back(source);
        value.push_back(1.0F);
      }
    }
    rowptr.push_back(static_cast<std::int32_t>(col.size()));
  }
  return at::sparse_csr_tensor(at::tensor(rowptr), at::tensor(col), at::tensor(value),
                               {csr.num_rows(), num_sources}, at::kFloat);
}

at::Tensor coo(const EdgeIndex& index) {
  return at::sparse_coo_tensor(at::stack({index.dst, index.src}), at::ones({index.src.size(0)}),
                               {index.num_dst, index.num_src})
      .coalesce();
}

/// Everything that a ValuedSum reads, kept alive.
struct ValuedCsr {
  explicit ValuedCsr(const CsrView& csr, std::int64_t num_sources)
      : rowptr(copy_to(csr.rowptr)),
        col(copy_to(csr.col).to(at::kLong)),
        value(at::ones({csr.num_edges()})),
        rows(csr.num_rows()),
        sources(num_sources) {}

  [[nodiscard]] ValuedSum sum(const at::Tensor& x, at::Tensor& out) const {
    return {rowptr.data_ptr<std::int64_t>(),
            col.data_ptr<std::int64_t>(),
            value.data_ptr<float>(),
            rows,
            sources,
            col.size(0),
            x.data_ptr<float>(),
            out.data_ptr<float>(),
            x.size(1)};
  }

  at::Tensor rowptr;
  at::Tensor col;
  at::Tensor value;
  std::int64_t rows;
  std::int64_t sources;
};

/// A pair of ValuedSum kernels on the graph and its transpose.
template <typename Kernel>
Path valued_path(std::string name, const Graph& graph, const Kernel& kernel) {
  const Plan& plan = graph.plan();
  const auto start = std::make_shared<std::pair<ValuedCsr, ValuedCsr>>(
      ValuedCsr(plan.csr(), graph.num_src()), ValuedCsr(plan.csc(), graph.num_dst()));
  const auto run = [kernel](const ValuedCsr& csr, const RowChunks& chunks, const at::Tensor& x) {
    const at::Tensor rows = x.contiguous();
    at::Tensor out = at::empty({csr.rows, rows.size(1)}, rows.options());
    kernel(csr.sum(rows, out), chunks);
    return out;
  };
  return pair_path(
      std::move(name),
      {[=, &plan](const at::Tensor& x) { return run(start->first, plan.csr_chunks(), x); },
       [=, &plan](const at::Tensor& g) { return run(start->second, plan.csc_chunks(), g); }});
}

/// Runs what makes a path and notes how long that took; a failure becomes the path's refusal.
template <typename Make>
Path converted(const std::string& name, const Make& make) {
  Path path;
  try {
    const double spent = milliseconds([&] { path = make(); });
    path.conversion_ms = spent;
  } catch (const std::exception& error) {
    path.refusal = std::string(error.what()).substr(0, 100);
  }
  path.name = name;
  return path;
}

std::int64_t bytes_of_messages(const EdgeIndex& index, std::int64_t width) {
  return index.src.size(0) * width * std::int64_t{sizeof(float)};
}

/// Messages and their gradients may lie in memory at once.
void refuse_what_does_not_fit(std::vector<Path>& paths) {
  for (Path& path : paths) {
    const std::int64_t need = 2 * path.message_bytes;
    if (const std::int64_t room = available_memory(); room >= 0 && need > room / 5 * 4) {
      path.refusal = "needs " + std::to_string(path.message_bytes >> 20) + " MiB of messages";
    }
  }
}

at::Tensor spread_index(const at::Tensor& index, const at::Tensor& like) {
  return index.unsqueeze(1).expand({index.size(0), like.size(1)});
}

at::Tensor softmax_of_edges(const at::Tensor& score, const EdgeIndex& index) {
  const at::Tensor most =
      at::full({index.num_dst, score.size(1)}, -1e30, score.options())
          .scatter_reduce(0, spread_index(index.dst, score), score.detach(), "amax");
  const at::Tensor e = (score - most.index_select(0, index.dst)).exp();
  const at::Tensor total =
      at::zeros({index.num_dst, score.size(1)}, e.options()).index_add(0, index.dst, e);
  return e / total.index_select(0, index.dst);
}

}  // namespace

EdgeIndex::EdgeIndex(const Graph& graph)
    : src(at::empty({graph.num_edges()}, at::kLong)),
      dst(at::empty({graph.num_edges()}, at::kLong)),
      num_src(graph.num_src()),
      num_dst(graph.num_dst()) {
  const CsrView csr = graph.csr();
  auto* const from = src.data_ptr<std::int64_t>();
  auto* const to = dst.data_ptr<std::int64_t>();
  std::copy(csr.col.begin(), csr.col.end(), from);
  for (NodeId row = 0; row < csr.num_rows(); ++row) {
    const auto r = static_cast<std::size_t>(row);
    std::fill(to + csr.rowptr[r], to + csr.rowptr[r + 1], row);
  }
}

std::vector<Path> sum_paths(const Graph& graph, const EdgeIndex& index, std::int64_t width) {
  std::vector<Path> paths;
  const std::int64_t messages = bytes_of_messages(index, width);
  paths.push_back({.name = "gather + index_add",
                   .apply =
                       [&index](const Tensors& leaves) {
                         const at::Tensor& x = leaves[0];
                         return at::zeros({index.num_dst, x.size(1)}, x.options())
                             .index_add(0, index.dst, x.index_select(0, index.src));
                       },
                   .message_bytes = messages});
  paths.push_back({.name = "gather + scatter_add",
                   .apply =
                       [&index](const Tensors& leaves) {
                         const at::Tensor& x = leaves[0];
                         return at::zeros({index.num_dst, x.size(1)}, x.options())
                             .scatter_add(0, spread_index(index.dst, x),
                                          x.index_select(0, index.src));
                       },
                   .message_bytes = messages});
  paths.push_back(converted("COO mm", [&]() -> Path {
    return {.apply = [a = coo(index)](const Tensors& leaves) { return at::mm(a, leaves[0]); }};
  }));
  paths.push_back(converted("CSR mm", [&]() -> Path {
    return {.apply = [a = merged_csr(graph.csr(), index.num_src)](const Tensors& leaves) {
      return at::mm(a, leaves[0]);
    }};
  }));
  paths.push_back(converted("CSR mm, transpose kept", [&] {
    const auto a = merged_csr(graph.csr(), index.num_src);
    const auto t = merged_csr(graph.plan().csc(), index.num_dst);
    return pair_path({}, {[a](const at::Tensor& x) { return at::mm(a, x); },
                          [t](const at::Tensor& g) { return at::mm(t, g); }});
  }));
#if defined(ISTHMUS_BENCH_MM_REDUCE)
  paths.push_back(converted("CSR mm reduce", [&]() -> Path {
    return {.apply = [a = merged_csr(graph.csr(), index.num_src)](const Tensors& leaves) {
      return at::_sparse_mm(a, leaves[0], "sum");
    }};
  }));
#endif
  paths.push_back(converted("ATen-style loop", [&] {
    return valued_path({}, graph, [](const ValuedSum& args, const RowChunks& chunks) {
      aten_style_sum(args, chunks);
    });
  }));
  if (has_eigen()) {
    paths.push_back(converted("Eigen", [&] {
      return valued_path({}, graph,
                         [](const ValuedSum& args, const RowChunks&) { eigen_sum(args); });
    }));
  }
  refuse_what_does_not_fit(paths);
  return paths;
}

std::vector<Path> extreme_paths(const Graph& graph, const EdgeIndex& index, std::int64_t width,
                                const std::string& reduce) {
  std::vector<Path> paths;
  paths.push_back({.name = "gather + scatter_reduce",
                   .apply =
                       [&index, reduce](const Tensors& leaves) {
                         const at::Tensor& x = leaves[0];
                         return at::zeros({index.num_dst, x.size(1)}, x.options())
                             .scatter_reduce(0, spread_index(index.dst, x),
                                             x.index_select(0, index.src), reduce,
                                             /*include_self=*/false);
                       },
                   .message_bytes = bytes_of_messages(index, width)});
#if defined(ISTHMUS_BENCH_MM_REDUCE)
  paths.push_back(converted("CSR mm reduce", [&]() -> Path {
    return {.apply = [a = merged_csr(graph.csr(), index.num_src).requires_grad_(false), reduce](
                         const Tensors& leaves) { return at::_sparse_mm(a, leaves[0], reduce); }};
  }));
  // Values are multiplied in, and merged parallel arcs have a value above 1.
  const CsrView csr = graph.csr();
  for (NodeId row = 0; row < csr.num_rows() && paths.back().refusal.empty(); ++row) {
    const auto sources = csr.row(row);
    if (std::adjacent_find(sources.begin(), sources.end()) != sources.end()) {
      paths.back().refusal = "the graph has parallel arcs";
    }
  }
#else
  static_cast<void>(graph);
#endif
  refuse_what_does_not_fit(paths);
  return paths;
}

std::vector<Path> attention_paths(const EdgeIndex& index, std::int64_t width, std::int64_t heads) {
  std::vector<Path> paths;
  paths.push_back(
      {.name = "gather, softmax, index_add",
       .apply =
           [&index, heads](const Tensors& leaves) {
             const at::Tensor& x = leaves[0];
             const at::Tensor score = at::leaky_relu(
                 leaves[1].index_select(0, index.src) + leaves[2].index_select(0, index.dst), 0.2);
             const at::Tensor weight = softmax_of_edges(score, index);
             const at::Tensor messages =
                 x.index_select(0, index.src).view({-1, heads, x.size(1) / heads}) *
                 weight.unsqueeze(2);
             return at::zeros({index.num_dst, x.size(1)}, x.options())
                 .index_add(0, index.dst, messages.view({-1, x.size(1)}));
           },
       .message_bytes = 2 * bytes_of_messages(index, width)});
  refuse_what_does_not_fit(paths);
  return paths;
}

std::vector<Path> softmax_paths(const EdgeIndex& index, std::int64_t heads) {
  std::vector<Path> paths;
  paths.push_back(
      {.name = "scatter_reduce, index_add",
       .apply = [&index](const Tensors& leaves) { return softmax_of_edges(leaves[0], index); },
       .message_bytes = 2 * bytes_of_messages(index, heads)});
  refuse_what_does_not_fit(paths);
  return paths;
}

std::vector<Path> wsum_paths(const EdgeIndex& index, std::int64_t width) {
  std::vector<Path> paths;
  paths.push_back({.name = "gather, multiply, index_add",
                   .apply =
                       [&index](const Tensors& leaves) {
                         const at::Tensor& x = leaves[0];
                         return at::zeros({index.num_dst, x.size(1)}, x.options())
                             .index_add(0, index.dst,
                                        x.index_select(0, index.src) * leaves[1].unsqueeze(1));
                       },
                   .message_bytes = 2 * bytes_of_messages(index, width)});
  refuse_what_does_not_fit(paths);
  return paths;
}

at::Tensor reference_sum(const at::Tensor& x, const at::Tensor& from, const at::Tensor& to,
                         std::int64_t rows) {
  constexpr std::int64_t kColumns = 16;
  at::Tensor sum = at::zeros({rows, x.size(1)}, at::kDouble);
  for (std::int64_t column = 0; column < x.size(1); column += kColumns) {
    const std::int64_t count = std::min(kColumns, x.size(1) - column);
    at::Tensor part = at::zeros({rows, count}, at::kDouble);
    part.index_add_(0, to, x.narrow(1, column, count).to(at::kDouble).index_select(0, from));
    sum.narrow(1, column, count).copy_(part);
  }
  return sum;
}

}  // namespace isthmus::bench
