#include "net/documents/pagination.hpp"

namespace sellavie::net {
namespace {

class paginator {
 public:
  explicit paginator(const sheet_space& space) : space_{space}, y_{space.top} {}

  void add(const block& one) {
    const double head = one.is_row && !pages_.back().table_at ? space_.table_head : 0;
    if (y_ + head + one.height > space_.bottom && !pages_.back().blocks.empty()) turn(one);
    place(one);
  }

  [[nodiscard]] std::vector<sheet> take() { return std::move(pages_); }

 private:
  void turn(const block& next) {
    auto& before = pages_.back().blocks;
    const block* last = before.back().what;
    const bool moves =
        next.takes_last_row && last->is_row && before.size() > 1 && before[before.size() - 2].what->is_row;
    if (moves) before.pop_back();
    pages_.emplace_back();
    y_ = space_.top;
    if (moves) place(*last);
  }

  void place(const block& one) {
    auto& page = pages_.back();
    if (one.is_row && !page.table_at) {
      page.table_at = y_;
      y_ += space_.table_head;
    }
    page.blocks.push_back({&one, y_});
    y_ += one.height;
  }

  const sheet_space space_;
  double y_;
  std::vector<sheet> pages_{1};
};

}  // namespace

std::vector<sheet> paginated(const std::vector<block>& blocks, const sheet_space& space) {
  paginator pages{space};
  for (const auto& one : blocks) pages.add(one);
  return pages.take();
}

}  // namespace sellavie::net
