#include "../../src/train/result.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace isthmus::train::result_test {
namespace {

// 0.80, 0.82, 0.84: mean 0.82, squares 2 * 0.0004, std = sqrt(0.0008 / 2) = 0.02,
// half width t(2) 0.02 / sqrt(3) = 4.3026527 * 0.011547 = 0.0496828.
TEST(Summary, ByHand) {
  const std::vector<double> values{0.80, 0.82, 0.84};
  const formats::Json json = summary_json(values, Band{"test.accuracy", 0.80, 0.825});
  EXPECT_NEAR(json.at("mean").as_double(), 0.82, 1e-15);
  EXPECT_NEAR(json.at("std").as_double(), 0.02, 1e-15);
  EXPECT_NEAR(json.at("ci95").as_array()[0].as_double(), 0.82 - 0.0496828, 1e-7);
  EXPECT_EQ(json.at("min").as_double(), 0.80);
  EXPECT_EQ(json.at("max").as_double(), 0.84);
  EXPECT_TRUE(json.at("in_band").as_bool());
}

TEST(Summary, OneValueHasNoDeviation) {
  const formats::Json json = summary_json(std::vector<double>{0.5}, {});
  EXPECT_TRUE(json.at("std").is_null());
  EXPECT_TRUE(json.at("ci95").is_null());
  EXPECT_EQ(json.find("band"), nullptr);
}

TEST(Summary, OutsideTheBandIsSaid) {
  const Band band{"test.accuracy", 0.10, 0.10};
  EXPECT_TRUE(summary_json(std::vector<double>{0.1, 0.1, 0.1}, band).at("in_band").as_bool());
  EXPECT_FALSE(summary_json(std::vector<double>{0.1, 0.1, 0.2}, band).at("in_band").as_bool());
}

TEST(StudentT, MeetsTheNormalQuantileFromAbove) {
  EXPECT_NEAR(student_t95(1), 12.7062047, 1e-6);
  EXPECT_NEAR(student_t95(31), 2.0395134, 5e-6);  // printed tables: 2.0395
  EXPECT_NEAR(student_t95(100000), 1.959988, 1e-5);
}

TEST(RunJson, RoundTripsWithUndefinedNumbers) {
  RunRecord run;
  run.seed = 7;
  run.fold = 2;
  run.final_loss = 0.1;
  run.train = {0.5, std::nan(""), {}};
  run.test = {0.25, 0.75, 0.875};
  run.checkpoint = "seed-7-fold-2/best.safetensors";
  const formats::Json json = run_json(run);
  EXPECT_EQ(formats::write_json(run_json(run_from_json(json))), formats::write_json(json));
  EXPECT_EQ(json.at("final_loss_hex").as_string(), "0x1.999999999999ap-4");
}

}  // namespace
}  // namespace isthmus::train::result_test
