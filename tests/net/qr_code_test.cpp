#include "net/api/qr_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sellavie::net {
namespace {

TEST(qr_code, is_a_picture_with_a_quiet_zone_of_four_squares) {
  const auto svg = qr_code_svg("otpauth://totp/x").value();
  EXPECT_THAT(svg, testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 33 33\""));
  // The finder pattern's corner is the first dark square.
  EXPECT_THAT(svg, testing::HasSubstr("d=\"M4 4h1v1h-1z"));
  EXPECT_THAT(svg, testing::Not(testing::HasSubstr("otpauth")));
}

TEST(qr_code, refuses_what_does_not_fit) { EXPECT_FALSE(qr_code_svg(std::string(4'000, 'x'))); }

}  // namespace
}  // namespace sellavie::net
