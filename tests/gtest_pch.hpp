// Precompiled for all tests without LibTorch (see meson.build). Tests still include what they use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
