// Who is one peer, and who belongs to a block.
#include "net/http/address_block.hpp"

#include <gtest/gtest.h>

namespace sellavie::test {
namespace {

auto ip(const char* text) { return boost::asio::ip::make_address(text); }

bool same_peer(const char* a, const char* b) { return net::peer_key(ip(a)) == net::peer_key(ip(b)); }

bool is_in(const char* block, const char* address) {
  return net::address_block::parse(block).value().contains(net::bytes_of(ip(address)));
}

TEST(peer_key, counts_each_ipv4_address_alone) {
  EXPECT_TRUE(same_peer("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(same_peer("192.0.2.1", "192.0.2.2"));
}

TEST(peer_key, counts_an_ipv6_64_as_one) {
  EXPECT_TRUE(same_peer("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(same_peer("2001:db8:1:2::1", "2001:db8:1:3::1"));
  EXPECT_FALSE(same_peer("::1", "::ffff:0.0.0.1"));
}

TEST(peer_key, sees_through_an_ipv4_address_in_ipv6_clothes) {
  EXPECT_TRUE(same_peer("::ffff:192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(same_peer("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
}

TEST(address_block, holds_what_shares_its_prefix) {
  EXPECT_TRUE(is_in("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(is_in("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(is_in("10.0.0.0/9", "10.127.255.255"));
  EXPECT_FALSE(is_in("10.0.0.0/9", "10.128.0.0"));
  EXPECT_TRUE(is_in("10.1.2.3/8", "::ffff:10.9.9.9"));
  EXPECT_TRUE(is_in("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(is_in("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(is_in("fd00::/8", "fdff::1"));
  EXPECT_FALSE(is_in("fd00::/8", "fe00::1"));
  EXPECT_FALSE(is_in("::1", "127.0.0.1"));
  EXPECT_TRUE(is_in("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(is_in("0.0.0.0/0", "2001:db8::1"));
}

TEST(address_block, refuses_what_is_none) {
  for (const char* text :
       {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "host"})
    EXPECT_FALSE(net::address_block::parse(text)) << text;
}

}  // namespace
}  // namespace sellavie::test
