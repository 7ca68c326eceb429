// Precompiled for every LibTorch unit (see meson.build). Sources still include what they use.
#include <torch/torch.h>
