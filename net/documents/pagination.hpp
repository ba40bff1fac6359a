#pragma once
// Which parts of a document stand on which page.
//
//  R1  A block is never torn apart, and blocks keep their order.
//  R2  On each page that has rows of the table, the table's head stands before the first of them.
//  R3  The last block takes the row before it along to a new page, so that a total never stands alone; unless that row
//      is all that its page has of the table.

#include <functional>
#include <optional>
#include <vector>

namespace sellavie::net {

struct block {
  double height = 0;
  std::function<void(double y)> draw;
  /// Of the table.
  bool is_row = false;
  /// R3.
  bool takes_last_row = false;
};

struct sheet {
  struct placed {
    const block* what;
    double y;
  };
  std::vector<placed> blocks;
  /// Of the table's head; none: no row stands here.
  std::optional<double> table_at;
};

struct sheet_space {
  double top = 0;
  double bottom = 0;
  double table_head = 0;
};

/// The sheets point into `blocks`. One that is higher than a sheet stands alone and goes over its end.
[[nodiscard]] std::vector<sheet> paginated(const std::vector<block>& blocks, const sheet_space& space);

}  // namespace sellavie::net
