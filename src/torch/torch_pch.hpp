// Precompiled for every LibTorch unit (see meson.build). Sources still include what they use. Not
// torch/torch.h: GCC instantiates the pending templates of a precompiled header again in each unit,
// which for all of LibTorch costs 7 s of an empty file, for these 3.
#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
