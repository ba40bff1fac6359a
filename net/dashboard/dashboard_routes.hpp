#pragma once
// The dashboard's addresses on the public listener.
//
//   R1  Files below /assets carry a hash of themselves in their names: kept by browsers for a year. All others are asked
//       for again with their ETag, and answered 304 while they are the same.
//   R2  The addresses of pages (page_paths) are answered with index.html: a reload and the link of a mail find their page.
//       Every other address stays what it was without a dashboard.
//   R3  Each answer carries a Content-Security-Policy: scripts come from here alone, none stands in a page.
//   R4  Without a whole dashboard everything else is served as ever, and the log says why.

#include <array>
#include <filesystem>

#include "monitoring/log.hpp"
#include "net/http/router.hpp"

namespace sellavie::net {

/// Of the dashboard's pages (dashboard/src/app/app.tsx); those of mails are named in protocol/mail/letters.
inline constexpr std::array page_paths{
    "/",           "/sign-in", "/sign-up",        "/verify-email", "/forgot-password",   "/reset-password",
    "/invitation", "/start",   "/connect/return", "/parts",        "/businesses/{rest*}"};

/// Of `folder`; empty: none is wanted.
void add_dashboard(router& routes, const std::filesystem::path& folder, monitoring::logger& log);

}  // namespace sellavie::net
