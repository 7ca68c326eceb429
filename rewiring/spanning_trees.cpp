#include "isthmus/rewiring/spanning_trees.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"
#include "isthmus/linalg/sparse_cholesky.hpp"

namespace isthmus::rewiring {
namespace {

constexpr NodeId kMostExactNodes = 2000;
constexpr std::uint64_t kLargestPrime = (std::uint64_t{1} << 31U) - 1;
constexpr std::uint32_t kDigits = 1'000'000'000;  ///< Base of decimal numbers.

void check(const Graph& graph, const SpanningTreesOptions& options) {
  check_simple(graph, "spanning_trees");
  if (options.max_exact_nodes < 0 || options.max_exact_nodes > kMostExactNodes) {
    throw InvalidArgument("spanning_trees: max_exact_nodes must be in 0.." +
                          std::to_string(kMostExactNodes) + ", got " +
                          std::to_string(options.max_exact_nodes));
  }
  if (options.memory_limit < -1) {
    throw InvalidArgument("spanning_trees: memory_limit must be >= -1, got " +
                          std::to_string(options.memory_limit));
  }
}

bool is_prime(std::uint64_t p) {
  for (std::uint64_t d = 3; d * d <= p; d += 2) {
    if (p % d == 0) {
      return false;
    }
  }
  return true;
}

/// Descending from 2^31 - 1, of a product above 2^bits.
std::vector<std::uint64_t> primes_for(double bits) {
  std::vector<std::uint64_t> primes;
  for (std::uint64_t p = kLargestPrime; bits >= 0.0; p -= 2) {
    if (is_prime(p)) {
      primes.push_back(p);
      bits -= std::log2(static_cast<double>(p));
    }
  }
  return primes;
}

std::uint64_t power(std::uint64_t base, std::uint64_t exponent, std::uint64_t p) {
  std::uint64_t result = 1;
  for (; exponent > 0; exponent >>= 1U) {
    if ((exponent & 1U) != 0) {
      result = result * base % p;
    }
    base = base * base % p;
  }
  return result;
}

std::uint64_t inverse(std::uint64_t value, std::uint64_t p) { return power(value, p - 2, p); }

/// det of L without its last row and column, modulo p, by elimination.
std::uint64_t determinant(const Graph& graph, std::uint64_t p) {
  const CsrView csr = graph.csr();
  const auto n = static_cast<std::size_t>(csr.num_rows()) - 1;
  std::vector<std::uint64_t> a(n * n, 0);
  for (std::size_t v = 0; v < n; ++v) {
    a[v * n + v] = static_cast<std::uint64_t>(csr.degree(static_cast<NodeId>(v)));
    for (const NodeId u : csr.row(static_cast<NodeId>(v))) {
      if (static_cast<std::size_t>(u) < n) {
        a[v * n + static_cast<std::size_t>(u)] = p - 1;
      }
    }
  }
  std::uint64_t result = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    while (pivot < n && a[pivot * n + k] == 0) {
      ++pivot;
    }
    if (pivot == n) {
      return 0;
    }
    if (pivot != k) {
      for (std::size_t j = k; j < n; ++j) {
        std::swap(a[pivot * n + j], a[k * n + j]);
      }
      result = p - result;
    }
    result = result * a[k * n + k] % p;
    const std::uint64_t scale = inverse(a[k * n + k], p);
    for (std::size_t i = k + 1; i < n; ++i) {
      const std::uint64_t share = a[i * n + k] * scale % p;
      if (share == 0) {
        continue;
      }
      for (std::size_t j = k + 1; j < n; ++j) {
        a[i * n + j] = (a[i * n + j] + (p - share) * a[k * n + j]) % p;
      }
    }
  }
  return result;
}

/// The digits c of the number with these remainders: c_0 + p_0 (c_1 + p_1 (c_2 + ..)), c_i < p_i.
std::vector<std::uint64_t> mixed_radix(std::vector<std::uint64_t> remainder,
                                       const std::vector<std::uint64_t>& primes) {
  for (std::size_t i = 0; i < primes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::uint64_t difference = remainder[i] + primes[i] - remainder[j] % primes[i];
      remainder[i] = difference % primes[i] * inverse(primes[j] % primes[i], primes[i]) % primes[i];
    }
  }
  return remainder;
}

std::string decimal(const std::vector<std::uint64_t>& digits,
                    const std::vector<std::uint64_t>& primes) {
  std::vector<std::uint32_t> number{0};  // in base kDigits, lowest first
  for (std::size_t i = digits.size(); i-- > 0;) {
    std::uint64_t carry = digits[i];
    for (std::uint32_t& part : number) {
      carry += part * primes[i];
      part = static_cast<std::uint32_t>(carry % kDigits);
      carry /= kDigits;
    }
    for (; carry > 0; carry /= kDigits) {
      number.push_back(static_cast<std::uint32_t>(carry % kDigits));
    }
  }
  std::string text = std::to_string(number.back());
  for (std::size_t i = number.size() - 1; i-- > 0;) {
    const std::string part = std::to_string(number[i]);
    text += std::string(9 - part.size(), '0') + part;
  }
  return text;
}

std::string exact_count(const Graph& graph) {
  const CsrView csr = graph.csr();
  double bits = 0.0;
  for (NodeId v = 0; v + 1 < csr.num_rows(); ++v) {
    bits += std::log2(static_cast<double>(csr.degree(v)));
  }
  const std::vector<std::uint64_t> primes = primes_for(bits + 1.0);
  std::vector<std::uint64_t> remainder(primes.size());
  parallel_chunks(static_cast<std::int64_t>(primes.size()), [&](std::int64_t i) {
    remainder[static_cast<std::size_t>(i)] =
        determinant(graph, primes[static_cast<std::size_t>(i)]);
  });
  return decimal(mixed_radix(std::move(remainder), primes), primes);
}

}  // namespace

SpanningTreesResult spanning_trees(const Graph& graph, const SpanningTreesOptions& options) {
  check(graph, options);
  SpanningTreesResult result;
  result.connected = connected_components(graph).count() == 1;
  result.log10 = std::numeric_limits<double>::quiet_NaN();
  if (!result.connected) {
    return result;
  }
  if (graph.num_nodes() <= options.max_exact_nodes) {
    result.count = exact_count(graph);
  }
  try {
    const linalg::SparseCholesky factor({graph, {}}, {.memory_limit = options.memory_limit});
    result.log10 = factor.log_determinant() / std::log(10.0);
  } catch (const ResourceLimit&) {
    return result;  // the logarithm stays unknown
  }
  return result;
}

}  // namespace isthmus::rewiring
