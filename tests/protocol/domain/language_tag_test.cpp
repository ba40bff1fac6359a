#include "protocol/domain/language_tag.hpp"

#include <gtest/gtest.h>

namespace sellavie {
namespace {

TEST(language_tag, is_language_script_region_and_variants_in_this_order) {
  for (const char* good : {"en", "EN", "yo", "pcm", "en-NG", "en-ng", "zh-Hant", "zh-Hant-TW", "es-419",
                           "sl-rozaj", "de-CH-1901", "sr-Latn-RS", "sl-IT-nedis", "ca-valencia"})
    EXPECT_TRUE(is_language_tag(good)) << good;
}

TEST(language_tag, is_nothing_else) {
  for (const char* bad : {"",
                          "e",
                          "-",
                          "en-",
                          "-en",
                          "en--NG",
                          "en_NG",
                          "english",
                          "en-NGA",
                          "en-N",
                          "en-NG-Latn",
                          "419",
                          "en-u-ca-buddhist",
                          "x-private",
                          "en-x-a",
                          "en NG",
                          "én",
                          "en-NG-",
                          "../etc/passwd",
                          "en-abcdefghi",
                          "aa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa"})
    EXPECT_FALSE(is_language_tag(bad)) << bad;
}

}  // namespace
}  // namespace sellavie
