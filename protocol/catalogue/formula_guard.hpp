#pragma once
// What a spreadsheet would run as a formula is made text with an apostrophe, which is taken away again when the cell
// is read.
//
//  R1  A formula begins with = + - @, full-width ones too. Blanks and quotes before it do not matter.
//  R2  It stands at the beginning of a cell, or behind a ; a tab or a line end in it: not every program splits where
//      we do.
//  R3  A cell that begins with a tab or a line end counts as a formula.
//  R4  The apostrophe stands in front of all that are there already: taking one away gives what was.

#include <string>
#include <string_view>

namespace sellavie::catalogue {

[[nodiscard]] std::string guarded(std::string_view cell);
/// The cell that was guarded; others are as they were unless they look like one.
[[nodiscard]] std::string unguarded(std::string_view cell);

}  // namespace sellavie::catalogue
