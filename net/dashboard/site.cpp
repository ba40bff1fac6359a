#include "net/dashboard/site.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "net/http/gzip.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::net {
namespace {

namespace fs = std::filesystem;

struct file_type {
  std::string_view ending;
  const char* content_type;
  bool is_compressible;
};

constexpr std::array types{
    file_type{".html", "text/html; charset=utf-8", true},
    file_type{".js", "text/javascript; charset=utf-8", true},
    file_type{".css", "text/css; charset=utf-8", true},
    file_type{".svg", "image/svg+xml", true},
    file_type{".webmanifest", "application/manifest+json", true},
    file_type{".json", "application/json", true},
    file_type{".txt", "text/plain; charset=utf-8", true},
    file_type{".png", "image/png", false},
    file_type{".woff2", "font/woff2", false},
};

const file_type* type_of(std::string_view path) noexcept {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const file_type& one) { return path.ends_with(one.ending); });
  return found == types.end() ? nullptr : &*found;
}

bool is_plain(std::string_view path) noexcept {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
  };
  return !path.starts_with('.') && path.find("/.") == std::string_view::npos &&
         std::all_of(path.begin(), path.end(), is_allowed);
}

result<std::string> read_all(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  if (!in.good() && !in.eof()) return make_failure(errc::unavailable, "cannot read " + file.string());
  return bytes;
}

site_file describe(std::string bytes, const file_type& type) {
  site_file made;
  made.etag = '"' + crypto::hex_encode(crypto::sha256(bytes)).substr(0, 32) + '"';
  made.content_type = type.content_type;
  if (type.is_compressible && bytes.size() >= least_gzip_bytes)
    if (auto zipped = gzip(bytes); zipped && zipped->size() < bytes.size()) made.zipped = std::move(*zipped);
  made.bytes = std::move(bytes);
  return made;
}

}  // namespace

result<site> site::load(const fs::path& folder) {
  site loaded;
  std::size_t total = 0;
  std::error_code failure;
  const auto too_large =
      make_failure(errc::too_large, "more in " + folder.string() + " than a dashboard has");
  for (fs::recursive_directory_iterator at{folder, failure}, end; !failure && at != end;
       at.increment(failure)) {
    const auto path = at->path().lexically_relative(folder).generic_string();
    const auto* type = type_of(path);
    const bool is_file = at->symlink_status(failure).type() == fs::file_type::regular;
    if (failure) break;
    if (!is_file || !is_plain(path) || type == nullptr) continue;
    const auto size = at->file_size(failure);
    if (failure) break;
    if (loaded.files_.size() >= most_files || size > most_bytes - total) return too_large;
    auto bytes = read_all(at->path());
    if (!bytes) return bytes.error();
    total += bytes.value().size();
    if (total > most_bytes) return too_large;
    loaded.files_.emplace(path, describe(std::move(bytes.value()), *type));
  }
  if (failure && failure != std::errc::no_such_file_or_directory)
    return make_failure(errc::unavailable, "cannot read " + folder.string() + ": " + failure.message());
  if (failure || loaded.find("index.html") == nullptr)
    return make_failure(errc::not_found, "there is no index.html in " + folder.string());
  return loaded;
}

const site_file* site::find(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace sellavie::net
