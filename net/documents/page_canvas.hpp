#pragma once
// A PDF of A4 pages, drawn with cairo and pango. Lengths are points; x is counted from the side where reading
// begins, so that a right-to-left page is the mirror of the other. No file and no address is ever read. Fonts are
// those of the machine.
//
// One thread at a time; the font map behind it is the calling thread's own and stays with it.

#include <memory>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"

typedef struct _cairo cairo_t;
typedef struct _cairo_surface cairo_surface_t;
typedef struct _PangoContext PangoContext;
typedef struct _PangoLayout PangoLayout;

namespace sellavie::net {

inline constexpr double page_width = 595.276;
inline constexpr double page_height = 841.890;

struct colour {
  double red = 0;
  double green = 0;
  double blue = 0;
};

struct text_style {
  double size = 9.5;
  bool bold = false;
  colour ink{};
  /// Below which a line is broken; 0: never.
  double width = 0;
  /// Of wrapped text; the first of them is where reading begins.
  enum class side { start, end } align = side::start;
  /// Numbers are written from left to right wherever they stand.
  bool number = false;
};

/// Words laid out, not drawn yet.
class laid_text {
 public:
  laid_text() = default;
  [[nodiscard]] double width() const noexcept { return width_; }
  [[nodiscard]] double height() const noexcept { return height_; }
  /// Of its first line, from the top.
  [[nodiscard]] double baseline() const noexcept { return baseline_; }
  [[nodiscard]] bool is_empty() const noexcept { return layout_ == nullptr; }

 private:
  friend class page_canvas;
  struct release {
    void operator()(PangoLayout* layout) const noexcept;
  };
  std::unique_ptr<PangoLayout, release> layout_;
  colour ink_{};
  double width_ = 0;
  double height_ = 0;
  double baseline_ = 0;
};

struct page_facts {
  std::string title;
  std::string author;
  /// ISO 8601 to the second, in UTC: the only time in the file.
  std::string made_at;
  bool right_to_left = false;
};

class page_canvas {
 public:
  explicit page_canvas(const page_facts& facts);
  ~page_canvas();
  page_canvas(const page_canvas&) = delete;
  page_canvas& operator=(const page_canvas&) = delete;

  /// `text` is valid UTF-8; nothing of it is read as markup. Empty text takes no room.
  [[nodiscard]] laid_text lay(const std::string& text, const text_style& style) const;

  /// Its box begins at x, y.
  void draw(const laid_text& text, double x, double y);
  /// Its box ends at x.
  void draw_to(const laid_text& text, double x, double y);
  /// The same as draw(), and a click on it opens `url`, which is plain printable ASCII.
  void draw_link(const laid_text& text, double x, double y, const std::string& url);
  void fill(double x, double y, double width, double height, const colour& ink);
  void rule(double x, double y, double width, double thickness, const colour& ink);
  /// A QR code with its quiet zone in a square; errc::too_large for what none holds.
  [[nodiscard]] result<void> draw_code(const std::string& text, double x, double y, double side);
  void end_page();

  /// Ends the document; errc::internal when something could not be drawn.
  [[nodiscard]] result<std::string> finish();

 private:
  [[nodiscard]] double mirrored(double x, double width) const noexcept {
    return right_to_left_ ? page_width - x - width : x;
  }

  struct destroy {
    void operator()(cairo_t* context) const noexcept;
    void operator()(cairo_surface_t* surface) const noexcept;
    void operator()(PangoContext* context) const noexcept;
  };
  std::string bytes_;
  const bool right_to_left_;
  std::unique_ptr<cairo_surface_t, destroy> surface_;
  std::unique_ptr<cairo_t, destroy> context_;
  /// A layout is done anew when its context changes: each direction has a context of its own.
  std::unique_ptr<PangoContext, destroy> words_;
  std::unique_ptr<PangoContext, destroy> numbers_;
};

}  // namespace sellavie::net
