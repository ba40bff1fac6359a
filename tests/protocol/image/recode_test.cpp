#include "protocol/image/recode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <webp/encode.h>

#include "protocol/image/codecs.hpp"
#include "protocol/image/orientation.hpp"

namespace sellavie::image {
namespace {

/// Dark above, light below, red to the left.
pixels a_picture(std::size_t width, std::size_t height, std::size_t channels = 3) {
  pixels picture{width, height, channels, std::vector<std::uint8_t>(width * height * channels)};
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t c = 0; c < channels; ++c)
        picture.bytes[(y * width + x) * channels + c] =
            static_cast<std::uint8_t>(c == 0 && x < width / 2 ? 250 : y * 200 / height);
  return picture;
}

std::string a_webp(const pixels& picture) {
  std::uint8_t* bytes = nullptr;
  const int width = static_cast<int>(picture.width);
  const int height = static_cast<int>(picture.height);
  const int stride = width * static_cast<int>(picture.channels);
  const auto size = picture.channels == 4
                        ? WebPEncodeLosslessRGBA(picture.bytes.data(), width, height, stride, &bytes)
                        : WebPEncodeLosslessRGB(picture.bytes.data(), width, height, stride, &bytes);
  std::string file{reinterpret_cast<const char*>(bytes), size};
  WebPFree(bytes);
  return file;
}

/// `jpeg` with an Exif block that names this orientation, in either byte order.
std::string with_orientation(std::string jpeg, char orientation, bool is_little) {
  using namespace std::string_literals;
  const auto tiff =
      is_little ? "II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + orientation + "\0\0\0\0\0\0\0"s
                : "MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + orientation + "\0\0\0\0\0\0"s;
  const auto payload = "Exif\0\0"s + tiff;
  const auto length = payload.size() + 2;
  return jpeg.insert(
      2, "\xFF\xE1"s + static_cast<char>(length >> 8U) + static_cast<char>(length & 0xFFU) + payload);
}

errc refusal(std::string_view bytes, const image_limits& limits = {}) {
  const auto made = recode_image(bytes, limits);
  return made ? errc{} : made.error().code;
}

TEST(image, keeps_jpeg_and_png_and_turns_webp_into_one_of_them) {
  struct {
    std::string file;
    image_format becomes;
  } const cases[]{{encode_jpeg(a_picture(40, 20)).value(), image_format::jpeg},
                  {encode_png(a_picture(40, 20)).value(), image_format::png},
                  {encode_png(a_picture(40, 20, 4)).value(), image_format::png},
                  {a_webp(a_picture(40, 20)), image_format::jpeg},
                  {a_webp(a_picture(40, 20, 4)), image_format::png}};
  for (const auto& one : cases) {
    const auto made = recode_image(one.file);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->format, one.becomes);
    EXPECT_EQ(sniff(made->bytes), one.becomes);
    EXPECT_EQ(made->width, 40U);
    EXPECT_EQ(made->height, 20U);
  }
  const auto png = decode_png(recode_image(encode_png(a_picture(9, 7, 4)).value())->bytes, {});
  EXPECT_EQ(png->bytes, a_picture(9, 7, 4).bytes);
}

TEST(image, refuses_what_is_no_picture_by_its_bytes) {
  for (const std::string_view bytes : {"", "GIF89a", "<svg/>", "RIFF....WAVE", "\x89PN", "%PDF-1.7"})
    EXPECT_EQ(refusal(bytes), errc::invalid_value) << bytes;
}

TEST(image, refuses_each_format_that_is_cut_off_anywhere) {
  for (const auto& file : {encode_jpeg(a_picture(64, 48)).value(), encode_png(a_picture(64, 48)).value(),
                           a_webp(a_picture(64, 48))})
    for (std::size_t size = 12; size + 16 < file.size(); size += 13)
      EXPECT_EQ(refusal(std::string_view{file}.substr(0, size)), errc::malformed)
          << size << " of " << file.size();
}

TEST(image, looks_at_the_header_before_it_takes_memory) {
  const image_limits small{.pixels = 100, .longest_side = 50};
  for (const auto& file : {encode_jpeg(a_picture(11, 10)).value(), encode_png(a_picture(11, 10)).value(),
                           a_webp(a_picture(11, 10)), encode_png(a_picture(51, 1)).value()})
    EXPECT_EQ(refusal(file, small), errc::too_large);
  EXPECT_EQ(refusal(encode_png(a_picture(10, 10)).value(), small), errc{});
  EXPECT_EQ(refusal(encode_png(a_picture(10, 10)).value(), {.result_bytes = 20}), errc::too_large);
  EXPECT_FALSE(image_limits{}.allow(60'000, 60'000));
  EXPECT_FALSE(image_limits{}.allow(0, 5));
  EXPECT_TRUE(image_limits{}.allow(5'000, 5'000));
}

TEST(image, keeps_nothing_that_was_hidden_in_the_file) {
  auto file = with_orientation(encode_jpeg(a_picture(16, 16)).value(), 1, true) +
              "<script>a trailing secret</script>";
  const auto made = recode_image(file);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->bytes.find("Exif"), std::string::npos);
  EXPECT_EQ(made->bytes.find("secret"), std::string::npos);
}

TEST(image, turns_a_phones_picture_upright) {
  const auto jpeg = encode_jpeg(a_picture(32, 16)).value();
  for (const bool is_little : {true, false}) {
    const auto turned = with_orientation(jpeg, 6, is_little);
    EXPECT_EQ(exif_orientation(turned), 6);
    const auto made = recode_image(turned);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->width, 16U);
    EXPECT_EQ(made->height, 32U);
  }
  EXPECT_EQ(exif_orientation(jpeg), 1);
  EXPECT_EQ(exif_orientation(with_orientation(jpeg, 9, true)), 1);
  for (std::size_t size = 0; size < 60; ++size)
    (void)exif_orientation(std::string_view{with_orientation(jpeg, 6, true)}.substr(0, size));
}

TEST(image, each_orientation_moves_the_corner_where_it_belongs) {
  // 1 2 3
  // 4 5 6
  const pixels stored{3, 2, 1, {1, 2, 3, 4, 5, 6}};
  const std::vector<std::vector<std::uint8_t>> expected{
      {1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
      {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto turned = upright(stored, orientation);
    EXPECT_EQ(turned.bytes, expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
    EXPECT_EQ(turned.width, orientation < 5 ? 3U : 2U) << orientation;
  }
}

}  // namespace
}  // namespace sellavie::image
