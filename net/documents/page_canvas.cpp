#include "net/documents/page_canvas.hpp"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <cmath>

namespace sellavie::net {
namespace {

// The families of one design, so that a name in another script sits well beside its neighbours; the last is whatever
// the machine has.
constexpr const char* families =
    "Noto Sans,Noto Sans Arabic,Noto Sans Hebrew,Noto Sans Devanagari,Noto Sans Ethiopic,DejaVu Sans,sans";
constexpr int quiet_zone = 4;

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) noexcept {
  try {
    static_cast<std::string*>(bytes)->append(data, data + size);
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

struct code_free {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};
struct description_free {
  void operator()(PangoFontDescription* one) const noexcept { pango_font_description_free(one); }
};

// Glyphs stand where the design has them, whatever a screen would round to.
PangoContext* new_context(PangoDirection base) {
  PangoContext* context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  pango_cairo_context_set_resolution(context, 72);
  pango_context_set_round_glyph_positions(context, FALSE);
  pango_context_set_base_dir(context, base);
  return context;
}

double points(int units) noexcept { return static_cast<double>(units) / PANGO_SCALE; }
int units(double points) noexcept { return static_cast<int>(std::lround(points * PANGO_SCALE)); }

}  // namespace

void laid_text::release::operator()(PangoLayout* layout) const noexcept { g_object_unref(layout); }
void page_canvas::destroy::operator()(cairo_t* context) const noexcept { cairo_destroy(context); }
void page_canvas::destroy::operator()(cairo_surface_t* surface) const noexcept {
  cairo_surface_destroy(surface);
}
void page_canvas::destroy::operator()(PangoContext* context) const noexcept { g_object_unref(context); }

page_canvas::page_canvas(const page_facts& facts)
    : right_to_left_{facts.right_to_left},
      surface_{cairo_pdf_surface_create_for_stream(append, &bytes_, page_width, page_height)},
      context_{cairo_create(surface_.get())},
      words_{new_context(right_to_left_ ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR)},
      numbers_{new_context(PANGO_DIRECTION_LTR)} {
  const auto say = [&](cairo_pdf_metadata_t what, const char* text) {
    cairo_pdf_surface_set_metadata(surface_.get(), what, text);
  };
  say(CAIRO_PDF_METADATA_TITLE, facts.title.c_str());
  say(CAIRO_PDF_METADATA_AUTHOR, facts.author.c_str());
  say(CAIRO_PDF_METADATA_CREATOR, "Sellavie");
  say(CAIRO_PDF_METADATA_CREATE_DATE, facts.made_at.c_str());
  say(CAIRO_PDF_METADATA_MOD_DATE, facts.made_at.c_str());
}

page_canvas::~page_canvas() = default;

laid_text page_canvas::lay(const std::string& text, const text_style& style) const {
  laid_text laid;
  if (text.empty()) return laid;
  const auto size = static_cast<int>(text.size());
  PangoContext* context = style.number ? numbers_.get() : words_.get();
  laid.layout_.reset(pango_layout_new(context));
  auto* layout = laid.layout_.get();
  const std::unique_ptr<PangoFontDescription, description_free> font{pango_font_description_new()};
  pango_font_description_set_family_static(font.get(), families);
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  pango_font_description_set_weight(font.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout, font.get());
  // What the text itself is decides how it reads, not the page: an Arabic name on an English invoice.
  pango_layout_set_auto_dir(layout, style.number ? FALSE : TRUE);
  pango_layout_set_text(layout, text.data(), size);
  const bool wraps = style.width > 0;
  if (wraps) {
    pango_layout_set_width(layout, units(style.width));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    // Pango swaps the sides of text that reads against the base.
    const bool is_swapped =
        !style.number && pango_layout_get_direction(layout, 0) != pango_context_get_base_dir(context);
    const bool to_the_right = (style.align == text_style::side::end) != right_to_left_;
    pango_layout_set_alignment(layout, to_the_right != is_swapped ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  }
  int width = 0;
  int height = 0;
  pango_layout_get_size(layout, &width, &height);
  laid.width_ = wraps ? style.width : points(width);
  laid.height_ = points(height);
  laid.baseline_ = points(pango_layout_get_baseline(layout));
  laid.ink_ = style.ink;
  return laid;
}

void page_canvas::draw(const laid_text& text, double x, double y) {
  if (text.is_empty()) return;
  cairo_set_source_rgb(context_.get(), text.ink_.red, text.ink_.green, text.ink_.blue);
  cairo_move_to(context_.get(), mirrored(x, text.width_), y);
  pango_cairo_show_layout(context_.get(), text.layout_.get());
}

void page_canvas::draw_to(const laid_text& text, double x, double y) { draw(text, x - text.width_, y); }

void page_canvas::draw_link(const laid_text& text, double x, double y, const std::string& url) {
  std::string attributes{"uri='"};
  for (const char c : url) {
    if (c == '\'' || c == '\\') attributes += '\\';
    attributes += c;
  }
  cairo_tag_begin(context_.get(), CAIRO_TAG_LINK, (attributes + '\'').c_str());
  draw(text, x, y);
  cairo_tag_end(context_.get(), CAIRO_TAG_LINK);
}

void page_canvas::fill(double x, double y, double width, double height, const colour& ink) {
  cairo_set_source_rgb(context_.get(), ink.red, ink.green, ink.blue);
  cairo_rectangle(context_.get(), mirrored(x, width), y, width, height);
  cairo_fill(context_.get());
}

void page_canvas::rule(double x, double y, double width, double thickness, const colour& ink) {
  fill(x, y - thickness / 2, width, thickness, ink);
}

// Rows of dark modules are drawn as one rectangle each: a tenth of the bytes.
result<void> page_canvas::draw_code(const std::string& text, double x, double y, double side) {
  const std::unique_ptr<QRcode, code_free> code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};
  if (!code) return make_failure(errc::too_large, "no QR code holds this text");
  const int width = code->width;
  const double module = side / (width + 2 * quiet_zone);
  const double left = mirrored(x, side) + quiet_zone * module;
  const double top = y + quiet_zone * module;
  const auto is_dark = [&](int column, int row) { return (code->data[row * width + column] & 1U) != 0; };
  cairo_set_source_rgb(context_.get(), 0, 0, 0);
  for (int row = 0; row < width; ++row)
    for (int column = 0; column < width; ++column) {
      int run = 0;
      while (column + run < width && is_dark(column + run, row)) ++run;
      if (run == 0) continue;
      cairo_rectangle(context_.get(), left + column * module, top + row * module, run * module, module);
      column += run;
    }
  cairo_fill(context_.get());
  return {};
}

void page_canvas::end_page() { cairo_show_page(context_.get()); }

result<std::string> page_canvas::finish() {
  const auto drawn = cairo_status(context_.get());
  cairo_surface_finish(surface_.get());
  const auto written = cairo_surface_status(surface_.get());
  if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS)
    return make_failure(errc::internal,
                        cairo_status_to_string(drawn != CAIRO_STATUS_SUCCESS ? drawn : written));
  return std::move(bytes_);
}

}  // namespace sellavie::net
