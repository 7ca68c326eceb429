#pragma once

#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "slow_frame.hpp"

/// Distances word for word, as texts; they share no code with the room.
namespace isthmus::expressivity::slow {

using Table = std::vector<std::vector<std::int64_t>>;

/// Hop distances by Floyd and Warshall; -1 = infinite.
inline Table floyd_warshall(const Matrix& g) {
  const auto n = Matrix::at(g.n);
  Table d(n, std::vector<std::int64_t>(n, -1));
  for (std::size_t u = 0; u < n; ++u) {
    for (std::size_t v = 0; v < n; ++v) {
      d[u][v] = u == v ? 0 : g.edge[u][v].empty() ? -1 : 1;
    }
  }
  for (std::size_t w = 0; w < n; ++w) {
    for (std::size_t u = 0; u < n; ++u) {
      for (std::size_t v = 0; v < n; ++v) {
        if (d[u][w] >= 0 && d[w][v] >= 0 && (d[u][v] < 0 || d[u][w] + d[w][v] < d[u][v])) {
          d[u][v] = d[u][w] + d[w][v];
        }
      }
    }
  }
  return d;
}

/// A rational in lowest terms, for small graphs.
struct Rational {
  std::int64_t p = 0;
  std::int64_t q = 1;
};

inline Rational rational(std::int64_t p, std::int64_t q) {
  const std::int64_t g = std::gcd(p, q) * (q < 0 ? -1 : 1);
  return {p / g, q / g};
}

/// Determinant by Gaussian elimination over the rationals.
inline std::int64_t determinant(const Table& matrix) {
  std::vector<std::vector<Rational>> a;
  for (const std::vector<std::int64_t>& row : matrix) {
    a.emplace_back();
    for (const std::int64_t x : row) {
      a.back().push_back({x, 1});
    }
  }
  Rational product{1, 1};
  for (std::size_t k = 0; k < a.size(); ++k) {
    std::size_t pivot = k;
    while (pivot < a.size() && a[pivot][k].p == 0) {
      ++pivot;
    }
    if (pivot == a.size()) {
      return 0;
    }
    if (pivot != k) {
      std::swap(a[pivot], a[k]);
      product.p = -product.p;
    }
    const Rational d = a[k][k];
    product = rational(product.p * d.p, product.q * d.q);
    for (std::size_t i = k + 1; i < a.size(); ++i) {
      const Rational f = rational(a[i][k].p * d.q, a[i][k].q * d.p);
      for (std::size_t j = k; j < a.size(); ++j) {
        const Rational x = rational(f.p * a[k][j].p, f.q * a[k][j].q);
        a[i][j] = rational(a[i][j].p * x.q - x.p * a[i][j].q, a[i][j].q * x.q);
      }
    }
  }
  return product.p / product.q;
}

/// R(u,v) as "p/q", "inf" between components: spanning forests of two trees that part u from v over
/// spanning trees, both as determinants of the Laplacian of the component without rows and columns.
inline std::string resistance_text(const Matrix& g, const Table& hops, int u, int v) {
  if (u == v) {
    return "0/1";
  }
  if (hops[Matrix::at(u)][Matrix::at(v)] < 0) {
    return "inf";
  }
  const auto minor = [&](bool without_v) {
    std::vector<int> rows;
    for (int w = 0; w < g.n; ++w) {
      if (w != u && !(without_v && w == v) && hops[Matrix::at(u)][Matrix::at(w)] >= 0) {
        rows.push_back(w);
      }
    }
    Table laplacian;
    for (const int i : rows) {
      laplacian.emplace_back();
      for (const int j : rows) {
        std::int64_t degree = 0;
        for (int w = 0; w < g.n; ++w) {
          degree += g.adjacent(i, w) ? 1 : 0;
        }
        laplacian.back().push_back(i == j ? degree : g.adjacent(i, j) ? -1 : 0);
      }
    }
    return determinant(laplacian);
  };
  const Rational r = rational(minor(true), minor(false));
  return std::to_string(r.p) + "/" + std::to_string(r.q);
}

/// A test that colours nodes by what `distance(g, v, u)` and the edge label say of every other.
inline Test distance_test(const std::function<std::string(const Matrix&, int, int)>& distance) {
  return {.arity = 1,
          .initial = [](const Matrix& g,
                        const Tuple& t) { return std::to_string(g.label[Matrix::at(t[0])]); },
          .update =
              [distance](const Matrix& g, const Tuple& t, const Colours& c) {
                return over_all(g.n, [&](int u) {
                  const std::string& edge = g.edge_of(t[0], u);
                  return distance(g, t[0], u) + "," + (edge.empty() ? "e0" : edge) + "," +
                         text(c, {u});
                });
              }};
}

}  // namespace isthmus::expressivity::slow
