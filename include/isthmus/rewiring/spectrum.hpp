#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::rewiring {

/// Options of spectrum().
struct SpectrumOptions {
  double tolerance = 1e-10;           ///< As in linalg::eigenpairs(), > 0.
  std::int32_t max_iterations = 400;  ///< Likewise, >= 0.
  NodeId dense_nodes = 400;           ///< Components up to here are taken dense, >= 0.
  NodeId max_exact_cheeger = 20;      ///< Cheeger's constant itself up to here, 0 .. 26.
  std::uint64_t seed = 0;             ///< Of start vectors.
  ProgressCallback progress = {};     ///< Components.
  CancelToken cancel = {};
};

/// Extreme eigenvalues of one component; NaN where it has no such eigenvalue.
struct ComponentSpectrum {
  NodeId first_node = 0;  ///< Its smallest node.
  NodeId n = 1;
  double lambda2 = 0.0;          ///< Fiedler value of L = D - A.
  double lambda_max = 0.0;       ///< Of L.
  double lambda2_norm = 0.0;     ///< Of I - D^-1/2 A D^-1/2.
  double lambda_max_norm = 0.0;  ///< Of the same; 2 exactly for bipartite components.
  /// How often lambda2 occurs, to 1e-8 of the largest eigenvalue; beyond dense_nodes at most 3 is
  /// told.
  std::int32_t multiplicity = 0;
  std::int32_t multiplicity_norm = 0;  ///< ... and lambda2_norm.
  bool converged = true;
};

/// Cheeger's constant h = min over sets S of cut(S) / min(vol S, vol of the rest), volumes
/// positive. All NaN for a graph without edges; all 0 if several components have edges.
struct Cheeger {
  double lower = 0.0;        ///< lambda2_norm / 2 <= h
  double upper = 0.0;        ///< h <= sqrt(2 lambda2_norm)
  double sweep_cut = 0.0;    ///< The least conductance of a prefix of the order of D^-1/2 f_2.
  NodeId sweep_size = 0;     ///< Nodes on the smaller side of that cut.
  bool sweep_valid = false;  ///< lambda2_norm is simple, so that the order is defined.
  double exact = 0.0;        ///< h; NaN above max_exact_cheeger nodes.
};

/// Result of spectrum().
struct SpectrumResult {
  double lambda2 = 0.0;       ///< 0 if not connected; NaN below two nodes, as lambda2_norm.
  double lambda_max = 0.0;    ///< Over components; NaN without nodes, as lambda_max_norm.
  double lambda2_norm = 0.0;  ///< 0 if not connected: an isolated node has an eigenvalue 0.
  double lambda_max_norm = 0.0;
  std::vector<ComponentSpectrum> components;  ///< By their smallest nodes.
  Cheeger cheeger;
  bool converged = true;
};

/// The ends of the spectra of both Laplacians, and what they say of the narrowest cut.
///
/// @param network  Undirected, simple; strengths and volumes are sums of conductances.
/// @throws InvalidArgument  if an option is outside its range.
/// @throws Interrupted      when cancelled.
/// @par Cost    Up to dense_nodes nodes n^3 per component; beyond, linalg::eigenpairs() for three
///              pairs and linalg::largest_eigenvalue(), of both Laplacians. Cheeger's constant
///              itself: 2^(n-1) steps of O(d).
/// @par Source  Chung: Spectral Graph Theory, AMS 1997, chapter 2.
[[nodiscard]] SpectrumResult spectrum(const linalg::Conductances& network,
                                      const SpectrumOptions& options = {});

}  // namespace isthmus::rewiring
