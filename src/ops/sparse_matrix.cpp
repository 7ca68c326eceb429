#include "isthmus/ops/sparse_matrix.hpp"

#include <mutex>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/dropout.hpp"
#include "isthmus/kernels/row_chunks.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/simd_level.hpp"

#include "dropout_rows.hpp"
#include "op_support.hpp"

namespace isthmus::ops {
/// Structure is shared by all matrices that differ in values only (dropout); the transpose is built
/// when the first gradient asks for it.
struct SparseMatrix::Storage {
  /// One CSR structure with the chunks that its rows are worked in.
  struct Csr {
    std::vector<std::int64_t> rowptr;
    std::vector<std::int32_t> col;
    std::vector<std::int32_t> chunks;

    void cut() { chunks = kernels::balanced_row_chunks(rowptr); }
    [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(rowptr.size()) - 1; }
    [[nodiscard]] kernels::RowRanges ranges() const {
      return {chunks.data(), static_cast<std::int64_t>(chunks.size()) - 1};
    }
  };

  struct Structure {
    std::int64_t cols = 0;
    Csr csr;

    struct Transpose {
      Csr csr;
      std::vector<std::int64_t> slot;  ///< Position of each entry in the untransposed order.
    };
    [[nodiscard]] const Transpose& transpose() const {
      std::call_once(once, [this] { built = build(); });
      return built;
    }

   private:
    [[nodiscard]] Transpose build() const;
    mutable std::once_flag once;
    mutable Transpose built;
  };

  std::shared_ptr<const Structure> structure;
  at::Tensor values;  ///< [nnz], contiguous
};

/// Stable counting sort by column: entries of one column stay in ascending row order.
SparseMatrix::Storage::Structure::Transpose SparseMatrix::Storage::Structure::build() const {
  Transpose t;
  const auto entries = csr.col.size();
  t.csr.rowptr.assign(static_cast<std::size_t>(cols) + 1, 0);
  for (const std::int32_t c : csr.col) {
    ++t.csr.rowptr[static_cast<std::size_t>(c) + 1];
  }
  for (std::size_t c = 0; c < static_cast<std::size_t>(cols); ++c) {
    t.csr.rowptr[c + 1] += t.csr.rowptr[c];
  }
  std::vector<std::int64_t> next(t.csr.rowptr.begin(), t.csr.rowptr.end() - 1);
  t.csr.col.resize(entries);
  t.slot.resize(entries);
  for (std::int64_t row = 0; row < csr.rows(); ++row) {
    for (std::int64_t e = csr.rowptr[static_cast<std::size_t>(row)];
         e < csr.rowptr[static_cast<std::size_t>(row) + 1]; ++e) {
      const auto c = static_cast<std::size_t>(csr.col[static_cast<std::size_t>(e)]);
      const auto to = static_cast<std::size_t>(next[c]++);
      t.csr.col[to] = static_cast<std::int32_t>(row);
      t.slot[to] = e;
    }
  }
  t.csr.cut();
  return t;
}

namespace {

using Storage = SparseMatrix::Storage;
using SharedStorage = std::shared_ptr<const Storage>;

/// values[slot[i]] for all i: the values in the order of the transpose.
template <typename T>
std::vector<T> gathered(const T* values, const std::vector<std::int64_t>& slot) {
  constexpr std::int64_t kTask = 65536;
  std::vector<T> out(slot.size());
  const kernels::FixedBlocks blocks{static_cast<std::int64_t>(slot.size()), kTask};
  parallel_chunks(blocks.blocks(), [&](std::int64_t block) {
    for (auto i = static_cast<std::size_t>(blocks.begin(block));
         i < static_cast<std::size_t>(blocks.end(block)); ++i) {
      out[i] = values[slot[i]];
    }
  });
  return out;
}

/// A tensor without elements stands for "no bias": a Function takes no undefined tensor from
/// LibTorch 2 on.
at::Tensor no_bias(const at::Tensor& like) { return at::empty({0}, like.options()); }

/// S dense + bias, or S' dense; a linear map of `dense` whose adjoint is the other one.
struct SparseProduct : torch::autograd::Function<SparseProduct> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& dense, const at::Tensor& bias,
                            const SharedStorage& storage, bool transposed) {
    ctx->set_materialize_grads(false);
    hold(ctx, "storage", storage);
    ctx->saved_data["transposed"] = transposed;
    const Storage::Structure& structure = *storage->structure;
    const Storage::Csr& csr = transposed ? structure.transpose().csr : structure.csr;
    const at::Tensor rows = with_plain_rows(dense);
    const at::Tensor start = bias.numel() > 0 ? bias.contiguous() : at::Tensor();
    at::Tensor out = at::empty({csr.rows(), dense.size(1)}, dense.options());
    with_element_type(dense, [&](auto zero) {
      using T = decltype(zero);
      const T* values = shim::read<T>(storage->values);
      std::vector<T> turned;
      if (transposed) {
        turned = gathered(values, structure.transpose().slot);
        values = turned.data();
      }
      kernels::SegmentSum<T> args;
      args.rowptr = csr.rowptr.data();
      args.col = csr.col.data();
      args.value = values;
      args.x = shim::read<T>(rows);
      args.x_stride = row_stride(rows);
      args.width = dense.size(1);
      args.self = read_or_none<T>(start);
      args.out = shim::write<T>(out);
      args.out_stride = dense.size(1);
      args.prefetch =
          kernels::prefetch_distance(static_cast<std::size_t>(dense.numel()) * sizeof(T));
      kernels::segment_sum(args, csr.ranges());
    });
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list result(4);
    if (!grads[0].defined()) {
      return result;
    }
    if (ctx->needs_input_grad(0)) {
      result[0] = apply(grads[0], no_bias(grads[0]), held<SharedStorage>(ctx, "storage"),
                        !ctx->saved_data["transposed"].toBool());
    }
    if (ctx->needs_input_grad(1)) {
      result[1] = sum_rows(grads[0]);
    }
    return result;
  }
};

}  // namespace

SparseMatrix::SparseMatrix(std::int64_t rows, std::int64_t cols,
                           std::span<const std::int64_t> rowptr, std::span<const std::int32_t> col,
                           std::span<const float> value, at::ScalarType dtype) {
  TORCH_CHECK(rows >= 0 && rows < (std::int64_t{1} << 31U),
              "SparseMatrix: rows must be in [0, 2^31), got ", rows);
  TORCH_CHECK(cols >= 0 && cols < (std::int64_t{1} << 31U),
              "SparseMatrix: cols must be in [0, 2^31), got ", cols);
  TORCH_CHECK(dtype == at::kFloat || dtype == at::kDouble,
              "SparseMatrix: dtype must be float or double, got ", dtype);
  TORCH_CHECK(rowptr.size() == static_cast<std::size_t>(rows) + 1,
              "SparseMatrix: rowptr must have rows + 1 = ", rows + 1, " entries, got ",
              rowptr.size());
  TORCH_CHECK(rowptr.front() == 0, "SparseMatrix: rowptr must begin with 0, got ", rowptr.front());
  for (std::size_t r = 0; r + 1 < rowptr.size(); ++r) {
    TORCH_CHECK(rowptr[r] <= rowptr[r + 1], "SparseMatrix: rowptr must never decrease, got ",
                rowptr[r], " then ", rowptr[r + 1], " at row ", r);
  }
  TORCH_CHECK(static_cast<std::size_t>(rowptr.back()) == col.size(),
              "SparseMatrix: rowptr must end at the number of entries, ", col.size(), ", got ",
              rowptr.back());
  TORCH_CHECK(value.size() == col.size(), "SparseMatrix: value must have one entry per column id, ",
              col.size(), ", got ", value.size());
  for (std::size_t e = 0; e < col.size(); ++e) {
    TORCH_CHECK(col[e] >= 0 && col[e] < cols, "SparseMatrix: col must be in [0, ", cols, "), got ",
                col[e], " at entry ", e);
  }
  auto structure = std::make_shared<Storage::Structure>();
  structure->cols = cols;
  structure->csr.rowptr.assign(rowptr.begin(), rowptr.end());
  structure->csr.col.assign(col.begin(), col.end());
  structure->csr.cut();
  at::Tensor values = at::empty({static_cast<std::int64_t>(value.size())}, at::kFloat);
  std::copy(value.begin(), value.end(), shim::write<float>(values));
  storage_ = std::make_shared<const Storage>(Storage{std::move(structure), values.to(dtype)});
}

SparseMatrix::SparseMatrix() : SparseMatrix(0, 0, std::vector<std::int64_t>{0}, {}, {}) {}

std::int64_t SparseMatrix::rows() const noexcept { return storage_->structure->csr.rows(); }

std::int64_t SparseMatrix::cols() const noexcept { return storage_->structure->cols; }

std::int64_t SparseMatrix::nnz() const noexcept {
  return static_cast<std::int64_t>(storage_->structure->csr.col.size());
}

at::ScalarType SparseMatrix::dtype() const noexcept { return storage_->values.scalar_type(); }

at::Tensor SparseMatrix::values() const { return storage_->values.clone(); }

at::Tensor SparseMatrix::to_dense() const {
  at::Tensor dense = at::zeros({rows(), cols()}, dtype());
  const Storage::Csr& csr = storage_->structure->csr;
  with_element_type(dense, [&](auto zero) {
    using T = decltype(zero);
    T* element = shim::write<T>(dense);
    const T* value = shim::read<T>(storage_->values);
    for (std::int64_t row = 0; row < rows(); ++row) {
      for (std::int64_t e = csr.rowptr[static_cast<std::size_t>(row)];
           e < csr.rowptr[static_cast<std::size_t>(row) + 1]; ++e) {
        element[row * cols() + csr.col[static_cast<std::size_t>(e)]] += value[e];
      }
    }
  });
  return dense;
}

SparseMatrix SparseMatrix::dropout(double p, const DropoutKey& key) const {
  TORCH_CHECK(p >= 0.0 && p < 1.0, "SparseMatrix::dropout: p must be in [0, 1), got ", p);
  if (p == 0.0) {
    return *this;
  }
  check_row_ids("SparseMatrix::dropout", key, rows());
  const Storage::Csr& csr = storage_->structure->csr;
  const at::Tensor dropped = at::empty_like(storage_->values);
  with_element_type(dropped, [&](auto zero) {
    using T = decltype(zero);
    kernels::SparseDropout<T> args;
    args.rowptr = csr.rowptr.data();
    args.col = csr.col.data();
    args.rows = csr.rows();
    args.value = shim::read<T>(storage_->values);
    args.law = law_of("SparseMatrix::dropout", p, key);
    args.out = shim::write<T>(dropped);
    args.row_id = row_ids(key.rows);
    kernels::sparse_dropout(args);
  });
  return SparseMatrix(std::make_shared<const Storage>(Storage{storage_->structure, dropped}));
}

SparseMatrix SparseMatrix::index_select(std::span<const std::int64_t> rows) const {
  auto structure = std::make_shared<Storage::Structure>();
  structure->cols = cols();
  Storage::Csr& to = structure->csr;
  to.rowptr.push_back(0);
  std::vector<std::int64_t> slot;
  const Storage::Csr& from = storage_->structure->csr;
  for (const std::int64_t row : rows) {
    TORCH_CHECK(row >= 0 && row < this->rows(), "SparseMatrix::index_select: rows must be in [0, ",
                this->rows(), "), got ", row);
    for (std::int64_t e = from.rowptr[static_cast<std::size_t>(row)];
         e < from.rowptr[static_cast<std::size_t>(row) + 1]; ++e) {
      to.col.push_back(from.col[static_cast<std::size_t>(e)]);
      slot.push_back(e);
    }
    to.rowptr.push_back(static_cast<std::int64_t>(to.col.size()));
  }
  to.cut();
  at::Tensor values = at::empty({static_cast<std::int64_t>(slot.size())}, dtype());
  with_element_type(values, [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> picked = gathered(shim::read<T>(storage_->values), slot);
    std::copy(picked.begin(), picked.end(), shim::write<T>(values));
  });
  return SparseMatrix(std::make_shared<const Storage>(Storage{std::move(structure), values}));
}

at::Tensor sparse_linear(const SparseMatrix& x, const at::Tensor& weight, const at::Tensor& bias) {
  check_matrix("sparse_linear", "weight", weight);
  TORCH_CHECK(weight.scalar_type() == x.dtype(), "sparse_linear: weight must be ", x.dtype(),
              " as x is, got ", weight.scalar_type());
  TORCH_CHECK(weight.size(1) == x.cols(), "sparse_linear: weight must have shape [out, ", x.cols(),
              "] for x of ", x.cols(), " columns, got ", weight.sizes());
  check_vector("sparse_linear", "bias", bias, weight.size(0), x.dtype());
  // Rows of the transposed weight are gathered: one copy of in x out, small beside the product.
  return SparseProduct::apply(weight.t(), bias.defined() ? bias : no_bias(weight), x.storage(),
                              false);
}

}  // namespace isthmus::ops
