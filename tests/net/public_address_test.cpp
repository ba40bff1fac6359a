// Which addresses are of the public internet, against ranges that are written down a second time, as numbers.
#include "net/egress/public_address.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace sellavie::test {
namespace {

namespace ip = boost::asio::ip;

struct range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Ascending, and none touches the next but the last two.
constexpr std::array closed{
    range{0x00000000, 0x00ffffff}, range{0x0a000000, 0x0affffff}, range{0x64400000, 0x647fffff},
    range{0x7f000000, 0x7fffffff}, range{0xa9fe0000, 0xa9feffff}, range{0xac100000, 0xac1fffff},
    range{0xc0000000, 0xc00000ff}, range{0xc0000200, 0xc00002ff}, range{0xc0586300, 0xc05863ff},
    range{0xc0a80000, 0xc0a8ffff}, range{0xc6120000, 0xc613ffff}, range{0xc6336400, 0xc63364ff},
    range{0xcb007100, 0xcb0071ff}, range{0xe0000000, 0xefffffff}, range{0xf0000000, 0xffffffff}};

bool is_closed(std::uint32_t address) {
  return std::any_of(closed.begin(), closed.end(),
                     [&](const range& one) { return address >= one.first && address <= one.last; });
}

bool is_public(std::uint32_t address) { return net::is_public_address(ip::address_v4{address}); }
bool is_public(const char* text) { return net::is_public_address(ip::make_address(text)); }

TEST(public_address, ends_exactly_where_the_registry_says) {
  for (const auto& one : closed) {
    EXPECT_FALSE(is_public(one.first)) << std::hex << one.first;
    EXPECT_FALSE(is_public(one.last)) << std::hex << one.last;
    EXPECT_FALSE(is_public(one.first + (one.last - one.first) / 2)) << std::hex << one.first;
    for (const auto beside : {one.first - 1, one.last + 1})
      EXPECT_EQ(is_public(beside), !is_closed(beside)) << std::hex << beside;
  }
}

TEST(public_address, is_right_for_a_sample_of_each_65536) {
  std::uint32_t within = 0x9e3779b9;
  for (std::uint32_t block = 0; block < 0x10000; ++block) {
    within = within * 1664525U + 1013904223U;
    for (const auto address : {block << 16U, (block << 16U) | 0xffffU, (block << 16U) | (within >> 16U)})
      ASSERT_EQ(is_public(address), !is_closed(address)) << std::hex << address;
  }
}

TEST(public_address, of_ipv6_is_global_unicast) {
  for (const char* text : {"2000::", "2001:200::1", "2001:4860:4860::8888", "2400:cb00::1", "2606:4700::1111",
                           "2a00:1450::1", "3ffe::1", "2003::1", "3fff:1000::1"})
    EXPECT_TRUE(is_public(text)) << text;
}

TEST(public_address, is_no_other_one_of_ipv6) {
  for (const char* text : {"::",           "::1",
                           "::2",          "1fff:ffff::1",
                           "4000::1",      "100::1",
                           "5f00::1",  // outside of global unicast
                           "fc00::1",      "fd12:3456::1",
                           "fdff:ffff::1",  // unique local
                           "fe80::1",      "febf::1",
                           "fec0::1",                  // link-local, site-local
                           "ff02::1",      "ff0e::1",  // multicast
                           "2001::1",      "2001:0:4136:e378::1",
                           "2001:2::1",    "2001:10::1",
                           "2001:20::1",   "2001:1ff:ffff::1",
                           "2001:db8::1",  "2001:db8:ffff::1",
                           "3fff::1",      "3fff:fff::1"})
    EXPECT_FALSE(is_public(text)) << text;
}

TEST(public_address, is_none_that_carries_an_ipv4_address_in_other_clothes) {
  for (const char* inner : {"127.0.0.1", "10.0.0.1", "8.8.8.8"}) {
    const std::string v4{inner};
    for (const auto& text :
         {"::ffff:" + v4, "::" + v4, "::ffff:0:" + v4, "64:ff9b::" + v4, "64:ff9b:1::" + v4})
      EXPECT_FALSE(is_public(text.c_str())) << text;
  }
  // 6to4 of 127.0.0.1 and of 8.8.8.8.
  EXPECT_FALSE(is_public("2002:7f00:1::1"));
  EXPECT_FALSE(is_public("2002:808:808::1"));
}

}  // namespace
}  // namespace sellavie::test
