#pragma once

#include <cstdint>

#include "isthmus/layers/norm.hpp"

namespace isthmus::layers {

/// How the residual stream is held between the layers.
enum class StreamType : std::uint8_t {
  kAuto,  ///< kF32 up to 16 layers; deeper kFixed32 if every block's output is bounded, else kF64
  kF32,   ///< float: reconstruction drifts with the depth
  kF64,   ///< double, blocks and the gradient in float: far less drift, not exact
  kFixed32,  ///< int32 in units of 2^-bits: reconstruction is exact at any depth
};

/// Whether backward reconstructs what layers were given, or forward keeps it.
enum class ReversibleMode : std::uint8_t {
  kAuto,        ///< kReversible unless a single layer makes that the dearer way
  kReversible,  ///< memory independent of the depth, about 4/3 of the time
  kPlain,       ///< ordinary autograd through the same stream
};

/// Whose dropout mask a layer uses.
enum class MaskSharing : std::uint8_t {
  kShared,    ///< one [N, D] mask a step for all layers, each group its columns (as published)
  kPerLayer,  ///< one [N, D] mask a step and layer
};

/// What StageType::kReversible is made of: a ReversibleStack of ReversibleConv blocks, each around
/// a layer of d = dim_inner / groups channels.
struct ReversibleShape {
  std::int64_t groups = 2;  ///< C, >= 2, a divisor of dim_inner.
  StreamType stream = StreamType::kAuto;
  std::int64_t bits = 20;  ///< [12, 24], binary places of kFixed32.
  bool verify = false;     ///< kFixed32: a checksum a layer, compared in backward.
  ReversibleMode mode = ReversibleMode::kAuto;
  MaskSharing mask = MaskSharing::kShared;
  /// Inside the layer's own network where it has one (gin, gine, gen, edge): kNone, kBatch, kLayer.
  Norm norm_inside = Norm::kNone;
  bool relu_after = false;  ///< max(0, .) of what the layer gives.
  bool norm_after = false;  ///< BatchNorm at the end of a block: its output is bounded.
};

/// What a stream of that many layers is held as: kAuto resolved, others as they are.
[[nodiscard]] constexpr StreamType held_stream(StreamType stream, std::int64_t num_layers,
                                               bool bounded) {
  // Drift of the float stream is below rounding of training itself up to here.
  constexpr std::int64_t kDeepestFloat = 16;
  if (stream != StreamType::kAuto) {
    return stream;
  }
  if (num_layers <= kDeepestFloat) {
    return StreamType::kF32;
  }
  return bounded ? StreamType::kFixed32 : StreamType::kF64;
}

}  // namespace isthmus::layers
