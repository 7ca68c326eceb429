#include "isthmus/ops/fixed_stream.hpp"

#include <span>

#include "isthmus/kernels/fixed_stream.hpp"

#include "op_support.hpp"

namespace isthmus::ops {
namespace {

void check_stream(const char* op, const at::Tensor& x) {
  TORCH_CHECK(x.defined() && x.scalar_type() == at::kInt && x.is_contiguous(), op,
              ": the stream must be contiguous int32, got ",
              x.defined() ? c10::str(x.scalar_type(), " ", x.sizes()) : "an undefined tensor");
}

void check_bits(const char* op, int bits) {
  TORCH_CHECK(bits >= kernels::kMinFixedBits && bits <= kernels::kMaxFixedBits, op,
              ": bits must be in [", kernels::kMinFixedBits, ", ", kernels::kMaxFixedBits,
              "], got ", bits);
}

std::span<std::int32_t> numbers(const at::Tensor& x) {
  return {shim::write<std::int32_t>(x), static_cast<std::size_t>(x.numel())};
}

std::span<const std::int32_t> constant_numbers(const at::Tensor& x) {
  return {shim::read<std::int32_t>(x), static_cast<std::size_t>(x.numel())};
}

/// f, ready to be added to x.
at::Tensor summand(const char* op, const at::Tensor& x, const at::Tensor& f, int bits) {
  check_stream(op, x);
  check_bits(op, bits);
  TORCH_CHECK(f.defined() && f.scalar_type() == at::kFloat && f.sizes() == x.sizes(), op,
              ": f must be Float ", x.sizes(), ", got ",
              f.defined() ? c10::str(f.scalar_type(), " ", f.sizes()) : "an undefined tensor");
  return f.contiguous();
}

std::span<const float> reals(const at::Tensor& f) {
  return {shim::read<float>(f), static_cast<std::size_t>(f.numel())};
}

std::span<float> written(const at::Tensor& out) {
  return {shim::write<float>(out), static_cast<std::size_t>(out.numel())};
}

}  // namespace

bool fixed_add(const at::Tensor& x, const at::Tensor& f, int bits) {
  const at::Tensor given = summand("fixed_add", x, f, bits);
  return kernels::fixed_add(numbers(x), reals(given), bits);
}

bool fixed_subtract(const at::Tensor& x, const at::Tensor& f, int bits) {
  const at::Tensor given = summand("fixed_subtract", x, f, bits);
  return kernels::fixed_subtract(numbers(x), reals(given), bits);
}

at::Tensor fixed_to_float(const at::Tensor& x, int bits) {
  check_stream("fixed_to_float", x);
  check_bits("fixed_to_float", bits);
  at::Tensor out = at::empty(x.sizes(), x.options().dtype(at::kFloat));
  kernels::fixed_to_float(constant_numbers(x), written(out), bits);
  return out;
}

at::Tensor fixed_sum_to_float(const std::vector<at::Tensor>& terms, int bits) {
  check_bits("fixed_sum_to_float", bits);
  TORCH_CHECK(!terms.empty(), "fixed_sum_to_float: there must be a term, got none");
  std::vector<const std::int32_t*> pointers;
  for (const at::Tensor& term : terms) {
    check_stream("fixed_sum_to_float", term);
    TORCH_CHECK(term.sizes() == terms.front().sizes(), "fixed_sum_to_float: terms must be of one ",
                "size, ", terms.front().sizes(), ", got ", term.sizes());
    pointers.push_back(shim::read<std::int32_t>(term));
  }
  at::Tensor out = at::empty(terms.front().sizes(), terms.front().options().dtype(at::kFloat));
  kernels::fixed_sum_to_float(pointers, written(out), bits);
  return out;
}

std::uint64_t fixed_checksum(const at::Tensor& x, std::uint64_t first) {
  check_stream("fixed_checksum", x);
  return kernels::fixed_checksum(constant_numbers(x), first);
}

}  // namespace isthmus::ops
