#include "net/dashboard/dashboard_routes.hpp"

#include <memory>
#include <utility>

#include "net/dashboard/site.hpp"
#include "net/http/gzip.hpp"

namespace sellavie::net {
namespace {

constexpr const char* for_a_year = "public, max-age=31536000, immutable";
constexpr const char* ask_again = "no-cache";
constexpr std::string_view assets = "assets/";

// Styles may stand in a page: the primitives of dialogs set some. They can show nothing that is not there. Frames show
// what the page itself has made, an invoice's PDF; none has another address.
constexpr const char* content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; frame-src blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

/// If-None-Match names this one (RFC 9110 13.1.2); "W/" makes no difference to it.
bool is_known(std::string_view if_none_match, std::string_view etag) noexcept {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

response answer_of(const request& asked, const std::shared_ptr<const site>& files, const site_file& file,
                   const char* caching) {
  response answer{200,
                  {{"Cache-Control", caching},
                   {"ETag", file.etag},
                   {"Content-Security-Policy", content_security_policy},
                   {"X-Content-Type-Options", "nosniff"},
                   {"X-Frame-Options", "DENY"},
                   {"Referrer-Policy", "no-referrer"},
                   {"Cross-Origin-Opener-Policy", "same-origin"},
                   {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"}}};
  if (!file.zipped.empty()) answer.headers.emplace_back("Vary", "Accept-Encoding");
  if (is_known(asked.joined_header("If-None-Match"), file.etag)) {
    answer.status = 304;
    return answer;
  }
  answer.content_type = file.content_type;
  if (!file.zipped.empty() && accepts_gzip(asked.joined_header("Accept-Encoding"))) {
    answer.headers.emplace_back("Content-Encoding", "gzip");
    answer.shared_body = {files, &file.zipped};
  } else {
    answer.shared_body = {files, &file.bytes};
  }
  return answer;
}

void add_files(router& routes, const std::shared_ptr<const site>& files) {
  const auto give = [files](const site_file* file, const char* caching) {
    return [files, file, caching](request& asked, responder to) {
      to.answer(answer_of(asked, files, *file, caching));
    };
  };
  for (const auto* path : page_paths)
    routes.add(http_method::get, path, give(files->find("index.html"), ask_again));
  for (const auto& [path, file] : files->files())
    if (path != "index.html" && path.find('/') == std::string::npos)
      routes.add(http_method::get, '/' + path, give(&file, ask_again));
  routes.add(http_method::get, "/assets/{file*}", [files](request& asked, responder to) {
    const auto* file = files->find(std::string{assets}.append(asked.parameter("file")));
    if (file == nullptr) return to.answer(problem_response(404, asked.request_id));
    to.answer(answer_of(asked, files, *file, for_a_year));
  });
}

/// A folder that changes while it is read, or memory that is short, must not stop a start.
result<site> load(const std::filesystem::path& folder) {
  try {
    return site::load(folder);
  } catch (const std::exception& failure) {
    return make_failure(errc::unavailable, "cannot read " + folder.string() + ": " + failure.what());
  }
}

}  // namespace

void add_dashboard(router& routes, const std::filesystem::path& folder, monitoring::logger& log) {
  if (folder.empty()) return;
  auto loaded = load(folder);
  const monitoring::field where{"folder", monitoring::operator_text{folder.string()}};
  if (loaded) return add_files(routes, std::make_shared<const site>(std::move(loaded.value())));
  if (loaded.error().code == errc::not_found) return log.warning("dashboard_not_there", {where});
  log.warning("dashboard_not_served", {where, {"why", loaded.error()}});
}

}  // namespace sellavie::net
