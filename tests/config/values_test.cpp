#include "config/values.hpp"

#include <gtest/gtest.h>

namespace sellavie::config {
namespace {

TEST(values, take_an_endpoint) {
  EXPECT_EQ(*parse_endpoint("1.2.3.4:0"), (endpoint{"1.2.3.4", 0}));
  EXPECT_EQ(*parse_endpoint("[::]:65535"), (endpoint{"::", 65535}));
  for (const auto* const wrong : {"", ":80", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "::1:80",
                                  "[::1]", "[1.2.3.4]:80", "example.com:80", "1.2.3:80", "[]:1"})
    EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
}

TEST(values, take_a_base_url) {
  EXPECT_EQ(*parse_base_url("https://a.example//"), "https://a.example");
  EXPECT_EQ(*parse_base_url("http://[::1]:9700/openai/v1"), "http://[::1]:9700/openai/v1");
  for (const auto* const wrong : {"", "a.example", "ftp://a", "https://", "https://u@a", "https://a?b",
                                  "https://a#b", "https://a b", "https://a:99999/x"})
    EXPECT_FALSE(parse_base_url(wrong)) << wrong;
}

TEST(values, take_an_origin_as_browsers_send_it) {
  for (const char* const right : {"https://app.example.com", "http://localhost:5173", "https://[::1]:8443"})
    EXPECT_EQ(*parse_origin(right), right);
  for (const char* const wrong :
       {"", "*", "null", "app.example.com", "https://app.example.com/", "https://App.example.com",
        "https://*.example.com", "https://app.example.com:443", "http://a.example:80", "https://a.example/x",
        "https://u@a.example", "file:///x", "https://a.example:"})
    EXPECT_FALSE(parse_origin(wrong)) << wrong;
}

TEST(values, take_a_database_url) {
  EXPECT_TRUE(parse_database_url("postgres://u@/d?host=/run"));
  EXPECT_TRUE(parse_database_url("host=a dbname=b"));
  for (const auto* const wrong : {"a", "mysql://a=b", "host=a\n"})
    EXPECT_FALSE(parse_database_url(wrong)) << wrong;
}

TEST(values, take_an_address_block) {
  for (const auto* const right : {"1.2.3.4", "1.2.3.0/24", "0.0.0.0/0", "::/0", "fe80::1/128"})
    EXPECT_TRUE(parse_address_block(right)) << right;
  for (const auto* const wrong : {"", "a", "1.2.3.4/33", "::1/129", "1.2.3.4/", "1.2.3.4/-1"})
    EXPECT_FALSE(parse_address_block(wrong)) << wrong;
}

TEST(values, take_keys_of_32_bytes_only) {
  const std::string a42(42, 'A');
  EXPECT_TRUE(parse_fernet_key(a42 + "A"));
  EXPECT_TRUE(parse_fernet_key(a42 + "8="));
  EXPECT_FALSE(parse_fernet_key(a42));
  EXPECT_FALSE(parse_fernet_key(a42 + "B=")) << "bits that no 32 bytes have";
  EXPECT_FALSE(parse_fernet_key(a42.substr(1) + "+A"));
  EXPECT_FALSE(parse_fernet_key(a42 + "AA"));
  EXPECT_TRUE(parse_jwt_key("k-1:" + a42 + "A"));
  EXPECT_FALSE(parse_jwt_key(":" + a42 + "A"));
  EXPECT_FALSE(parse_jwt_key("k 1:" + a42 + "A"));
  EXPECT_FALSE(parse_jwt_key(a42 + "A"));
}

TEST(values, know_this_machine) {
  EXPECT_TRUE(is_loopback("127.1.2.3"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("127.evil.example"));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
}

}  // namespace
}  // namespace sellavie::config
