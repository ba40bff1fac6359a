#include "protocol/image/pdf_document.hpp"

#include <gtest/gtest.h>

namespace sellavie::image {
namespace {

const std::string good = "%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n";

errc refusal_of(std::string_view bytes) {
  const auto checked = check_pdf(bytes);
  return checked ? errc{} : checked.error().code;
}

TEST(pdf_document, takes_a_document) {
  EXPECT_TRUE(check_pdf(good));
  EXPECT_TRUE(check_pdf("%PDF-2.0\n%%EOF"));
}

TEST(pdf_document, refuses_what_only_bears_the_name) {
  for (const std::string bytes :
       {"", "%PDF-", "MZ\x90 this program cannot be run",
        "\x7f"
        "ELF",
        "PK\x03\x04", " %PDF-1.7\n%%EOF", "%PDF-x.7\n%%EOF", "<html>%PDF-1.7 %%EOF</html>"})
    EXPECT_EQ(refusal_of(bytes), errc::invalid_value) << bytes;
}

TEST(pdf_document, refuses_what_is_cut_off_or_carries_a_second_file) {
  EXPECT_EQ(refusal_of(good.substr(0, 40)), errc::malformed);
  EXPECT_EQ(refusal_of(good + "MZ"), errc::malformed);
  EXPECT_EQ(refusal_of(good + "PK\x03\x04"), errc::malformed);
}

TEST(pdf_document, refuses_scripts_programs_and_players) {
  for (const std::string name : {"/JavaScript", "/Launch", "/RichMedia"})
    EXPECT_EQ(refusal_of("%PDF-1.7\n<</S" + name + ">>\n%%EOF"), errc::malformed) << name;
}

}  // namespace
}  // namespace sellavie::image
